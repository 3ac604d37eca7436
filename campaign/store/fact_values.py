"""What was told of a fact, as the columns of its rows."""

from __future__ import annotations

from campaign.store.fact_rows import Values
from campaign.store.told import ToldInvoice, ToldMembership, ToldPayment


def membership_values(m: ToldMembership, account_id: int) -> Values:
    """A membership's columns."""
    return {
        "account_id": account_id,
        "status": m.status,
        "started_at": m.started_at,
        "ended_at": m.ended_at,
        "cancelled_at": m.cancelled_at,
        "cancel_at": m.cancel_at,
        "trial_starts_at": m.trial_starts_at,
        "trial_ends_at": m.trial_ends_at,
        "running_from": m.running_from,
        "running_until": m.running_until,
        "invoices_complete": m.invoices_complete,
        "price_keys": list(m.price_keys),
        "quantity": m.quantity,
        "how": m.how.value,
        "same_as": m.same_as,
        "campaign_slug": m.campaign_slug,
        "tags": sorted(set(m.tags)),
        "variant": m.variant,
        "article": m.article,
    }


def invoice_values(i: ToldInvoice) -> Values:
    """An invoice's columns, its lines left out."""
    return {
        "membership_key": i.membership_key,
        "state": i.state,
        "total_minor": i.total_minor,
        "currency": i.currency,
        "settled_at": i.settled_at,
        "voided_at": i.voided_at,
        "link_keys": sorted(set(i.link_keys)),
    }


def line_values(i: ToldInvoice) -> list[Values]:
    """The columns of an invoice's lines, in their order."""
    return [
        {
            "number": number,
            "starts_at": line.starts_at,
            "ends_at": line.ends_at,
            "amount_minor": line.amount_minor,
            "price_key": line.price_key,
            "quantity": line.quantity,
        }
        for number, line in enumerate(i.lines)
    ]


def payment_values(p: ToldPayment, account_id: int) -> Values:
    """A payment's columns, its reductions left out."""
    return {
        "account_id": account_id,
        "link_key": p.link_key,
        "invoice_key": p.invoice_key,
        "state": p.state,
        "amount_minor": p.amount_minor,
        "currency": p.currency,
        "settled_minor": p.settled_minor,
        "settled_currency": p.settled_currency,
        "fee_minor": p.fee_minor,
        "occurred_at": p.occurred_at,
        "is_debit": p.is_debit,
        "campaign_slug": p.campaign_slug,
        "tags": sorted(set(p.tags)),
        "variant": p.variant,
        "article": p.article,
    }


def reduction_values(p: ToldPayment) -> list[Values]:
    """The columns of what was taken back of a payment."""
    return [
        {
            "key": r.key,
            "kind": r.kind.value,
            "amount_minor": r.amount_minor,
            "taken_at": r.taken_at,
            "opened_at": r.opened_at,
            "given_back_at": r.given_back_at,
            "lost": r.lost,
        }
        for r in p.reductions
    ]
