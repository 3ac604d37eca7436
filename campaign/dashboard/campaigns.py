"""Campaigns as staff list, make, change and adjust them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from campaign.counting import adjust, edit, previews
from campaign.counting.previews import Asked
from campaign.domain.campaign import Campaign, EditorState, validate
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.money import Money
from campaign.domain.progress import Progress, fold
from campaign.store import campaigns, day_totals, entries_shown, prices, public_facts, publications, sources
from campaign.store import comparisons as store_comparisons
from campaign.store.campaigns import Version
from campaign.store.comparisons import Kept
from campaign.store.engine import Database
from campaign.store.prices import ToldPrice
from campaign.store.public_facts import JoinPrice
from campaign.store.sources import SourceSeen


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign in the list."""

    campaign: Campaign
    progress: Progress
    percent: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the campaign form offers: sources, and the recurring prices of each."""

    sources: tuple[SourceSeen, ...]
    prices: tuple[entries_shown.PriceSeen, ...]
    scope_prices: tuple[tuple[str, str], ...] = ()
    """(key, name) of every price or tier a source sells."""
    scope_products: tuple[tuple[str, str], ...] = ()
    """(key, names of its prices) of every product."""


@dataclass(frozen=True, slots=True)
class PreviewBasis:
    """Today's progress and the price the join form would offer."""

    progress: Progress
    price: JoinPrice | None


@dataclass(frozen=True, slots=True)
class Histories:
    """A campaign with all its versions, newest first."""

    campaign: Campaign
    versions: tuple[Version, ...]


def everything(db: Database) -> tuple[Listed, ...]:
    """All campaigns with where they stand: those going on first."""
    with db.read() as session:
        listed: list[Listed] = []
        for campaign in campaigns.all_campaigns(session):
            progress = fold(day_totals.load(session, campaign.id), campaign)
            listed.append(Listed(campaign, progress, progress.percent(campaign.target)))
    return tuple(sorted(listed, key=lambda item: list(EditorState).index(item.campaign.state) == 2))


def find(db: Database, slug: str) -> Campaign:
    """Raises NotFound."""
    with db.read() as session:
        return campaigns.by_slug(session, slug)


def choices(db: Database) -> Choices:
    """What can be chosen in the form now."""
    with db.read() as session:
        sold = [p for source in sources.listing(session) for p in prices.listing(session, source.id)]
        return Choices(
            tuple(sources.listing(session)),
            tuple(entries_shown.recurring_prices(session)),
            tuple((p.key, _price_name(p)) for p in sold),
            _products(sold),
        )


def _price_name(price: ToldPrice) -> str:
    amount = (
        "" if price.amount_minor is None else f", {Money(price.amount_minor, price.currency).major()} {price.currency}"
    )
    often = f" a {price.recurring}" if price.recurring else " once"
    return f"{price.name}{amount}{often if amount else ''}{'' if price.active else ' (no longer sold)'}"


def _products(sold: Sequence[ToldPrice]) -> tuple[tuple[str, str], ...]:
    names: dict[str, set[str]] = {}
    for price in sold:
        if price.product_key is not None:
            names.setdefault(price.product_key, set()).add(price.name)
    return tuple((key, ", ".join(sorted(of))) for key, of in names.items())


def histories(db: Database, slug: str) -> Histories:
    """Every version with its author and reason. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        return Histories(campaign, tuple(campaigns.history(session, campaign.id)))


def suggest_slug(name: str) -> str:
    """A clean address for a name; may be empty, and may be taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].rstrip("-")


def create(db: Database, campaign: Campaign, *, actor: str, now: datetime) -> Campaign:
    """The campaign exists; what its facts say is booked soon, by the jobs process. Raises Invalid."""
    return edit.create(db, campaign, actor, "created", now, at_once=False)


def change(db: Database, campaign: Campaign, *, actor: str, reason: str, now: datetime) -> Campaign:
    """The next version is stored, and soon booked by the jobs process. Raises as `check_before_saving`, NotFound."""
    check_before_saving(db, campaign, reason)
    return edit.edit(db, campaign, actor, reason.strip() or "edited", now, at_once=False)


