"""Charges, what they do to the balance, refunds and disputes."""

from __future__ import annotations

from campaign.demo.provider.errors import invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.records import (
    BalanceTransaction,
    Charge,
    Dispute,
    PaymentIntent,
    Record,
    Refund,
)
from campaign.demo.provider.world import World

DISPUTE_FEE = 1500
OPEN_DISPUTES = ("needs_response", "under_review")
INQUIRIES = ("warning_needs_response", "warning_under_review")


def charge_intent(world: World, intent: PaymentIntent, *, succeeds: bool) -> Charge:
    """One attempt at the intent's money: a charge that succeeded, failed, or is pending at a bank."""
    pending = succeeds and intent.method != "card"
    charge = world.add(
        Charge(
            world.state.new_id(Charge),
            world.now,
            customer=intent.customer,
            payment_intent=intent.id,
            amount=intent.amount,
            currency=intent.currency,
            status="pending" if pending else "succeeded" if succeeds else "failed",
            failure_code=None if succeeds else "card_declined",
            method=intent.method,
            email=intent.email,
            description=intent.description,
            metadata=dict(intent.metadata),
        )
    )
    intent.latest_charge = charge.id
    if pending:
        intent.status = "processing"
        intent.due_at = world.now + world.habits.debit_days * 86_400
        charge.balance_transaction = _book_charge(world, charge)
        _told(world, charge, "charge.pending", intent, "payment_intent.processing")
    elif succeeds:
        _succeed(world, charge, intent)
    else:
        _fail(world, charge, intent)
    return charge


def settle_debit(world: World, intent: PaymentIntent, charge: Charge) -> bool:
    """The bank has answered: the pending charge succeeded, or failed and its money went back."""
    intent.due_at = None
    if intent.will_fail:
        charge.status, charge.failure_code = "failed", "debit_not_authorized"
        charge.failure_balance_transaction = book(
            world, charge, "payment_failure_refund", -charge.amount, charge.currency
        )
        _fail(world, charge, intent)
        return False
    charge.status = "succeeded"
    _succeed(world, charge, intent)
    return True


def book_late_balance(world: World, charge: Charge) -> None:
    """The balance transaction that was not known when the charge succeeded."""
    charge.due_at = None
    charge.balance_transaction = _book_charge(world, charge)
    world.changed(charge)
    emit(world, "charge.updated", charge, {"balance_transaction": None})


def book(world: World, source: Record, kind: str, amount: int, currency: str, fee: int = 0) -> str:
    """A movement of the balance in the currency it settles in; returns its id."""
    rate = world.rate_to_settle(currency)
    moved = world.add(
        BalanceTransaction(
            world.state.new_id(BalanceTransaction),
            world.now,
            source=source.id,
            type=kind,
            reporting_category=_category(kind, source),
            amount=amount if rate is None else round(amount * rate),
            fee=fee,
            currency=world.habits.settles_in,
            exchange_rate=rate,
            available_on=world.now + 2 * 86_400,
        )
    )
    return moved.id


def refund(
    world: World, charge: Charge, amount: int | None, reason: str | None = None, metadata: dict[str, str] | None = None
) -> Refund:
    """Money given back now; raises when more is asked for than is left."""
    left = charge.amount - charge.amount_refunded
    wanted = left if amount is None else amount
    if charge.status != "succeeded":
        raise invalid("This charge has not succeeded and can't be refunded.", param="charge")
    if left == 0:
        raise invalid(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    if wanted <= 0 or wanted > left:
        raise invalid(f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})", param="amount")
    made = world.add(
        Refund(
            world.state.new_id(Refund),
            world.now,
            charge=charge.id,
            payment_intent=charge.payment_intent,
            customer=charge.customer,
            amount=wanted,
            currency=charge.currency,
            reason=reason,
            metadata=metadata or {},
        )
    )
    kind = "refund" if charge.method == "card" else "payment_refund"
    made.balance_transaction = book(world, made, kind, -wanted, charge.currency)
    charge.amount_refunded += wanted
    world.changed(charge)
    world.truth("refunded", refund=made.id, charge=charge.id, amount=wanted)
    emit(world, "refund.created", made)
    emit(world, "charge.refunded", charge, {"amount_refunded": charge.amount_refunded - wanted, "refunded": False})
    return made


