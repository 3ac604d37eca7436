"""The options that say what a campaign is, and the campaign they make of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast

import click

from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Join, Opening, OpeningSource, Rule, Words
from campaign.domain.errors import Invalid
from campaign.domain.steps import Match, Step
from campaign.store import campaigns, sources
from campaign.store.engine import Session

F = TypeVar("F", bound=Callable[..., Any])

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_ANSWERS = {"yes": True, "no": False}
_OPTIONS = (
    click.option("--name", help="What staff call it."),
    click.option("--kind", type=click.Choice([k.value for k in GoalKind]), help="What is counted."),
    click.option("--target", type=int, help="The number to reach: people, or minor units (cents) for an amount."),
    click.option("--currency", help="ISO 4217, for an amount."),
    click.option("--starts-on", type=_DAY, help="First day, in the campaign's zone."),
    click.option("--ends-on", type=_DAY, help="Last day, inclusive."),
    click.option("--zone", help="IANA time zone, like Europe/Kyiv."),
    click.option("--state", type=click.Choice([s.value for s in EditorState]), help="Only a public one is shown."),
    click.option("--language", "languages", multiple=True, help="Languages of the banner; the first is the default."),
    click.option("--grace-days", type=int, help="Days a member stays one after the paid time ran out."),
    click.option("--minimum-minor", type=int, help="Smaller payments don't count, in minor units."),
    click.option("--settle-days", type=int, help="Days at most from the deadline to the frozen result."),
    click.option("--count-trials/--no-count-trials", default=None, help="Trials without payment count."),
    click.option("--count-complimentary/--no-count-complimentary", default=None, help="Free memberships count."),
    click.option("--count-returned/--no-count-returned", default=None, help="Returners count as new members."),
    click.option("--count-seats/--no-count-seats", default=None, help="A membership of n seats counts n."),
    click.option("--count-one-off/--no-count-one-off", default=None, help="Every one-off payment counts as raised."),
    click.option(
        "--scope-campaign", "scope_campaigns", multiple=True, help="Only what named this campaign at checkout."
    ),
    click.option("--scope-price", "scope_prices", multiple=True, help="Only what carries this price or tier."),
    click.option("--scope-product", "scope_products", multiple=True, help="Only what carries a price of this product."),
    click.option("--scope-tag", "scope_tags", multiple=True, help="Only what carries this tag."),
    click.option("--scope-everything", is_flag=True, default=None, help="The campaign is about everything again."),
    click.option("--opening", type=int, help="Members stated at the opening; 0 takes the opening away."),
    click.option("--opening-at", help="The instant it stands for, like 2026-11-01T00:00:00+02:00; else the start."),
    click.option(
        "--opening-source",
        "opening_sources",
        multiple=True,
        help="NAME of a source it counts; NAME=yes or NAME=no says whether the source's own list includes its people.",
    ),
    click.option("--step", "steps", multiple=True, help='A step with its promise: "26000=We hire an editor".'),
    click.option("--no-steps", is_flag=True, default=None, help="Take the ladder away."),
    click.option("--linked", help="Slug of a campaign to show together with this one; an empty one: none."),
    click.option("--match-sponsor", help="Who doubles what others give; an empty name takes the match away."),
    click.option("--match-cap-minor", type=int, help="Up to how much is doubled, in minor units."),
    click.option("--match-starts-on", type=_DAY, help="First day of the match; else the campaign's."),
    click.option("--match-ends-on", type=_DAY, help="Last day of the match; else the campaign's."),
    click.option("--words-language", help="Language of the words below; else the first."),
    click.option("--words-stage", default="default", help="Stage of the words below; else all without their own."),
    click.option("--headline", help='Like "{count} out of {target}".'),
    click.option("--kicker", help="The sentence above it."),
    click.option("--call", help="The sentence below it."),
    click.option("--button", help="The button's text."),
    click.option("--join-source", help="Source of the price on the join page."),
    click.option("--join-price", help="The source's key of that price, like price_1Abc."),
    click.option("--home-url", help="The newsroom's own page to return to."),
    click.option("--portal-url", help="Where members change or end what they have."),
)


def campaign_options(command: F) -> F:
    """The command takes what a campaign is as options; those not given are None or empty."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Given:
    """The options of one command, those not given left out."""

    values: dict[str, Any]

    @classmethod
    def of(cls, options: dict[str, Any]) -> Given:
        """What was given of a command's options."""
        return cls({name: value for name, value in options.items() if value is not None and value != ()})

    def pick(self, *names: str) -> dict[str, Any]:
        """Those of these names that were given."""
        return {name: self.values[name] for name in names if name in self.values}


def new_campaign(slug: str, given: Given) -> Campaign:
    """The draft that options begin with. Raises Invalid naming the first that is missing."""
    for name in ("name", "kind", "target", "starts_on", "ends_on", "zone"):
        if name not in given.values:
            raise Invalid(name, f"--{name.replace('_', '-')} is needed for a new campaign.")
    v = given.values
    kind, currency = GoalKind(v["kind"]), v.get("currency")
    return Campaign(
        0, slug, v["name"], kind, v["target"], currency, _day(v["starts_on"]), _day(v["ends_on"]), v["zone"]
    )


