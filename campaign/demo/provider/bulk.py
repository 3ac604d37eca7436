"""Many supporters at once, the same for the same seed, living their months in order of time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from campaign.demo.provider.errors import ApiError
from campaign.demo.provider.passing import live_until
from campaign.demo.provider.records import Charge, Json, PaymentIntent, Subscription
from campaign.demo.provider.supporters import ACTIONS, join, plan
from campaign.demo.provider.world import World

FIRST = [
    "Ada",
    "Ben",
    "Chidi",
    "Dana",
    "Emeka",
    "Fatima",
    "Goran",
    "Hana",
    "Imre",
    "Jabu",
    "Kemi",
    "Lindiwe",
    "Marek",
    "Naledi",
    "Oskar",
    "Priya",
    "Rosa",
    "Sipho",
]
LAST = [
    "Abara",
    "Botha",
    "Castro",
    "Dlamini",
    "Eklund",
    "Fourie",
    "Govender",
    "Hadebe",
    "Ivanov",
    "Jansen",
    "Khumalo",
    "Lund",
    "Mokoena",
    "Naidoo",
]


def supporter(rng: random.Random, number: int) -> tuple[str, str]:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return f"{first.lower()}.{last.lower()}{number}@example.org", f"{first} {last}"


def bulk(world: World, asked: Json) -> Json:
    """`count` people join between `from` and `to`; then leave, return, fail and are refunded by the shares asked for.

    What lies ahead of the provider's clock is planned; what lies behind is lived through without events, unless
    `events` is true.
    """
    rng = random.Random(f"bulk:{asked.get('seed', 1)}")
    starts = [_join(rng, asked, number) for number in range(asked["count"])]
    starts.sort(key=lambda told: told["at"])
    world.quiet = not asked.get("events", False)
    made: list[Json] = []
    now = world.clock.now()
    try:
        for told in starts:
            at, later = told.pop("at"), told.pop("later")
            if at > now:
                plan(world, "join", told, at)
                continue
            rewind(world, at)
            ids = join(world, told)
            made.append({"customer": ids["customer"], "subscription": ids["subscription"], "email": told["email"]})
            for action, when in later:
                plan(world, action, {"subscription": ids["subscription"], "pay": True}, when)
        live_until(world, now)
    finally:
        world.quiet = False
    return {"made": made if asked.get("ids", True) else [], "count": len(made), "planned": len(starts) - len(made)}


def rewind(world: World, at: int) -> None:
    """A joining in the past: what was due before it is lived through first, and it happens at its own time."""
    if at >= world.now:
        live_until(world, at)
    else:
        world.now = at


def random_changes(world: World, asked: Json) -> Iterator[Json]:
    """`n` things that supporters might do just now, chosen by the seed."""
    rng = random.Random(f"change:{asked.get('seed', 1)}")
    subscriptions = sorted(world.state.table(Subscription).rows)
    among = subscriptions[: asked["among"]] if asked.get("among") else subscriptions
    names = asked.get("actions") or [
        "leave",
        "leave_now",
        "return",
        "stay",
        "fail_next_payments",
        "card_fixed",
        "pause",
        "resume",
        "refund",
        "switch_quantity",
        "change_name",
    ]
    for _ in range(asked["n"]):
        name, wanted = rng.choice(names), rng.choice(among)
        try:
            done = _change(world, rng, name, wanted)
        except ApiError as refused:
            done = {"refused": refused.message}
        yield {"action": name, "subscription": wanted, **done}


def _change(world: World, rng: random.Random, name: str, wanted: str) -> Json:
    if name == "leave_now":
        return ACTIONS["leave"](world, {"subscription": wanted, "now": True})
    if name == "switch_quantity":
        return ACTIONS["switch_price"](world, {"subscription": wanted, "quantity": rng.randint(1, 4)})
    if name == "change_name":
        return ACTIONS["change_name"](world, {"subscription": wanted, "name": f"Name {rng.randrange(1000)}"})
    if name == "return" and world.state.get(Subscription, wanted).status != "canceled":
        return {"already": True}
    if name in ("refund", "dispute"):
        charge = newest_charge(world, wanted)
        if charge is None:
            return {"already": True}
        return ACTIONS[name](world, {"charge": charge.id})
    return ACTIONS[name](world, {"subscription": wanted, "behavior": rng.choice(["void", "keep_as_draft"]), "count": 1})


def newest_charge(world: World, subscription: str) -> Charge | None:
    """The newest payment of this subscription that succeeded and has something left to give back."""
    customer = world.state.get(Subscription, subscription).customer
    for charge in reversed(world.state.table(Charge).find("customer", customer)):
        intent = world.state.get(PaymentIntent, charge.payment_intent or "")
        if intent.invoice and charge.status == "succeeded" and charge.amount_refunded < charge.amount:
            return charge
    return None


def _join(rng: random.Random, asked: Json, number: int) -> Json:
    email, name = supporter(rng, asked.get("first_number", 0) + number)
    prices = asked.get("prices") or [asked["price"]]
    weights = asked.get("weights") or [1] * len(prices)
    at = rng.randint(asked["from"], asked["to"])
    told: Json = {
        "at": at,
        "email": email,
        "name": name,
        "price": rng.choices(prices, weights)[0],
        "payment": "debit" if rng.random() < asked.get("debits", 0.0) else "card",
        "later": [],
    }
    if rng.random() < asked.get("trials", 0.0):
        told["trial_days"] = asked.get("trial_days", 14)
    if rng.random() < asked.get("churn", 0.0):
        told["later"].append(("leave", at + rng.randint(86_400, asked.get("churn_days", 90) * 86_400)))
    elif rng.random() < asked.get("fails", 0.0):
        told["later"].append(("fail_next_payments", at + rng.randint(86_400, 60 * 86_400)))
    return told
