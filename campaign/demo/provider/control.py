"""What drives the provider from outside: its clock, supporters, habits and faults. Never used by the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, cast

from campaign.demo.provider import truth
from campaign.demo.provider.bulk import bulk, newest_charge, random_changes
from campaign.demo.provider.deliveries import Deliverer, log_of
from campaign.demo.provider.errors import invalid, missing, missing_parameter
from campaign.demo.provider.faults import Faults
from campaign.demo.provider.passing import live_until
from campaign.demo.provider.records import Event, Json, Session
from campaign.demo.provider.sessions import complete
from campaign.demo.provider.supporters import ACTIONS, act
from campaign.demo.provider.world import World

STEP = 200


class Control:
    """`answer` is called without the world's lock, and takes it for one step at a time."""

    def __init__(self, world: World, deliverer: Deliverer, faults: Faults) -> None:
        self.world = world
        self.deliverer = deliverer
        self.faults = faults
        self.answers: dict[tuple[str, str], Callable[[Json], Json]] = {
            ("POST", "clock"): self.clock,
            ("GET", "clock"): self.tell_time,
            ("POST", "behaviour"): self.behave,
            ("POST", "deliveries"): self.set_post,
            ("POST", "deliveries/wait"): self.wait,
            ("GET", "deliveries/log"): self.delivery_log,
            ("POST", "redeliver"): self.redeliver,
            ("GET", "truth"): self.tell_truth,
            ("GET", "calls"): lambda _: dict(self.faults.calls),
            ("GET", "requests"): lambda _: {"requests": self.faults.requests()},
            ("POST", "calls/clear"): self.clear_calls,
            ("POST", "bulk"): self.locked(bulk),
            ("POST", "random_change"): self.locked(lambda world, asked: {"done": list(random_changes(world, asked))}),
            ("POST", "complete_session"): self.locked(_complete),
            ("GET", "newest_charge"): self.locked(_newest_charge),
        }

    def answer(self, method: str, name: str, asked: Json) -> Json:
        found = self.answers.get((method, name))
        if found:
            return found(asked)
        if method == "POST" and name in ACTIONS:
            return self.locked(lambda world, told: act(world, name, told))(asked)
        raise missing("control", f"{method} {name}")

    def locked(self, does: Callable[[World, Json], Json]) -> Callable[[Json], Json]:
        def answer(asked: Json) -> Json:
            self.catch_up()
            with self.world.lock:
                try:
                    return does(self.world, asked)
                except KeyError as absent:
                    raise missing_parameter(str(absent.args[0])) from absent
                finally:
                    self.world.commit()

        return answer

    def catch_up(self) -> None:
        """What is due by the provider's clock has happened; others get their turn between the steps."""
        while True:
            with self.world.lock:
                done = live_until(self.world, self.world.clock.now(), at_most=STEP)
                self.world.commit()
            if done:
                return

    def clock(self, asked: Json) -> Json:
        with self.world.lock:
            now = self.world.clock.now()
            instant = asked.get("advance_to", now + asked.get("advance_seconds", 0))
            if instant < now:
                raise invalid("The clock only moves forward.", param="advance_to")
            stop = asked.get("stop", self.world.clock.stopped_at is not None)
            self.world.move_clock(instant, stop=stop)
        if asked.get("wait", True):
            self.catch_up()
        return self.tell_time({})

    def tell_time(self, _: Json) -> Json:
        clock = self.world.clock
        return {"now": clock.now(), "lived": self.world.now, "offset": clock.offset, "stopped": bool(clock.stopped_at)}

    def behave(self, asked: Json) -> Json:
        with self.world.lock:
            for name in ("fail_next", "resume_random"):
                if name in asked:
                    self.faults.order(asked.pop(name))
            _set(self.world.habits, asked)
            self.world.keep_habits()
            self.world.commit()
        return {field.name: getattr(self.world.habits, field.name) for field in fields(self.world.habits)}

    def set_post(self, asked: Json) -> Json:
        with self.world.lock:
            _set(self.world.post, asked)
            self.world.keep_habits()
            self.world.commit()
        self.deliverer.unpause()
        return {field.name: getattr(self.world.post, field.name) for field in fields(self.world.post)}

    def wait(self, asked: Json) -> Json:
        self.catch_up()
        empty = self.deliverer.wait(asked.get("timeout", 30.0))
        return {"empty": empty, **self.deliverer.counters}

    def delivery_log(self, _: Json) -> Json:
        with self.world.lock:
            return {"log": log_of(self.world)}

    def redeliver(self, asked: Json) -> Json:
        with self.world.lock:
            count = self.deliverer.again(self.world.state.get(Event, asked["event"]))
            self.world.commit()
        return {"deliveries": count}

    def tell_truth(self, asked: Json) -> Json:
        self.catch_up()
        told: Any = asked.get("price", ())
        wanted = cast("list[str]", [told] if isinstance(told, str) else told)
        question = truth.Question(
            at=int(asked.get("at") or self.world.now),
            prices=frozenset(wanted),
            grace_seconds=int(float(asked.get("grace_days", 14)) * 86_400),
            count_trials=asked.get("count_trials") in ("1", "true", True),
            count_complimentary=asked.get("count_complimentary") in ("1", "true", True),
            zone=str(asked.get("zone", "UTC")),
        )
        answer = truth.answer(truth.read(self.world.state.folder / "truth.log"), question)
        return {"count": answer["count"], "money": answer["money"]} if asked.get("summary") else answer

    def clear_calls(self, _: Json) -> Json:
        self.faults.calls.clear()
        return {}


def _set(target: Any, asked: Json) -> None:
    known = {field.name for field in fields(target)}
    for name, value in asked.items():
        if name not in known:
            raise invalid(f"Received unknown parameter: {name}", param=name)
        setattr(target, name, value)


def _complete(world: World, asked: Json) -> Json:
    session = world.state.get(Session, asked["session"])
    email = asked.get("email") or session.customer_email or ""
    leads_to = complete(world, session, email=email, name=asked.get("name"), pays_by=asked.get("payment", "card"))
    return {
        "redirect": leads_to,
        "subscription": session.subscription,
        "customer": session.customer,
        "payment_intent": session.payment_intent,
    }


def _newest_charge(world: World, asked: Json) -> Json:
    charge = newest_charge(world, asked["subscription"])
    return {"charge": charge.id if charge else None}
