"""The campaign form: what is typed becomes a Campaign, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

from campaign.dashboard.campaigns import Choices
from campaign.domain.about import Scope
from campaign.domain.campaign import (
    Campaign,
    EditorState,
    GoalKind,
    Join,
    Opening,
    OpeningSource,
    Rule,
)
from campaign.domain.errors import Invalid
from campaign.domain.money import EXPONENTS
from campaign.store.sources import SourceSeen
from campaign.web import staff_fields as fields
from campaign.web import staff_join_form, staff_scope

KINDS = [
    (GoalKind.MEMBERS.value, "Members now: everybody whom a membership entitles today"),
    (GoalKind.NEW_MEMBERS.value, "New members: who became a member during the campaign and still is"),
    (GoalKind.AMOUNT.value, "Money raised during the campaign, less what was paid back"),
    (GoalKind.GIVERS.value, "Givers: people with a payment during the campaign that was not paid back"),
    (GoalKind.SIGNUPS.value, "Sign-ups: people who signed up and confirmed during the campaign"),
]
STATES = [
    (EditorState.DRAFT.value, "Draft: only staff see it"),
    (EditorState.PUBLIC.value, "Public: readers see it"),
    (EditorState.ARCHIVED.value, "Archived: taken back from readers"),
]
ANSWERS = [
    ("", "not part of the opening"),
    ("yes", "part of it, and its list holds the same people"),
    ("no", "part of it, but its list holds other people"),
    ("unsaid", "part of it; not decided yet (its import is refused until then)"),
]
ZONES = sorted(available_timezones())
CURRENCIES = sorted(EXPONENTS)

# What the rule calls a field, where the form calls it otherwise.
_FORM_NAMES = {"minimum_minor": "minimum", "opening": "opening_members", "price": "join_price"}


class CampaignForm(staff_join_form.JoinFields):
    """All of a campaign but its words. Locked fields keep their stored value, whatever is sent."""

    version = fields.hidden()
    name = fields.text("Name", "For staff, and as the title of the campaign’s page.")
    slug = fields.text(
        "Address", "Small letters, digits, hyphens. Newsrooms paste it into pages: don’t change it later.",
        required=False, longest=48, autocapitalize="none", spellcheck="false",
    )  # fmt: skip
    kind = fields.select("What is counted", KINDS)
    target = fields.text("Target", "The number to reach; for money in whole units, like 50,000.", inputmode="decimal")
    currency = fields.text(
        "Currency",
        "Three letters of ISO 4217, like EUR. Needed for money.",
        required=False,
        longest=3,
        list="currencies",
    )
    starts_on = fields.day("First day")
    ends_on = fields.day("Last day", "The whole of it still counts.")
    zone = fields.text("Time zone", "Days begin at midnight there, like Europe/Kyiv.", list="zones", longest=60)
    state = fields.select("Who sees it", STATES)
    languages = fields.text("Languages", "Codes, the first is the default: en, uk, de.", longest=60)

    grace_days = fields.whole(
        "Days of grace", "After what was paid has run out, before somebody counts as left.", most=90
    )
    count_trials = fields.check("Count trials", "People in a free trial are members.")
    count_complimentary = fields.check("Count complimentary memberships", "What costs nothing counts too.")
    count_returned = fields.check("Count people who come back", "For new members: also who was a member before.")
    count_seats = fields.check("Count seats", "A membership for three counts as three people.")
    count_one_off = fields.check(
        "Count one-off payments", "For money and givers: payments that belong to no membership."
    )
    minimum = fields.text("Smallest payment that counts", "Tiny payments are often card tests.", required=False)
    settle_days = fields.whole(
        "Days to finish the count",
        "At most, after the deadline. Empty: 3, for money and givers 7.",
        most=30,
        required=False,
    )
    sources = fields.checks("Sources", [], "None ticked: every source counts.")
    scope_prices = staff_scope.PRICES
    scope_products = staff_scope.PRODUCTS
    scope_campaigns = staff_scope.CAMPAIGNS
    scope_tags = staff_scope.TAGS

    opening_members = fields.text(
        "Members at the opening", "A number stated once, for systems without import.", required=False
    )
    opening_at = fields.local_time("As of", "In the campaign’s time zone.", required=False)
    opening_names = fields.text("Earlier systems it stands for", "Names, with commas between.", required=False)

    quiet_percent = fields.whole("No bar below (%)", "A near-empty bar repels.", most=100)
    near_percent = fields.whole("“To go” from (%)", "From here the words say how many are missing.", most=100)
    last_days = fields.whole("Last days", "So many days before the end, the date comes first.", most=60)
    showing_days = fields.whole("Days to show the result", "After the end.", most=365)
    reason = fields.text("Why you change it", "Kept with the change.", required=False, longest=300)


def campaign_form(choices: Choices, campaign: Campaign | None, today: date) -> Any:
    """The form for a stored campaign, or for a new one with good defaults."""
    made = _with_sources(choices.sources)(data=_values(campaign or new_campaign(today)))
    made.sources.choices = fields.options([(str(s.id), s.name) for s in choices.sources])
    staff_scope.offer(made, choices, campaign.rule.scope if campaign is not None else Scope())
    staff_join_form.offer(made, choices, campaign.join if campaign is not None else Join())
    return made


def new_campaign(today: date) -> Campaign:
    """What the form of a new campaign begins with."""
    return Campaign(0, "", "", GoalKind.MEMBERS, 1, None, today, today + timedelta(days=30), "UTC")


def lock(form: Any, base: Campaign) -> None:
    """What can't change once readers have seen the campaign is shown and not asked for."""
    form.zone.data, form.currency.data, form.kind.data = base.zone, base.currency or "", base.kind.value
    for field in (form.kind, form.zone, form.currency):
        field.render_kw = {**(field.render_kw or {}), "disabled": True}
        field.validators = ()
        field.validate_choice = False


