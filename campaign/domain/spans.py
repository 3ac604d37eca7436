"""For which stretches of time a membership entitles, with its evidence (counting.md, Who is a member)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign.domain.campaign import Rule
from campaign.domain.facts import (
    FOREVER,
    How,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Membership,
    Payment,
    ReductionKind,
    SourceRule,
)
from campaign.domain.unbilled import Stretch, trial_stretches, unbilled_stretches


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch [starts_at, ends_at) for which a membership entitles, grace included; FOREVER: no end is known."""

    starts_at: datetime
    ends_at: datetime
    how: How
    quantity: int = 1


def membership_spans(
    membership: Membership,
    payments: Sequence[Payment],
    rule: Rule,
    source_rule: SourceRule,
    minimum: tuple[int, str | None] = (0, None),
) -> tuple[Span, ...]:
    """The spans of one membership in order of start; they may overlap, and grace may reach into the future.

    `payments`: the person's payments (those linked to the membership's invoices are found by key).
    `minimum`: minor units and currency below which a payment settles nothing.
    """
    stretches = _invoice_stretches(membership, payments, rule, source_rule, minimum)
    stretches += unbilled_stretches(membership, rule, source_rule)
    stretches += trial_stretches(membership, rule, source_rule)
    stretches.sort(key=lambda s: (s.billed_from, s.starts_at, s.ends_at))
    end = _membership_end(membership)
    spans: list[Span] = []
    for stretch in stretches:
        until = max(stretch.ends_at, _grace_end(stretch, stretches, membership, rule))
        until = until if end is None else min(until, end)
        if stretch.starts_at < until:
            spans.append(Span(stretch.starts_at, until, stretch.how, stretch.quantity))
    return tuple(sorted(spans, key=lambda s: (s.starts_at, s.ends_at)))


def _membership_end(membership: Membership) -> datetime | None:
    ends = [at for at in (membership.ended_at, membership.cancel_at) if at is not None]
    return min(ends) if ends else None


def _invoice_stretches(
    membership: Membership,
    payments: Sequence[Payment],
    rule: Rule,
    source_rule: SourceRule,
    minimum: tuple[int, str | None],
) -> list[Stretch]:
    """Stretches of settled invoices: positive lines of counted prices, ended by credits, refunds and lost disputes."""
    found: list[Stretch] = []
    settled = [(i.settled_at, i.key, i) for i in membership.invoices if i.state is InvoiceState.PAID and i.settled_at]
    for paid_at, _, invoice in sorted(settled, key=lambda s: s[:2]):
        paid_by = _paid_by(invoice, payments)
        if _is_nothing(invoice, paid_by, minimum):
            continue
        carried, credited = _apply_credits(invoice, found, source_rule, membership.assumed)
        ends_early = _returned_at(paid_by) if invoice.total_minor > 0 else _all_returned_at(credited)
        for line in invoice.lines:
            if line.amount_minor < 0 or not source_rule.counts(line.price_key):
                continue
            stretch = _line_stretch(membership, invoice, line, carried, _settled_at(paid_at, paid_by), rule)
            if stretch is not None:
                found.append(_shorten(stretch, ends_early))
    return found


def _paid_by(invoice: Invoice, payments: Iterable[Payment]) -> list[Payment]:
    return [p for p in payments if p.source_id == invoice.source_id and p.state == "succeeded" and _pays(p, invoice)]


def _pays(payment: Payment, invoice: Invoice) -> bool:
    return payment.invoice_key == invoice.key or payment.link_key in invoice.link_keys


def _is_nothing(invoice: Invoice, paid_by: Sequence[Payment], minimum: tuple[int, str | None]) -> bool:
    """True when all that paid the invoice was set apart, or the invoice is below the campaign's minimum."""
    below = invoice.currency == minimum[1] and 0 < invoice.total_minor < minimum[0]
    return below or (bool(paid_by) and all(p.set_apart for p in paid_by))


def _settled_at(paid_at: datetime, paid_by: Sequence[Payment]) -> datetime:
    """When an invoice settled; for a bank debit, when it was made."""
    made = [p.occurred_at for p in paid_by if p.is_debit]
    return min([paid_at, *made])


def _apply_credits(
    invoice: Invoice, found: list[Stretch], source_rule: SourceRule, assumed: bool
) -> tuple[list[InvoiceLine], list[Stretch]]:
    """End the stretches that this invoice's credit lines give back.

    Returns the credits that gave back settled time, and the stretches whose money they pass on.
    """
    carried: list[InvoiceLine] = []
    credited: list[Stretch] = []
    for credit in invoice.lines:
        if credit.amount_minor >= 0 or not source_rule.counts(credit.price_key):
            continue
        touched = assumed
        for at, stretch in enumerate(found):
            if _is_credited(stretch, credit):
                found[at] = replace(stretch, ends_at=max(stretch.starts_at, credit.starts_at), cut=True)
                credited.append(stretch)
                touched = True
        if touched:
            carried.append(credit)
    return carried, credited


