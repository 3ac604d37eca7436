"""How a subscription ends, or is told to end later."""

from __future__ import annotations

from campaign.demo.provider.errors import invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.invoicing import line_of
from campaign.demo.provider.records import Invoice, Json, Price, Subscription
from campaign.demo.provider.world import World

OVER = ("canceled", "incomplete_expired")


def end(world: World, subscription: Subscription, reason: str, status: str = "canceled") -> None:
    """Over from now on; what is still open is no longer collected."""
    if subscription.status in OVER:
        raise invalid(f"No such subscription: '{subscription.id}'", param="id", code="resource_missing", status=404)
    subscription.status = status
    subscription.ended_at = world.now
    subscription.canceled_at = subscription.canceled_at or world.now
    subscription.cancel_reason = subscription.cancel_reason or reason
    subscription.due_at = None
    world.changed(subscription)
    for invoice in world.state.table(Invoice).find("subscription", subscription.id):
        if invoice.status in ("draft", "open"):
            invoice.auto_advance = False
            invoice.next_payment_attempt = invoice.due_at = None
            world.changed(invoice)
    world.truth("ended", subscription=subscription.id)
    happened = "customer.subscription.deleted" if status == "canceled" else "customer.subscription.updated"
    emit(world, happened, subscription)


def schedule_end(world: World, subscription: Subscription, *, at: int | None, at_period_end: bool) -> None:
    """It will end at an instant or with its period; or, with neither, the cancellation is taken back."""
    before = {"cancel_at_period_end": subscription.cancel_at_period_end, "cancel_at": subscription.cancel_at}
    subscription.cancel_at_period_end = at_period_end
    subscription.cancel_at = subscription.period_end if at_period_end else at
    if subscription.cancel_at is None:
        subscription.canceled_at, subscription.cancel_reason = None, None
        world.truth("uncanceled", subscription=subscription.id)
    else:
        subscription.canceled_at = world.now
        subscription.cancel_reason = "cancellation_requested"
        world.truth("cancellation", subscription=subscription.id, takes_effect=subscription.cancel_at)
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, before)


def plan(world: World, subscription: Subscription) -> None:
    """The next instant at which something becomes of it."""
    if subscription.status in OVER:
        subscription.due_at = None
    elif subscription.status == "incomplete":
        subscription.due_at = subscription.created + 23 * 3600
    else:
        instants = [subscription.period_end, subscription.cancel_at, subscription.pause_resumes_at]
        if subscription.status == "trialing" and not subscription.trial_end_told:
            instants.append(subscription.period_end - 3 * 86_400)
        subscription.due_at = min(instant for instant in instants if instant is not None)
    world.changed(subscription)


def credit_lines(world: World, subscription: Subscription, until: int | None = None) -> list[Json]:
    """What is given back for the rest of the running period: one negative line for each item."""
    if subscription.status == "trialing":
        return []
    lines: list[Json] = []
    for item in subscription.items:
        price = world.state.get(Price, item["price"])
        full = price.unit_amount * item["quantity"] * (100 - subscription.coupon_percent) // 100
        line = line_of(world, item, world.now, until or subscription.period_end, -_rest(world, subscription, full))
        line["proration"] = True
        line["description"] = "Unused time"
        line["credits"] = _credited(world, subscription, item["id"])
        lines.append(line)
    return [line for line in lines if line["amount"]]


def charge_lines(world: World, subscription: Subscription, items: list[Json]) -> list[Json]:
    """What the rest of the running period costs with these items."""
    lines: list[Json] = []
    for item in items:
        price = world.state.get(Price, item["price"])
        amount = _rest(world, subscription, price.unit_amount * item["quantity"])
        line = line_of(world, item, world.now, subscription.period_end, amount)
        line["proration"] = True
        line["discount"] = amount * subscription.coupon_percent // 100
        line["description"] = "Remaining time"
        lines.append(line)
    return lines


def _rest(world: World, subscription: Subscription, amount: int) -> int:
    length = subscription.period_end - subscription.period_start
    return round(amount * max(0, subscription.period_end - world.now) / length) if length else 0


def _credited(world: World, subscription: Subscription, item: str) -> Json | None:
    """The newest paid line whose rest is given back."""
    for invoice in reversed(world.state.table(Invoice).find("subscription", subscription.id)):
        if invoice.status != "paid":
            continue
        ids = [line["id"] for line in invoice.lines if line["item"] == item and line["amount"] > 0]
        if ids:
            return {"invoice": invoice.id, "invoice_line_items": ids}
    return None
