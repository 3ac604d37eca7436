"""Why somebody is a member here or is none, for holding the number against a newsroom's own list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from campaign.domain.about import Scope
from campaign.domain.campaign import Campaign, Rule
from campaign.domain.facts import FOREVER, How, Membership, Person, SourceRule
from campaign.domain.raised import SourceRules
from campaign.domain.spans import Span
from campaign.domain.standing import spans_of


class Why(StrEnum):
    PAID = "paid"
    CANCELLED_RUNS = "cancelled_runs"
    IN_GRACE = "in_grace"
    GIFTED = "gifted"
    COMPLIMENTARY = "complimentary"
    TRIAL = "trial"
    ASSUMED = "assumed"
    NO_ADDRESS = "no_address"
    BY_LEDGER = "by_ledger"
    UNKNOWN = "unknown"
    GAVE_ONLY = "gave_only"
    NO_MEMBERSHIP = "no_membership"
    NEVER_PAID = "never_paid"
    TRIAL_ONLY = "trial_only"
    FREE_ONLY = "free_only"
    OTHER_PRICE = "other_price"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    NOT_LOOKED_UP = "not_looked_up"


WORDS = {
    Why.PAID: "a paid membership runs until {at}",
    Why.CANCELLED_RUNS: "cancelled, and paid until {at}",
    Why.IN_GRACE: "the last payment failed; the days of grace run until {at}",
    Why.GIFTED: "a gifted membership runs until {at}",
    Why.COMPLIMENTARY: "a free membership that this campaign counts",
    Why.TRIAL: "a trial that this campaign counts, until {at}",
    Why.ASSUMED: "a membership whose bills have not all been read yet",
    Why.NO_ADDRESS: "the source tells no address, so no list can be matched",
    Why.BY_LEDGER: "counted, but nothing known says why: run the campaign’s check",
    Why.UNKNOWN: "nobody with this address is known at any source",
    Why.GAVE_ONLY: "known for giving once, without a membership",
    Why.NO_MEMBERSHIP: "known, without any membership",
    Why.NEVER_PAID: "a membership whose first payment never arrived, or that was taken back",
    Why.TRIAL_ONLY: "in a trial, which this campaign does not count",
    Why.FREE_ONLY: "a free membership, which this campaign does not count",
    Why.OTHER_PRICE: "a membership at a price, tier or source that this campaign does not count",
    Why.CANCELLED: "cancelled; what was paid ended on {at}",
    Why.LAPSED: "unpaid, and the days of grace ended on {at}",
    Why.NOT_LOOKED_UP: "not looked up: too many differ",
}
"""Each reason in words; `{at}` is a day, left out by `in_words` where none is known."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and since or until when."""

    why: Why
    at: datetime | None = None

    def in_words(self) -> str:
        """The reason with its day (UTC); without one, without the part that names it."""
        if self.at is None or self.at >= FOREVER:
            return self.kind_in_words()
        return WORDS[self.why].format(at=f"{self.at:%Y-%m-%d}")

    def kind_in_words(self) -> str:
        """The reason without its day, the same for everybody who has it."""
        return WORDS[self.why].replace(", until {at}", "").replace(" until {at}", "").replace(" on {at}", "")


def why_member(person: Person, campaign: Campaign, sources: SourceRules, now: datetime) -> Reason:
    """Why somebody the campaign counts is a member at `now`."""
    spans = [s for s in spans_of(person, campaign, sources) if s.starts_at <= now < s.ends_at]
    if not spans:
        return Reason(Why.BY_LEDGER)
    best = max(spans, key=lambda s: s.ends_at)
    without_grace = replace(campaign, rule=replace(campaign.rule, grace_days=0))
    if not any(s.starts_at <= now < s.ends_at for s in spans_of(person, without_grace, sources)):
        return Reason(Why.IN_GRACE, best.ends_at)
    if best.how is not How.PAID:
        return Reason(Why(best.how.value), best.ends_at)
    is_cancelled = all(m.cancelled_at is not None or m.ended_at is not None for m in person.memberships)
    return Reason(Why.CANCELLED_RUNS if is_cancelled else Why.PAID, best.ends_at)


def why_no_member(person: Person, campaign: Campaign, sources: SourceRules, now: datetime) -> Reason:
    """Why somebody who is known is no member at `now`."""
    if not person.memberships:
        return Reason(Why.GAVE_ONLY if person.payments else Why.NO_MEMBERSHIP)
    ended = [s for s in spans_of(person, campaign, sources) if s.ends_at <= now]
    if ended:
        return _ended(person, max(s.ends_at for s in ended))
    for rule, why in ((replace(campaign.rule, count_trials=True), Why.TRIAL_ONLY),
                      (replace(campaign.rule, count_complimentary=True), Why.FREE_ONLY)):  # fmt: skip
        if _runs(spans_of(person, replace(campaign, rule=rule), sources), now):
            return Reason(why)
    wide = replace(campaign, rule=_wide(campaign.rule))
    everything = {m.source_id: SourceRule(m.source_id) for m in person.memberships}
    at_other_prices = spans_of(person, wide, everything)
    if _runs(at_other_prices, now):
        return Reason(Why.OTHER_PRICE)
    if at_other_prices:
        return _ended(person, max(s.ends_at for s in at_other_prices))
    return Reason(Why.NEVER_PAID)


def _wide(rule: Rule) -> Rule:
    return replace(rule, sources=(), scope=Scope(), minimum_minor=0)


def _runs(spans: tuple[Span, ...], now: datetime) -> bool:
    return any(s.starts_at <= now < s.ends_at for s in spans)


def _ended(person: Person, at: datetime) -> Reason:
    left = [m for m in person.memberships if _is_cancelled(m, at)]
    return Reason(Why.CANCELLED if left else Why.LAPSED, at)


def _is_cancelled(membership: Membership, at: datetime) -> bool:
    """Whether a wish to leave, or its end at the source, came no later than the end of what counted."""
    told = [x for x in (membership.cancelled_at, membership.ended_at) if x is not None]
    return any(x <= at for x in told)