def read_campaign(form: Any, base: Campaign, choices: Choices) -> Campaign:
    """The campaign as typed, over what `base` has and the form does not show. Raises Invalid naming a field."""
    is_locked = base.state is not EditorState.DRAFT
    kind = base.kind if is_locked else GoalKind(form.kind.data)
    currency = base.currency if is_locked else (form.currency.data.upper() or None)
    zone = base.zone if is_locked else form.zone.data
    if currency is not None and currency not in EXPONENTS:
        raise Invalid("currency", f"{currency!r} is not a currency of ISO 4217, like EUR or USD.")
    if zone not in available_timezones():
        raise Invalid("zone", f"{zone!r} is not a known time zone; use a name like Europe/Kyiv.")
    if kind is GoalKind.AMOUNT and currency is None:
        raise Invalid("currency", "A campaign for money needs a currency.")
    target = form.target.data
    return replace(
        base,
        version=int(form.version.data) if str(form.version.data).isdecimal() else base.version,
        name=form.name.data,
        slug=form.slug.data.lower(),
        kind=kind,
        target=fields.read_money("target", target, currency)
        if kind is GoalKind.AMOUNT and currency
        else _count(target),
        currency=currency,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        zone=zone,
        state=EditorState(form.state.data),
        languages=tuple(dict.fromkeys(code.strip().lower() for code in form.languages.data.split(",") if code.strip())),
        rule=_rule(form, currency),
        opening=_opening(form, zone, choices.sources) if kind is GoalKind.MEMBERS else None,
        join=staff_join_form.read(form, currency),
        look=replace(
            base.look,
            quiet_percent=form.quiet_percent.data,
            near_percent=form.near_percent.data,
            last_days=form.last_days.data,
            showing_days=form.showing_days.data,
        ),
    )


def put_error(form: Any, problem: Invalid) -> None:
    """Show what can't be taken beside its field, or above the form when no field has its name."""
    name = _FORM_NAMES.get(problem.field, problem.field)
    field = form._fields.get(name) or form.name
    field.errors = [*field.errors, problem.message]


def _with_sources(sources: Sequence[SourceSeen]) -> Any:
    """A form with one more question for each source: is it part of the opening?"""
    questions = {f"opening_source_{s.id}": fields.select(s.name, ANSWERS) for s in sources}
    return type("CampaignFormWithSources", (CampaignForm,), questions)


def _rule(form: Any, currency: str | None) -> Rule:
    minimum = form.minimum.data
    if minimum and currency is None and minimum != "0":
        raise Invalid("minimum", "A smallest payment needs the campaign’s currency.")
    return Rule(
        grace_days=form.grace_days.data,
        count_trials=form.count_trials.data,
        count_complimentary=form.count_complimentary.data,
        count_returned=form.count_returned.data,
        count_seats=form.count_seats.data,
        count_one_off=form.count_one_off.data,
        minimum_minor=fields.read_money("minimum", minimum, currency) if minimum and currency else 0,
        settle_days=form.settle_days.data,
        sources=tuple(sorted(int(value) for value in form.sources.data or ())),
        scope=staff_scope.read_scope(form),
    )


def _opening(form: Any, zone: str, sources: Sequence[SourceSeen]) -> Opening | None:
    if not form.opening_members.data:
        return None
    if form.opening_at.data is None:
        raise Invalid("opening_at", "Say for which instant the opening stands.")
    named = [OpeningSource(name.strip()) for name in form.opening_names.data.split(",") if name.strip()]
    for source in sources:
        answer = form[f"opening_source_{source.id}"].data
        if answer:
            named.append(OpeningSource(source.name, source.id, {"yes": True, "no": False}.get(answer)))
    if not named:
        raise Invalid("opening_names", "Say whose members the opening counts.")
    members = fields.read_number("opening_members", form.opening_members.data)
    return Opening(members, fields.instant(form.opening_at.data, zone), tuple(named))


def _count(typed: str) -> int:
    return fields.read_number("target", typed)


def _values(campaign: Campaign) -> dict[str, Any]:
    """What the form shows of a campaign."""
    rule, look, opening = campaign.rule, campaign.look, campaign.opening
    is_money = campaign.kind is GoalKind.AMOUNT
    values: dict[str, Any] = {
        "version": str(campaign.version),
        "name": campaign.name,
        "slug": campaign.slug,
        "kind": campaign.kind.value,
        "target": fields.write_money(campaign.target, campaign.currency) if is_money else f"{campaign.target}",
        "currency": campaign.currency or "",
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
        "zone": campaign.zone,
        "state": campaign.state.value,
        "languages": ", ".join(campaign.languages),
        "minimum": fields.write_money(rule.minimum_minor, campaign.currency) if rule.minimum_minor else "",
        "sources": [str(i) for i in rule.sources],
    }
    values |= staff_join_form.values(campaign)
    left_out = ("sources", "minimum_minor", "scope")
    values |= {name: value for name, value in asdict(rule).items() if name not in left_out}
    values |= staff_scope.values(rule.scope)
    values |= asdict(look)
    if campaign.id == 0:
        values |= {"target": "", "name": ""}
    if opening is not None:
        answers = {True: "yes", False: "no", None: "unsaid"}
        values |= {
            "opening_members": str(opening.members),
            "opening_at": fields.local(opening.at, campaign.zone),
            "opening_names": ", ".join(s.name for s in opening.sources if s.source_id is None),
        } | {
            f"opening_source_{s.source_id}": answers[s.includes_list]
            for s in opening.sources
            if s.source_id is not None
        }
    return values
