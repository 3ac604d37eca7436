"""The life of a subscription under the provider's own clock, from its first invoice on."""

from __future__ import annotations

from campaign.demo.provider.collecting import attempt, bill
from campaign.demo.provider.endings import OVER, charge_lines, credit_lines, end, plan
from campaign.demo.provider.errors import invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.invoicing import draft, finalise, period_lines, void
from campaign.demo.provider.months import period_end
from campaign.demo.provider.records import Customer, Invoice, Json, Price, Subscription
from campaign.demo.provider.world import World


def item(world: World, price: str, quantity: int) -> Json:
    return {
        "id": f"si_1{world.state.new_id(Subscription)[5:]}",
        "price": world.state.get(Price, price, "price").id,
        "quantity": quantity,
        "created": world.now,
    }


def begin(
    world: World,
    customer: Customer,
    items: list[Json],
    *,
    trial_end: int | None = None,
    coupon_percent: int = 0,
    metadata: dict[str, str] | None = None,
    description: str | None = None,
    waits_for_payment: bool = False,
) -> Subscription:
    """A new subscription with its first invoice, which is attempted at once unless it `waits_for_payment`."""
    price = world.state.get(Price, items[0]["price"])
    if not price.interval:
        raise invalid("The price specified is set to `type=one_time` but this field only accepts recurring prices.")
    subscription = Subscription(
        world.state.new_id(Subscription),
        world.now,
        customer=customer.id,
        currency=price.currency,
        items=items,
        coupon_percent=coupon_percent,
        discount=f"di_1{world.state.new_id(Subscription)[5:]}" if coupon_percent else None,
        metadata=metadata or {},
        description=description,
        anchor=trial_end or world.now,
        period_start=world.now,
        trial_start=world.now if trial_end else None,
        trial_end=trial_end,
        status="trialing" if trial_end else "incomplete",
    )
    subscription.cycles = 0 if trial_end else 1
    subscription.period_end = trial_end or _end_of(world, subscription)
    world.add(subscription)
    world.truth("began", subscription=subscription.id, customer=customer.id, price=price.id)
    if trial_end:
        world.truth("trial", subscription=subscription.id, starts=world.now, ends=trial_end, price=price.id)
    plan(world, subscription)
    emit(world, "customer.subscription.created", subscription)
    lines = period_lines(world, subscription, subscription.period_start, subscription.period_end, trial=bool(trial_end))
    invoice = draft(world, subscription, lines, "subscription_create")
    finalise(world, invoice)
    if not waits_for_payment or invoice.amount_due == 0:
        attempt(world, invoice)
    return subscription


def live(world: World, subscription: Subscription) -> None:
    """What is due for it just now."""
    now = world.now
    if subscription.status == "incomplete":
        _expire(world, subscription)
    elif subscription.cancel_at is not None and subscription.cancel_at <= now:
        end(world, subscription, "cancellation_requested")
    elif subscription.pause_resumes_at is not None and subscription.pause_resumes_at <= now:
        set_pause(world, subscription, None, None)
    elif subscription.period_end <= now:
        _renew(world, subscription)
    elif subscription.status == "trialing" and not subscription.trial_end_told:
        subscription.trial_end_told = True
        emit(world, "customer.subscription.trial_will_end", subscription)
        plan(world, subscription)
    else:
        plan(world, subscription)


def set_pause(world: World, subscription: Subscription, behavior: str | None, resumes_at: int | None) -> None:
    """Collecting stops, or goes on; the status stays and periods advance either way."""
    before = {"pause_collection": None}
    subscription.pause_behavior = behavior
    subscription.pause_resumes_at = resumes_at if behavior else None
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, before)


def switch(world: World, subscription: Subscription, items: list[Json], proration: str) -> None:
    """Other prices or quantities from now on, with the rest of the period credited and charged anew."""
    if subscription.status in OVER:
        raise invalid("A canceled subscription can only update its cancellation_details and metadata.")
    old, new = (world.state.get(Price, rows[0]["price"]) for rows in (subscription.items, items))
    if new.currency != old.currency:
        raise invalid("The price specified supports currencies that don't match the subscription's.")
    prorated = proration != "none" and subscription.status not in ("trialing", "incomplete")
    lines = credit_lines(world, subscription) if prorated else []
    subscription.items = items
    same_rhythm = (old.interval, old.interval_count) == (new.interval, new.interval_count)
    if subscription.status != "trialing" and not same_rhythm:
        _start_anew(world, subscription, lines)
        return
    if prorated:
        subscription.pending_lines += lines + charge_lines(world, subscription, items)
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, {"items": None})
    if prorated and proration == "always_invoice":
        bill_at_once(world, subscription, "subscription_update")


def bill_at_once(world: World, subscription: Subscription, reason: str) -> Invoice:
    invoice = draft(world, subscription, [], reason)
    finalise(world, invoice)
    attempt(world, invoice)
    return invoice


def set_trial_end(world: World, subscription: Subscription, trial_end: int) -> None:
    """The trial is longer or shorter; one that ends now is followed by the first paid period."""
    if subscription.status != "trialing":
        raise invalid("Only a trial's end can be moved.", param="trial_end")
    subscription.trial_end = subscription.period_end = subscription.anchor = max(trial_end, world.now)
    world.truth(
        "trial",
        subscription=subscription.id,
        starts=subscription.trial_start,
        ends=subscription.trial_end,
        price=subscription.items[0]["price"],
    )
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, {"trial_end": None})


def _start_anew(world: World, subscription: Subscription, lines: list[Json]) -> None:
    subscription.anchor = subscription.period_start = world.now
    subscription.cycles = 1
    subscription.period_end = _end_of(world, subscription)
    plan(world, subscription)
    emit(world, "customer.subscription.updated", subscription, {"items": None})
    subscription.pending_lines += lines
    invoice = draft(
        world,
        subscription,
        period_lines(world, subscription, subscription.period_start, subscription.period_end),
        "subscription_update",
    )
    finalise(world, invoice)
    attempt(world, invoice)


def _renew(world: World, subscription: Subscription) -> None:
    before: Json = {"items": None, "latest_invoice": subscription.latest_invoice}
    if subscription.status == "trialing":
        before["status"] = "trialing"
        subscription.status = "active"
    subscription.cycles += 1
    subscription.period_start = subscription.period_end
    subscription.period_end = _end_of(world, subscription)
    plan(world, subscription)
    lines = period_lines(world, subscription, subscription.period_start, subscription.period_end)
    invoice = draft(world, subscription, lines, "subscription_cycle")
    emit(world, "customer.subscription.updated", subscription, before)
    pause = "keep_as_draft" if subscription.status == "unpaid" else subscription.pause_behavior
    bill(world, invoice, pause)


def _expire(world: World, subscription: Subscription) -> None:
    for invoice in world.state.table(Invoice).find("subscription", subscription.id):
        if invoice.status == "open":
            void(world, invoice)
    end(world, subscription, "payment_failed", "incomplete_expired")


def _end_of(world: World, subscription: Subscription) -> int:
    price = world.state.get(Price, subscription.items[0]["price"])
    return period_end(subscription.anchor, price.interval or "month", price.interval_count, subscription.cycles)
