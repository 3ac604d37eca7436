"""Stripe's provider (tests/stripe_world.py), as the suite asks for one."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from campaign.store import sources
from campaign.store.engine import Database
from config import Settings
from tests.ingest.stand import instant
from tests.sources.loopback import post
from tests.sources.proxy import Proxy
from tests.sources.world import Sent, spoilt
from tests.stripe_world import Joined, StripeWorld


class StripeSide:
    kind = "stripe"
    refused_status = 400
    unfit_statuses = frozenset({400})
    too_large_status = 413
    nights = 8
    most = (1 << 20) - 20_000
    lacks: dict[str, str] = {}  # noqa: RUF012 - read only

    def __init__(self, folder: Path) -> None:
        self.stripe = StripeWorld.start(folder)
        self.proxy = Proxy(self.stripe.address, "status")
        self.price = self.stripe.price(500)
        self.joined: dict[str, Joined] = {}
        self.secret = ""
        self.base = ""
        self.posted: list[int] = []
        self.outage = False

    @property
    def now(self) -> datetime:
        return instant(self.stripe.now)

    def settings(self) -> dict[str, Any]:
        return {"stripe_api_key": self.stripe.api_key, "stripe_api_base": self.proxy.address}

    def deliver_to(self, base: str) -> None:
        self.base = base
        self.secret = self.stripe.deliver_to(f"{base}/webhooks/stripe")

    def webhook_settings(self) -> dict[str, Any]:
        return {"stripe_webhook_secrets": (self.secret,)}

    def set_up(self, db: Database, settings: Settings) -> int:
        with db.write() as session:
            source = sources.ensure_from_env(session, settings, self.now)
            assert source is not None
            return source.id

    def advance(self, days: float) -> None:
        self.stripe.advance(days=days)

    def join(self, address: str) -> str:
        joined = self.stripe.join(self.price, address)
        self.joined[joined.subscription] = joined
        return joined.subscription

    def leave(self, key: str, *, at_once: bool) -> None:
        self.stripe.leave(key, now=at_once)

    def random_change(self, number: int, seed: int) -> None:
        self.stripe.random_change(number, seed)

    def truth(self) -> int:
        return self.stripe.truth(self.price).count

    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None:
        self.stripe.deliveries(drop=drop, duplicate=duplicate, shuffle=shuffle)

    def settle(self) -> None:
        self.stripe.settle()

    def behave(self, *, outage: bool = False, fail_share: float = 0) -> None:
        fails = [{"kind": "server", "count": 10_000}] if outage else []
        self.stripe.behave(fail_share=fail_share, fail_next=fails)

    def sign(self, key: str, *, secret: str | None = None, age: timedelta = timedelta(0), pad: int = 0) -> Sent:
        told = {
            "id": f"evt_{pad}_{key}",
            "object": "event",
            "type": "customer.subscription.updated",
            "livemode": True,
            "created": self.stripe.now,
            "data": {"object": {"id": key, "object": "subscription"}, "padding": "x" * pad},
        }
        return self.sign_bytes(json.dumps(told).encode(), secret=secret, age=age)

    def sign_bytes(self, body: bytes, *, secret: str | None = None, age: timedelta = timedelta(0)) -> Sent:
        at = int(time.time() - age.total_seconds())
        digest = hmac.new((secret or self.secret).encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return Sent("/webhooks/stripe", body, {"Stripe-Signature": f"t={at},v1={digest}"})

    def post(self, sent: Sent) -> int:
        return post(self.base, sent)[0]

    def forgeries(self, key: str) -> list[Sent]:
        return spoilt(self.sign(key), self.sign(key, secret="another secret of as many letters"))

    def odd_ids(self, key: Any) -> list[Sent]:
        return [self.sign(key)] if isinstance(key, str) else []

    def say_more(self) -> None:
        self.proxy.talkative = True

    def leave_out(self, key: str, *, mend: bool = False) -> None:
        self.proxy.mute = self.proxy.mute - {key} if mend else self.proxy.mute | {key}

    def stop(self) -> None:
        self.proxy.stop()
        self.stripe.stop()