def _is_credited(stretch: Stretch, credit: InvoiceLine) -> bool:
    return (
        stretch.price_key == credit.price_key
        and stretch.billed_from <= credit.starts_at < stretch.ends_at
        and stretch.ends_at <= credit.ends_at
    )


def _line_stretch(
    membership: Membership,
    invoice: Invoice,
    line: InvoiceLine,
    carried: Sequence[InvoiceLine],
    settled_at: datetime,
    rule: Rule,
) -> Stretch | None:
    """The stretch of one positive line, None when it entitles to nothing.

    A line that begins inside time the same invoice credits is paid by credit from earlier money: it goes on at once.
    """
    is_carried = any(c.starts_at <= line.starts_at < c.ends_at for c in carried)
    how = How.PAID
    if invoice.total_minor <= 0 and not is_carried:
        if invoice.total_minor < 0 or not rule.count_complimentary or _in_trial(membership, line):
            return None
        how = How.COMPLIMENTARY
    elif line.amount_minor == 0:
        return None
    starts_at = line.starts_at if is_carried else max(line.starts_at, settled_at)
    return Stretch(
        billed_from=line.starts_at,
        starts_at=starts_at,
        ends_at=line.ends_at,
        how=how,
        quantity=line.quantity,
        settled_at=settled_at,
        price_key=line.price_key,
        invoice_key=invoice.key,
    )


def _in_trial(membership: Membership, line: InvoiceLine) -> bool:
    trial_end = membership.trial_ends_at
    return trial_end is not None and line.amount_minor == 0 and line.ends_at <= trial_end


def _returned_at(paid_by: Sequence[Payment]) -> datetime | None:
    """When the payment was fully refunded, or the opening of a dispute that was lost; None while it stands."""
    lost = [r.opened_at for p in paid_by for r in p.reductions if r.kind is ReductionKind.DISPUTE and r.lost]
    refunds = sorted(
        ((r.taken_at, r.key, r.amount_minor) for p in paid_by for r in p.reductions if r.kind is ReductionKind.REFUND),
    )
    owed = sum(p.amount_minor for p in paid_by)
    refunded_at = None
    for taken_at, _, amount_minor in refunds:
        owed -= amount_minor
        if owed <= 0:
            refunded_at = taken_at
            break
    instants = [at for at in (*lost, refunded_at) if at is not None]
    return min(instants) if instants else None


def _all_returned_at(credited: Sequence[Stretch]) -> datetime | None:
    """When the last of the money went back that credits have passed on; None while any of it stands."""
    returned = [stretch.returned_at for stretch in credited]
    instants = [at for at in returned if at is not None]
    return max(instants) if instants and len(instants) == len(returned) else None


def _shorten(stretch: Stretch, ends_early: datetime | None) -> Stretch:
    """End the stretch where its payment was given back; given back after its own end, that ends the grace it lent."""
    if ends_early is None or ends_early >= stretch.ends_at:
        return replace(stretch, returned_at=ends_early)
    return replace(stretch, ends_at=max(stretch.starts_at, ends_early), cut=True, returned_at=ends_early)


def _grace_end(stretch: Stretch, all_of_them: Sequence[Stretch], membership: Membership, rule: Rule) -> datetime:
    """Until when grace reaches after a stretch: its own end when it lends none."""
    if stretch.cut or stretch.ends_at >= FOREVER or not _lends_grace(stretch, all_of_them):
        return stretch.ends_at
    stops = [stretch.ends_at + timedelta(days=rule.grace_days)]
    stops += [
        other.settled_at
        for other in all_of_them
        if other.billed_from > stretch.billed_from and other.how is not How.COMPLIMENTARY
    ]
    stops += [
        invoice.voided_at
        for invoice in membership.invoices
        if invoice.state is InvoiceState.VOID and invoice.voided_at is not None
        if any(line.starts_at >= stretch.ends_at for line in invoice.lines)
    ]
    if stretch.returned_at is not None:
        stops.append(stretch.returned_at)
    cancelled_at = membership.cancelled_at
    if cancelled_at is not None and not _is_far_ahead(cancelled_at, membership, stretch):
        stops.append(cancelled_at)
    return max(stretch.ends_at, min(stops))


def _is_far_ahead(cancelled_at: datetime, membership: Membership, stretch: Stretch) -> bool:
    """A cancellation decided before this stretch ran out, for a later day, is no wish to leave at its end."""
    end = membership.ended_at or membership.cancel_at
    return end is not None and cancelled_at < stretch.ends_at < end


def _lends_grace(stretch: Stretch, all_of_them: Sequence[Stretch]) -> bool:
    """Grace follows what was paid or a counted trial; a complimentary stretch only when such came before it."""
    if stretch.how is not How.COMPLIMENTARY:
        return True
    return any(s.how is not How.COMPLIMENTARY and s.billed_from < stretch.billed_from for s in all_of_them)