def check_before_saving(db: Database, campaign: Campaign, reason: str) -> None:
    """Return when the change can be saved as it is.

    Raises Invalid (a campaign that is public needs a reason), and Conflict naming what somebody changed meanwhile.
    """
    validate(campaign)
    before = _stored(db, campaign.id)
    if before.state is EditorState.PUBLIC and not reason.strip():
        raise Invalid("reason", "Say why you change a campaign that readers see; it is kept with the change.")
    if before.version != campaign.version:
        raise Conflict(_meanwhile(db, campaign))


def ask_preview(
    db: Database, campaign: Campaign, sent: Sequence[tuple[str, str]], *, actor: str, now: datetime
) -> int | None:
    """What saving would do to the number is worked out by the jobs process; its id. None: saving can't change it.

    Raises NotFound.
    """
    before = _stored(db, campaign.id)
    return previews.ask(db, campaign, actor, sent, now) if edit.changes_counting(before, campaign) else None


def preview(db: Database, slug: str, preview_id: int) -> tuple[Campaign, Asked]:
    """The campaign as it is, and the preview with its answer once there is one. Raises NotFound."""
    campaign = find(db, slug)
    return campaign, previews.load(db, preview_id, campaign.id)


def comparisons(db: Database, campaign_id: int) -> tuple[Kept, ...]:
    """The newest comparisons with the newsroom's own list."""
    with db.read() as session:
        return tuple(store_comparisons.listing(session, campaign_id))


def words_now(db: Database, campaign: Campaign) -> tuple[dict[str, str], dict[str, str]]:
    """By language, what is published to send on, and the sentence with its time; empty while nothing is."""
    with db.read() as session:
        data = publications.body_at(session, f"/g/{campaign.slug}/data.json")
        told = {one: publications.body_at(session, f"/g/{campaign.slug}.{one}.txt") for one in campaign.languages}
    shares = dict[str, str]() if data is None else cast(dict[str, str], json.loads(data)["share"])
    return shares, {language: body.decode().strip() for language, body in told.items() if body is not None}


def preview_basis(db: Database, campaign: Campaign) -> PreviewBasis:
    """What a preview of the banner needs beside the campaign itself."""
    with db.read() as session:
        progress = fold(day_totals.load(session, campaign.id), campaign)
        return PreviewBasis(progress, public_facts.join_price(session, campaign))


def adjust_number(
    db: Database, slug: str, amount: int, *, reason: str, public: bool, author: str, now: datetime
) -> Campaign:
    """A signed adjustment stands in the campaign's ledger. Raises Invalid, NotFound."""
    campaign = find(db, slug)
    if abs(amount) > 10**12:
        raise Invalid("amount", "This is more than any campaign counts.")
    adjust.adjust(db, campaign.id, amount, reason, author, now, public=public)
    return campaign


def changed_fields(before: Campaign, after: Campaign) -> tuple[str, ...]:
    """Names of what differs, in plain words."""
    names = {
        "name": "name",
        "slug": "address",
        "kind": "what is counted",
        "target": "target",
        "currency": "currency",
        "starts_on": "first day",
        "ends_on": "last day",
        "zone": "time zone",
        "rule": "who counts",
        "opening": "opening",
        "words": "words",
        "languages": "languages",
        "look": "stages and look",
        "display": "where it is shown",
        "wordings": "headlines under test",
        "join": "join form",
        "ladder": "steps",
        "linked_id": "campaign shown beside",
        "match": "matching gift",
        "state": "state",
        "frozen": "frozen result",
        "hold": "hold",
    }
    return tuple(words for name, words in names.items() if getattr(before, name) != getattr(after, name))


def _stored(db: Database, campaign_id: int) -> Campaign:
    with db.read() as session:
        return campaigns.load(session, campaign_id)


def _meanwhile(db: Database, mine: Campaign) -> str:
    with db.read() as session:
        later = [v for v in campaigns.history(session, mine.id) if v.version > mine.version]
    who = ", ".join(f"{v.author} ({v.reason})" for v in reversed(later))
    return (
        f"Meanwhile this campaign was changed by {who}. Your version is below: check it against theirs and save again."
    )
