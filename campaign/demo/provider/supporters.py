"""What supporters, banks and the newsroom's staff do at the provider, for control calls and for the demo."""

from __future__ import annotations

from collections.abc import Callable

from campaign.demo.provider.api_billing import stop
from campaign.demo.provider.collecting import DEBITS, pay_now
from campaign.demo.provider.endings import OVER, schedule_end
from campaign.demo.provider.errors import ApiError, invalid
from campaign.demo.provider.events import emit
from campaign.demo.provider.invoicing import mark_uncollectible, void
from campaign.demo.provider.lives import begin, item, set_pause, switch
from campaign.demo.provider.money import charge_intent, close_dispute, open_dispute, refund, undo_refund
from campaign.demo.provider.records import (
    Charge,
    Customer,
    Dispute,
    Invoice,
    Json,
    PaymentIntent,
    Planned,
    Price,
    Refund,
    Subscription,
)
from campaign.demo.provider.sessions import new_customer, tell_address
from campaign.demo.provider.world import World


def join(world: World, asked: Json) -> Json:
    """A new subscription, for a new customer unless one is named."""
    pays_by = asked.get("payment", "card")
    if asked.get("customer"):
        customer = world.state.get(Customer, asked["customer"])
        customer.pays_by = pays_by
        world.changed(customer)
    else:
        customer = new_customer(world, asked.get("email"), asked.get("name"), pays_by)
    trial_days = asked.get("trial_days")
    subscription = begin(
        world,
        customer,
        [item(world, asked["price"], asked.get("quantity", 1))],
        trial_end=world.now + int(trial_days * 86_400) if trial_days else None,
        coupon_percent=asked.get("coupon_percent", 0),
        metadata=asked.get("metadata"),
    )
    if asked.get("leave_at"):
        plan(world, "leave", {"subscription": subscription.id, "now": False}, asked["leave_at"])
    return ids_of(world, subscription)


def leave(world: World, asked: Json) -> Json:
    """Canceled with the period, or `now`."""
    subscription = world.state.get(Subscription, asked["subscription"])
    if subscription.status in OVER:
        return {"subscription": subscription.id, "already": True}
    if asked.get("now"):
        stop(world, subscription, prorate=bool(asked.get("prorate")), invoice_now=bool(asked.get("invoice_now")))
    else:
        schedule_end(world, subscription, at=asked.get("cancel_at"), at_period_end=not asked.get("cancel_at"))
    return {"subscription": subscription.id}


def stay(world: World, asked: Json) -> Json:
    """A cancellation that has not taken effect yet is taken back."""
    subscription = world.state.get(Subscription, asked["subscription"])
    if subscription.status in OVER:
        raise invalid("It has already ended.")
    schedule_end(world, subscription, at=None, at_period_end=False)
    return {"subscription": subscription.id}


def come_back(world: World, asked: Json) -> Json:
    """The customer of an ended subscription takes out another."""
    before = world.state.get(Subscription, asked["subscription"])
    price = asked.get("price") or before.items[0]["price"]
    customer = world.state.get(Customer, before.customer)
    return join(world, {"payment": customer.pays_by, **asked, "customer": before.customer, "price": price})


def fail_next_payments(world: World, asked: Json) -> Json:
    """The next `count` attempts at this customer's card fail; all of them with `count` 0."""
    customer = _customer(world, asked)
    count = asked.get("count", 0)
    customer.fail_next = count
    if not count:
        customer.pays_by = "fails" if customer.pays_by not in DEBITS else "debit_fails"
    world.changed(customer)
    return {"customer": customer.id}


def card_fixed(world: World, asked: Json) -> Json:
    """The customer can pay again, and open invoices are paid unless `pay` is false."""
    customer = _customer(world, asked)
    customer.pays_by, customer.fail_next = asked.get("payment", "card"), 0
    world.changed(customer)
    paid: list[str] = []
    if asked.get("pay", True):
        for invoice in world.state.table(Invoice).find("customer", customer.id):
            if invoice.status == "open":
                pay_now(world, invoice, outside=False)
                paid.append(invoice.id)
    return {"customer": customer.id, "invoices": paid}


def pay_invoice(world: World, asked: Json) -> Json:
    invoice = world.state.get(Invoice, asked["invoice"])
    pay_now(world, invoice, outside=bool(asked.get("outside")))
    return {"invoice": invoice.id}


def void_invoice(world: World, asked: Json) -> Json:
    invoice = world.state.get(Invoice, asked["invoice"])
    void(world, invoice)
    return {"invoice": invoice.id}


def write_off(world: World, asked: Json) -> Json:
    invoice = world.state.get(Invoice, asked["invoice"])
    mark_uncollectible(world, invoice)
    return {"invoice": invoice.id}


def give_back(world: World, asked: Json) -> Json:
    made = refund(world, world.state.get(Charge, asked["charge"]), asked.get("amount"))
    return {"refund": made.id}


def refund_fails(world: World, asked: Json) -> Json:
    undo_refund(world, world.state.get(Refund, asked["refund"]), asked.get("status", "failed"))
    return {"refund": asked["refund"]}


