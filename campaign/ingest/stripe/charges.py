"""A charge, the only unit of money in, with its refunds and disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign.domain.facts import PaymentState, Reduction, ReductionKind
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.metadata import told_campaign, told_led, told_tags
from campaign.store.told import ToldPayment

BANK_DEBITS = frozenset(
    {
        "ach_debit",
        "acss_debit",
        "au_becs_debit",
        "bacs_debit",
        "nz_bank_account",
        "sepa_debit",
        "us_bank_account",
    }
)
_REFUNDS_THAT_TAKE = frozenset({"succeeded", "pending"})
_CAPTURED_LATER = timedelta(hours=1)


def told_charge(body: Json, disputes: Sequence[Json], invoice_key: str | None = None) -> ToldPayment:
    """The payment's facts; `body` holds its refunds and balance transaction. Raises MalformedFact."""
    charge = Thing.of(body, "charge")
    currency = charge.currency()
    state = _state(charge)
    captured = charge.minor("amount_captured", currency) if "amount_captured" in charge.body else None
    amount = captured if state is PaymentState.SUCCEEDED and captured else charge.minor("amount", currency)
    method = charge.part("payment_method_details")
    is_debit = method is not None and method.optional_text("type") in BANK_DEBITS
    settled = charge.part("balance_transaction") if isinstance(charge.body.get("balance_transaction"), dict) else None
    settled_currency = None if settled is None else settled.currency()
    variant, article = told_led(charge)
    reductions = [r for row in charge.parts("refunds") if (r := _refund(row, currency)) is not None]
    reductions += [r for row in disputes if (r := _dispute(Thing.of(row, "dispute"), currency)) is not None]
    return ToldPayment(
        key=charge.key,
        account_key=charge.id_of("customer") or charge.key,
        link_key=charge.id_of("payment_intent") or charge.key,
        invoice_key=invoice_key or charge.id_of("invoice"),
        state=state.value,
        amount_minor=amount,
        currency=currency,
        settled_minor=None
        if settled is None or settled_currency is None
        else settled.minor("amount", settled_currency),
        settled_currency=settled_currency,
        fee_minor=None if settled is None or settled_currency is None else settled.minor("fee", settled_currency),
        occurred_at=_occurred_at(charge, settled, is_debit=is_debit),
        is_debit=is_debit,
        campaign_slug=told_campaign(charge),
        tags=told_tags(charge),
        variant=variant,
        article=article,
        reductions=tuple(sorted(reductions, key=lambda r: r.key)),
    )


def giver_address(body: Json) -> str | None:
    """The address of a charge that names no customer."""
    details = Thing.of(body, "charge").part("billing_details")
    return None if details is None else details.optional_text("email")


def told_dispute(body: Json) -> Reduction | None:
    """The dispute in its own currency; None for an inquiry, or one that never took anything. Raises MalformedFact."""
    dispute = Thing.of(body, "dispute")
    return _dispute(dispute, dispute.currency())


def _state(charge: Thing) -> PaymentState:
    status = charge.text("status")
    if status == "succeeded":
        return PaymentState.SUCCEEDED if charge.body.get("captured") is not False else PaymentState.PENDING
    if status not in ("pending", "failed"):
        raise charge.wrong(f"its status {status[:20]!r} is none we know")
    return PaymentState(status)


def _occurred_at(charge: Thing, settled: Thing | None, *, is_debit: bool) -> datetime:
    """When it was made; when it was captured, if that was done later."""
    created = charge.instant("created")
    if settled is None or is_debit:
        return created
    captured = settled.optional_instant("created")
    return captured if captured is not None and captured - created > _CAPTURED_LATER else created


def _refund(refund: Thing, currency: str) -> Reduction | None:
    """One that failed or was cancelled never happened; one that waits for something was not made yet."""
    if refund.text("status") not in _REFUNDS_THAT_TAKE:
        return None
    if refund.currency() != currency:
        raise refund.wrong("a refund is in another currency")
    created = refund.instant("created")
    return Reduction(refund.text("id"), ReductionKind.REFUND, refund.minor("amount", currency), created, created)


def _dispute(dispute: Thing, currency: str) -> Reduction | None:
    """Open, lost or won, at the times of its balance transactions; an inquiry takes nothing."""
    status = dispute.text("status")
    moves = dispute.parts("balance_transactions")
    taken = [move.instant("created") for move in moves if move.number("amount") < 0]
    given_back = [move.instant("created") for move in moves if move.number("amount") > 0]
    is_over = status in ("won", "prevented")
    if not taken and (is_over or status.startswith("warning")):
        return None
    if dispute.currency() != currency:
        raise dispute.wrong("it is in another currency than its charge")
    opened_at = dispute.instant("created")
    return Reduction(
        key=dispute.key,
        kind=ReductionKind.DISPUTE,
        amount_minor=dispute.minor("amount", currency),
        taken_at=min(taken) if taken else opened_at,
        opened_at=opened_at,
        given_back_at=max(given_back) if given_back and status != "lost" else None,
        lost=status == "lost",
    )
