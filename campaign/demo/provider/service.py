"""One call to the API: who asks, what for, whether it was asked before, and the answer."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaign.demo.provider import api_account, api_billing, api_events, api_money, permissions, routes
from campaign.demo.provider.errors import ApiError, invalid, key_in_use, key_reused, unauthorized
from campaign.demo.provider.faults import Faults, raise_fault
from campaign.demo.provider.forms import names_in, parse, read
from campaign.demo.provider.listing import expand
from campaign.demo.provider.older import in_version
from campaign.demo.provider.passing import live_until
from campaign.demo.provider.records import Json
from campaign.demo.provider.world import API_VERSION, World

# Importing them registers their routes.
__all__ = ["Call", "Reply", "Service", "api_account", "api_billing", "api_events", "api_money"]
KEYS_KEPT_SECONDS = 86_400


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: str
    form: str
    headers: Mapping[str, str]


@dataclass
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict[str, str])
    breaks_off: bool = False


class Service:
    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self.in_progress: set[str] = set()
        self.number = 0

    def reply(self, call: Call) -> Reply:
        """The answer in Stripe's shape; half of the provider's delay passes before the work and half after it."""
        self.number += 1
        request_id = f"req_{self.number:014}"
        delay = self.world.habits.delay_ms / 2000
        try:
            if self._let_in(call):
                permissions.require(self.world, call.method, call.path)
            found = routes.find(call.method, call.path)
            if found is None:
                raise invalid(f"Unrecognized request URL ({call.method}: {call.path}).", status=404)
            tree = parse(call.query if call.method == "GET" else call.form or call.query)
            self.faults.note(call.method, found[0].pattern, names_in(tree))
            fault = self.faults.strike(call.path, self.world.habits.fail_share)

            def wait_and_strike() -> None:
                time.sleep(delay)
                raise_fault(fault)

            status, body, replayed = self._once(call, found, tree, request_id, wait_and_strike)
            time.sleep(delay)
        except ApiError as error:
            status, body, replayed, fault = error.status, json.dumps(error.body()).encode(), False, None
        headers = {
            "Request-Id": request_id,
            "Stripe-Version": call.headers.get("Stripe-Version") or API_VERSION,
        }
        if call.headers.get("Idempotency-Key"):
            headers["Idempotency-Key"] = call.headers["Idempotency-Key"]
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        if status == 429:
            headers["Stripe-Rate-Limited-Reason"] = "global-rate"
        return Reply(status, body, headers, breaks_off=fault == "reset_after")

    def _let_in(self, call: Call) -> bool:
        """Whether the key is the restricted one."""
        kind, _, told = call.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                told = base64.b64decode(told).decode().partition(":")[0]
            except ValueError:
                raise unauthorized() from None
        restricted = "rk_" + self.world.api_key.removeprefix("sk_")
        if kind not in ("Basic", "Bearer") or told not in (self.world.api_key, restricted):
            raise unauthorized()
        return told == restricted

    def _once(
        self,
        call: Call,
        found: tuple[routes.Route, tuple[str, ...]],
        tree: Json,
        request_id: str,
        wait_and_strike: Callable[[], None],
    ) -> tuple[int, bytes, bool]:
        key = call.headers.get("Idempotency-Key") if call.method == "POST" else None
        version = call.headers.get("Stripe-Version")
        if not key:
            wait_and_strike()
            return (*self._work(found, tree, request_id, None, version), False)
        print_of = hashlib.sha256(f"{call.path}?{call.form}".encode()).hexdigest()
        with self.world.lock:
            before = self.world.state.replies.get(key)
            if before and before["at"] > time.time() - KEYS_KEPT_SECONDS:
                if before["print"] != print_of:
                    raise key_reused()
                return before["status"], before["body"].encode(), True
            if key in self.in_progress:
                raise key_in_use()
            self.in_progress.add(key)
        try:
            wait_and_strike()
            return (*self._work(found, tree, request_id, (key, print_of), version), False)
        finally:
            self.in_progress.discard(key)

    def _work(
        self,
        found: tuple[routes.Route, tuple[str, ...]],
        tree: Json,
        request_id: str,
        key: tuple[str, str] | None,
        version: str | None,
    ) -> tuple[int, bytes]:
        route, ids = found
        world = self.world
        with world.lock:
            live_until(world, world.clock.now(), at_most=100)
            world.request_id, world.idempotency_key = request_id, key[0] if key else None
            try:
                asked = read(tree, route.schema, route.required)
                shape: Any = routes.answer(world, route, ids, asked)
                if shape.get("object") != "list":
                    for path in asked.get("expand") or ():
                        expand(world, shape, path)
                status, body = 200, json.dumps(in_version(shape, version))
            except ApiError as error:
                # A call that failed validation left nothing behind; a card that was declined did, and is kept.
                status, body = error.status, json.dumps(error.body())
            finally:
                world.request_id = world.idempotency_key = None
            if key:
                reply = {"key": key[0], "print": key[1], "status": status, "body": body, "at": time.time()}
                world.state.keep_reply(reply)
            world.commit()
        return status, body.encode()