def changed(session: Session, before: Campaign, given: Given) -> Campaign:
    """The campaign with what was given. Raises Invalid, NotFound (an unknown source)."""
    v = given.values
    plain = given.pick("name", "target", "currency", "zone", "languages")
    for name in ("starts_on", "ends_on"):
        if name in v:
            plain[name] = _day(v[name])
    if "kind" in v:
        plain["kind"] = GoalKind(v["kind"])
    if "state" in v:
        plain["state"] = EditorState(v["state"])
    after = replace(before, **plain, rule=_rule(before.rule, given), join=_join(session, before.join, given))
    if "opening" in v or "opening_sources" in v or "opening_at" in v:
        after = replace(after, opening=_opening(session, after, given))
    after = replace(after, ladder=_ladder(after, given), match=_match(after, given))
    if "linked" in v:
        after = replace(after, linked_id=campaigns.by_slug(session, v["linked"]).id if v["linked"] else None)
    return replace(after, words=_words(after, given))


def _ladder(campaign: Campaign, given: Given) -> tuple[Step, ...]:
    if given.values.get("no_steps"):
        return ()
    if "steps" not in given.values:
        return campaign.ladder
    steps: list[Step] = []
    for text in cast(tuple[str, ...], given.values["steps"]):
        number, is_told, promise = text.partition("=")
        if not is_told or not number.strip().isdecimal():
            raise Invalid("step", f'{text!r} is no step; write it like "26000=We hire an editor".')
        steps.append(Step(int(number), {campaign.languages[0]: promise.strip()}))
    return tuple(sorted(steps, key=lambda step: step.at))


def _match(campaign: Campaign, given: Given) -> Match | None:
    v, before = given.values, campaign.match
    sponsor = v.get("match_sponsor", before.sponsor if before else "")
    if not sponsor:
        return None
    days = {
        name: _day(v[f"match_{name}"]) if f"match_{name}" in v else getattr(before or campaign, name)
        for name in ("starts_on", "ends_on")
    }
    cap = v.get("match_cap_minor", before.cap_minor if before else 0)
    return Match(sponsor, cap, days["starts_on"], days["ends_on"], before.tag if before else "match")


def _day(value: datetime) -> date:
    return value.date()


def _rule(rule: Rule, given: Given) -> Rule:
    names = ("grace_days", "minimum_minor", "settle_days", "count_trials", "count_complimentary")
    new = replace(rule, **given.pick(*names, "count_returned", "count_seats", "count_one_off"))
    scope = Scope() if given.values.get("scope_everything") else rule.scope
    named = {
        name: tuple(sorted(set(given.values[f"scope_{name}"])))
        for name in ("campaigns", "prices", "products", "tags")
        if f"scope_{name}" in given.values
    }
    return replace(new, scope=replace(scope, **named))


def _join(session: Session, join: Join, given: Given) -> Join:
    v = given.values
    source_id = sources.by_slug(session, v["join_source"]).id if "join_source" in v else join.source_id
    price_key, home_url = v.get("join_price", join.price_key), v.get("home_url", join.home_url)
    portal_url = v.get("portal_url", join.portal_url)
    return replace(join, source_id=source_id, price_key=price_key, home_url=home_url, portal_url=portal_url)


def _opening(session: Session, campaign: Campaign, given: Given) -> Opening | None:
    v, before = given.values, campaign.opening
    members = v.get("opening", before.members if before else 0)
    if not members:
        return None
    at = _instant(v["opening_at"]) if "opening_at" in v else (before.at if before else campaign.starts_at)
    named = cast(tuple[str, ...], v.get("opening_sources", ()))
    counted = tuple(_opening_source(session, one) for one in named) or (before.sources if before else ())
    return Opening(members, at, counted)


def _opening_source(session: Session, text: str) -> OpeningSource:
    name, _, answer = text.partition("=")
    if answer and answer not in _ANSWERS:
        raise Invalid("opening_source", f"Write --opening-source {name}=yes or {name}=no.")
    known = {source.slug: source.id for source in sources.listing(session)}
    return OpeningSource(name, known.get(name), _ANSWERS.get(answer))


def _instant(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("opening_at", f"{text!r} is no instant; write it like 2026-11-01T00:00:00+02:00.") from None
    if value.tzinfo is None:
        raise Invalid("opening_at", "Say the instant's zone, like 2026-11-01T00:00:00+02:00.")
    return value.astimezone(UTC)


def _words(campaign: Campaign, given: Given) -> dict[str, dict[str, Words]]:
    words = {language: dict(stages) for language, stages in campaign.words.items()}
    new = given.pick("headline", "kicker", "call", "button")
    if new:
        language = given.values.get("words_language", campaign.languages[0])
        stages = words.setdefault(language, {})
        stage = given.values["words_stage"]
        stages[stage] = replace(stages.get(stage, Words()), **new)
    return words