def dispute(world: World, asked: Json) -> Json:
    opened = open_dispute(world, world.state.get(Charge, asked["charge"]), asked.get("status", "needs_response"))
    return {"dispute": opened.id}


def dispute_close(world: World, asked: Json) -> Json:
    close_dispute(world, world.state.get(Dispute, asked["dispute"]), asked["status"])
    return {"dispute": asked["dispute"]}


def pause(world: World, asked: Json) -> Json:
    subscription = world.state.get(Subscription, asked["subscription"])
    set_pause(world, subscription, asked.get("behavior", "void"), asked.get("resumes_at"))
    return {"subscription": subscription.id}


def resume(world: World, asked: Json) -> Json:
    set_pause(world, world.state.get(Subscription, asked["subscription"]), None, None)
    return {"subscription": asked["subscription"]}


def switch_price(world: World, asked: Json) -> Json:
    subscription = world.state.get(Subscription, asked["subscription"])
    first = dict(subscription.items[0])
    first["price"] = world.state.get(Price, asked.get("price") or first["price"]).id
    first["quantity"] = asked.get("quantity", first["quantity"])
    switch(world, subscription, [first, *subscription.items[1:]], asked.get("proration_behavior", "always_invoice"))
    return ids_of(world, subscription)


def one_off(world: World, asked: Json) -> Json:
    """One payment that belongs to no subscription, with a customer only where one is named."""
    pays_by = asked.get("payment", "card")
    intent = world.add(
        PaymentIntent(
            world.state.new_id(PaymentIntent),
            world.now,
            customer=asked.get("customer"),
            amount=asked["amount"],
            currency=asked.get("currency", "usd"),
            email=asked.get("email"),
            description="One-off support",
            metadata=asked.get("metadata") or {},
            method=DEBITS.get(pays_by, "card"),
            will_fail=pays_by == "debit_fails",
        )
    )
    emit(world, "payment_intent.created", intent)
    charge = charge_intent(world, intent, succeeds=pays_by != "fails")
    return {"payment_intent": intent.id, "charge": charge.id}


def small_burst(world: World, asked: Json) -> Json:
    """Somebody tests stolen cards: `count` tiny payments, of which the share `fails` is declined."""
    made: list[str] = []
    for number in range(asked["count"]):
        fails = world.random.random() < asked.get("fails", 0.8)
        told = {
            "amount": asked.get("amount", 100),
            "currency": asked.get("currency", "usd"),
            "email": f"test{number}.{world.random.randrange(10**6)}@example.net",
            "payment": "fails" if fails else "card",
        }
        made.append(one_off(world, told)["charge"])
    return {"charges": made}


def change_address(world: World, asked: Json) -> Json:
    customer = _customer(world, asked)
    before = customer.email
    customer.email = asked["email"]
    world.changed(customer)
    tell_address(world, customer)
    emit(world, "customer.updated", customer, {"email": before})
    return {"customer": customer.id}


def change_name(world: World, asked: Json) -> Json:
    customer = _customer(world, asked)
    before = customer.name
    customer.name = asked["name"]
    world.changed(customer)
    emit(world, "customer.updated", customer, {"name": before})
    return {"customer": customer.id}


ACTIONS: dict[str, Callable[[World, Json], Json]] = {
    "join": join,
    "leave": leave,
    "stay": stay,
    "return": come_back,
    "fail_next_payments": fail_next_payments,
    "card_fixed": card_fixed,
    "pay": pay_invoice,
    "void": void_invoice,
    "uncollectible": write_off,
    "refund": give_back,
    "refund_fails": refund_fails,
    "dispute": dispute,
    "dispute_close": dispute_close,
    "pause": pause,
    "resume": resume,
    "switch_price": switch_price,
    "one_off": one_off,
    "small_burst": small_burst,
    "change_address": change_address,
    "change_name": change_name,
}


def act(world: World, action: str, asked: Json) -> Json:
    """Done now, or planned where `at` lies ahead."""
    at = asked.pop("at", None)
    if at is not None and at > world.now:
        return {"planned": plan(world, action, asked, at)}
    return ACTIONS[action](world, asked)


def plan(world: World, action: str, arguments: Json, at: int) -> str:
    return world.add(Planned(world.state.new_id(Planned), world.now, action, arguments, at)).id


def carry_out(world: World, planned: Planned) -> None:
    planned.due_at = None
    world.changed(planned)
    try:
        ACTIONS[planned.action](world, planned.arguments)
    except ApiError:
        # What was planned is no longer possible, as when it ended in the meantime.
        return


def ids_of(world: World, subscription: Subscription) -> Json:
    """The subscription with its newest invoice and that invoice's payment."""
    invoice = world.state.get(Invoice, subscription.latest_invoice or "")
    intent = world.state.table(PaymentIntent).rows.get(invoice.payment_intent or "")
    return {
        "subscription": subscription.id,
        "customer": subscription.customer,
        "invoice": invoice.id,
        "payment_intent": invoice.payment_intent,
        "charge": intent.latest_charge if intent else None,
        "status": subscription.status,
    }


def _customer(world: World, asked: Json) -> Customer:
    if asked.get("customer"):
        return world.state.get(Customer, asked["customer"])
    return world.state.get(Customer, world.state.get(Subscription, asked["subscription"]).customer)
