"""What staff have entered by hand, in one place: promised, received, and adjustments."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.domain.campaign import Campaign, GoalKind
from campaign.store import by_hand, campaigns, source_figures
from campaign.store.by_hand import AdjustmentSeen, HandSeen
from campaign.store.engine import Database

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment with its campaign."""

    entry: AdjustmentSeen
    campaign: Campaign


@dataclass(frozen=True, slots=True)
class ByHandPage:
    """Everything by hand; `received_currency`: what most payments came in."""

    promised: tuple[HandSeen, ...]
    received: tuple[HandSeen, ...]
    reversed: tuple[HandSeen, ...]
    adjustments: tuple[Adjusted, ...]
    campaigns: tuple[Campaign, ...]
    received_currency: str | None

    @property
    def currency(self) -> str:
        """The currency to offer: a campaign's, else the one that most payments came in, else EUR."""
        of_campaigns = (c.currency for c in self.campaigns if c.kind is GoalKind.AMOUNT and c.currency)
        return next(of_campaigns, self.received_currency or "EUR")

    @property
    def zone(self) -> str:
        return self.campaigns[0].zone if self.campaigns else "UTC"


def by_hand_page(db: Database) -> ByHandPage:
    """The newest of each kind."""
    with db.read() as session:
        everything = by_hand.listing(session, SHOWN)
        known = {c.slug: c for c in campaigns.all_campaigns(session)}
        paid_in = source_figures.usual_currency(session)
        adjusted = [Adjusted(a, known[a.campaign_slug]) for a in by_hand.adjustments(session, SHOWN)]
    standing = [one for one in everything if one.reversed_at is None]
    return ByHandPage(
        promised=tuple(one for one in standing if one.received_at is None),
        received=tuple(one for one in standing if one.received_at is not None),
        reversed=tuple(one for one in everything if one.reversed_at is not None),
        adjustments=tuple(adjusted),
        campaigns=tuple(known.values()),
        received_currency=paid_in,
    )