def undo_refund(world: World, made: Refund, status: str = "failed") -> None:
    """The refund `failed` or was `canceled`: the money came back, so it never happened."""
    if made.status in ("failed", "canceled"):
        raise invalid(f"Refund {made.id} has already {made.status}.")
    made.status = status
    made.failure_reason = "expired_or_canceled_card" if status == "failed" else None
    made.failure_balance_transaction = book(world, made, "refund_failure", made.amount, made.currency)
    charge = world.state.get(Charge, made.charge)
    charge.amount_refunded -= made.amount
    world.changed(made)
    world.changed(charge)
    world.truth("refund_undone", refund=made.id)
    emit(world, "refund.failed" if status == "failed" else "refund.updated", made)
    emit(world, "charge.updated", charge)


def open_dispute(world: World, charge: Charge, status: str = "needs_response") -> Dispute:
    """The bank takes the money back; an inquiry (`warning_…`) takes nothing."""
    if charge.status != "succeeded":
        raise invalid("This charge has not succeeded and can't be disputed.", param="charge")
    dispute = world.add(
        Dispute(
            world.state.new_id(Dispute),
            world.now,
            charge=charge.id,
            payment_intent=charge.payment_intent,
            amount=charge.amount,
            currency=charge.currency,
            status=status,
        )
    )
    charge.disputed = True
    world.changed(charge)
    emit(world, "charge.dispute.created", dispute)
    if status in OPEN_DISPUTES:
        _withdraw(world, dispute)
    return dispute


def close_dispute(world: World, dispute: Dispute, status: str) -> None:
    """Afterwards it is `won`, `lost` or, for an inquiry, `warning_closed`; an inquiry may also grow into a dispute."""
    was = dispute.status
    if was not in OPEN_DISPUTES + INQUIRIES:
        raise invalid(f"Dispute {dispute.id} is already closed.")
    dispute.status = status
    world.changed(dispute)
    if was in INQUIRIES and status != "warning_closed":
        _withdraw(world, dispute)
    if status == "won":
        back = book(world, dispute, "adjustment", dispute.amount, dispute.currency, -DISPUTE_FEE)
        dispute.balance_transactions.append(back)
        emit(world, "charge.dispute.funds_reinstated", dispute)
    if status in ("won", "lost"):
        world.truth(f"dispute_{status}", dispute=dispute.id)
    emit(world, "charge.dispute.closed" if status not in OPEN_DISPUTES else "charge.dispute.updated", dispute)


def _withdraw(world: World, dispute: Dispute) -> None:
    taken = book(world, dispute, "adjustment", -dispute.amount, dispute.currency, DISPUTE_FEE)
    dispute.balance_transactions.append(taken)
    world.changed(dispute)
    world.truth("disputed", dispute=dispute.id, charge=dispute.charge, amount=dispute.amount, opened_at=dispute.created)
    emit(world, "charge.dispute.funds_withdrawn", dispute)


def _succeed(world: World, charge: Charge, intent: PaymentIntent) -> None:
    intent.status = "succeeded"
    intent.amount_received = intent.amount
    intent.failure_code = None
    if charge.balance_transaction is None:
        if world.habits.balance_delay_seconds:
            charge.due_at = world.now + world.habits.balance_delay_seconds
        else:
            charge.balance_transaction = _book_charge(world, charge)
    world.truth(
        "captured",
        charge=charge.id,
        intent=intent.id,
        customer=charge.customer,
        email=charge.email,
        amount=charge.amount,
        currency=charge.currency,
        made_at=charge.created,
    )
    _told(world, charge, "charge.succeeded", intent, "payment_intent.succeeded")


def _fail(world: World, charge: Charge, intent: PaymentIntent) -> None:
    intent.status = "requires_payment_method"
    intent.failure_code = charge.failure_code
    _told(world, charge, "charge.failed", intent, "payment_intent.payment_failed")


def _told(world: World, charge: Charge, charge_event: str, intent: PaymentIntent, intent_event: str) -> None:
    world.changed(charge)
    world.changed(intent)
    emit(world, charge_event, charge)
    emit(world, intent_event, intent)


def _book_charge(world: World, charge: Charge) -> str:
    rate = world.rate_to_settle(charge.currency) or 1.0
    fee = round(charge.amount * rate * 0.029) + 30
    kind = "charge" if charge.method == "card" else "payment"
    return book(world, charge, kind, charge.amount, charge.currency, fee)


def _category(kind: str, source: Record) -> str:
    if kind in ("charge", "payment"):
        return "charge"
    if kind in ("refund", "payment_refund"):
        return "refund"
    return "dispute" if isinstance(source, Dispute) else kind
