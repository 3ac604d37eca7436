"""What entitles without an invoice: the running period of a membership, what is assumed before it, and a trial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from campaign.domain.campaign import Rule
from campaign.domain.facts import FOREVER, How, InvoiceLine, InvoiceState, Membership, SourceRule


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span before grace. `billed_from` orders it among its membership's periods; `cut`: ended early, so no grace."""

    billed_from: datetime
    starts_at: datetime
    ends_at: datetime
    how: How
    quantity: int
    settled_at: datetime
    price_key: str = ""
    invoice_key: str = ""
    cut: bool = False
    returned_at: datetime | None = None


def unbilled_stretches(membership: Membership, rule: Rule, source_rule: SourceRule) -> list[Stretch]:
    """What no known invoice covers: the running period of a plain active membership, and the assumption before it."""
    starts, ends = membership.running_from, membership.running_until or FOREVER
    if starts is None or not source_rule.counts_any(membership.price_keys) or not _is_counted(membership.how, rule):
        return []
    if membership.assumed:
        assumed_from = membership.trial_ends_at or membership.started_at
        known = [line for i in membership.invoices for line in i.lines]
        open_lines = [line for i in membership.invoices if i.state is InvoiceState.OPEN for line in i.lines]
        pieces = [(a, b, How.ASSUMED) for a, b in _without((min(assumed_from, starts), starts), known)]
        decided = [line for line in known if line not in open_lines]
    else:
        pieces = []
        decided = [line for i in membership.invoices if i.state is not InvoiceState.OPEN for line in i.lines]
    pieces += [(a, b, membership.how) for a, b in _without((starts, ends), decided)]
    return [Stretch(a, a, b, how, membership.quantity, a) for a, b, how in pieces]


def _is_counted(how: How, rule: Rule) -> bool:
    if how is How.COMPLIMENTARY:
        return rule.count_complimentary
    return rule.count_trials or how is not How.TRIAL


def _without(period: tuple[datetime, datetime], lines: Iterable[InvoiceLine]) -> list[tuple[datetime, datetime]]:
    """What is left of a period when the periods of the lines are taken out."""
    left = [period] if period[0] < period[1] else []
    for line in lines:
        cut: list[tuple[datetime, datetime]] = []
        for a, b in left:
            cut += [(a, min(b, line.starts_at))] if a < line.starts_at else []
            cut += [(max(a, line.ends_at), b)] if line.ends_at < b else []
        left = [(a, b) for a, b in cut if a < b]
    return left


def trial_stretches(membership: Membership, rule: Rule, source_rule: SourceRule) -> list[Stretch]:
    """Its trial, where the campaign counts trials."""
    starts, ends = membership.trial_starts_at, membership.trial_ends_at
    if not rule.count_trials or starts is None or ends is None or starts >= ends:
        return []
    if not source_rule.counts_any(membership.price_keys):
        return []
    return [Stretch(starts, starts, ends, How.TRIAL, membership.quantity, starts)]
