"""Stripe as the tests see it: the provider on loopback, the people who pay there, and its own truth.

    with StripeWorld.start(tmp_path / "stripe") as stripe:
        price = stripe.price(500)                      # $5 a month
        jane = stripe.join(price, "jane@example.org")  # Joined(subscription=…, customer=…, invoice=…, charge=…)
        stripe.deliver_to("http://127.0.0.1:…/webhooks/stripe")  # -> the endpoint's secret
        stripe.advance(days=31)
        stripe.leave(jane.subscription, now=True)
        stripe.settle()                                # every event was delivered
        assert stripe.truth(price).count == 0

`client` is the real `stripe.StripeClient`. Times are unix seconds; `stripe.now` is the provider's clock.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import stripe

from campaign.demo.provider.server import ProviderServer

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Joined:
    subscription: str
    customer: str
    invoice: str
    status: str
    payment_intent: str | None = None
    charge: str | None = None


@dataclass(frozen=True)
class Truth:
    """What the provider itself says: members' addresses, everybody's stretches [start, end|None], money by currency."""

    at: int
    count: int
    members: frozenset[str]
    people: dict[str, list[tuple[int, int | None]]]
    money: dict[str, Any]

    def raised(self, currency: str = "usd") -> int:
        return self.money.get(currency, {}).get("total", 0)


class ControlRefused(AssertionError):
    """A control call that the provider refused."""


class StripeWorld:
    def __init__(self, address: str, api_key: str, *, server: ProviderServer | None, process: Any, start: Json) -> None:
        self.address = address
        self.api_key = api_key
        self.server = server
        self.process = process
        self._start = start
        self.client = self.new_client()

    @classmethod
    def start(
        cls,
        state: Path,
        *,
        seed: int = 1,
        starts_at: int | None = None,
        process: bool = False,
        livemode: bool = True,
        port: int = 0,
        **habits: Any,
    ) -> StripeWorld:
        """The provider answers when this returns; in a thread, or as a process of its own.

        `habits`: delay_ms, fail_share, settles_in.
        """
        start = {"state": state, "seed": seed, "starts_at": starts_at, "livemode": livemode, **habits}
        if not process:
            server = ProviderServer(state, port=port, **{k: v for k, v in start.items() if k != "state"}).start()
            return cls(server.address, server.api_key, server=server, process=None, start=start)
        command = [sys.executable, "-m", "campaign.demo.provider", "--state", str(state), "--port", str(port)]
        command += ["--seed", str(seed)] + ([] if livemode else ["--test-mode"])
        for name, value in {"starts_at": starts_at, **habits}.items():
            command += [f"--{name.replace('_', '-')}", str(value)] if value is not None else []
        running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
        assert running.stdout is not None
        told = json.loads(running.stdout.readline())
        return cls(told["address"], told["api_key"], server=None, process=running, start=start)

    def __enter__(self) -> StripeWorld:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.server:
            self.server.stop()
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                # A large account takes long to be taken apart; what it knows is on disk already.
                self.process.kill()
                self.process.wait(20)
            self.process.stdout.close()

    def kill(self) -> None:
        """As `kill -9` does: nothing in the process gets a chance to tidy up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.process.stdout.close()

    def start_again(self) -> StripeWorld:
        """The same provider, on what is on disk, at the same address."""
        port = int(self.address.rsplit(":", 1)[1])
        return StripeWorld.start(**{**self._start, "process": self.process is not None, "port": port})

    def new_client(self, **options: Any) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.api_key, base_addresses={"api": self.address}, stripe_version=API_VERSION, **options
        )

    # --- driving

    def control(self, call: str, method: str = "POST", /, *, http_timeout: float = 120.0, **asked: Any) -> Json:
        """One call to `/_control/<call>`; `None` values are left out."""
        asked = {key: value for key, value in asked.items() if value is not None}
        address = f"{self.address}/_control/{call}"
        body = None
        if method == "GET":
            address += "?" + urlencode(asked, doseq=True)
        else:
            body = json.dumps(asked).encode()
        try:
            with urlopen(Request(address, body, method=method), timeout=http_timeout) as answer:
                return json.loads(answer.read())
        except HTTPError as refused:
            with refused:
                raise ControlRefused(f"{call}: {refused.code} {refused.read().decode()}") from None

    @property
    def now(self) -> int:
        return self.control("clock", "GET")["now"]

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0, stop: bool | None = None) -> int:
        """Time passes, with everything that is due in it; returns the provider's time afterwards."""
        total = int(days * 86_400 + hours * 3600 + seconds)
        return self.control("clock", advance_seconds=total, stop=stop, http_timeout=600)["now"]

    def advance_to(self, instant: int, *, stop: bool | None = None) -> int:
        return self.control("clock", advance_to=instant, stop=stop, http_timeout=600)["now"]

    def price(
        self,
        minor: int = 500,
        *,
        currency: str = "usd",
        interval: str | None = "month",
        product: str | None = None,
        name: str = "Membership",
    ) -> str:
        product = product or self.client.v1.products.create({"name": name}).id
        told: Any = {"product": product, "unit_amount": minor, "currency": currency}
        if interval:
            told["recurring"] = {"interval": interval}
        return self.client.v1.prices.create(told).id

    def join(
        self,
        price: str,
        email: str | None = None,
        *,
        name: str | None = None,
        quantity: int = 1,
        payment: str = "card",
        trial_days: float | None = None,
        coupon_percent: int | None = None,
        customer: str | None = None,
        metadata: dict[str, str] | None = None,
    ) -> Joined:
        """A new subscription; `payment`: card, fails, debit or debit_fails."""
        told = self.control(
            "join",
            price=price,
            email=email,
            name=name,
            quantity=quantity,
            payment=payment,
            trial_days=trial_days,
            coupon_percent=coupon_percent,
            customer=customer,
            metadata=metadata,
        )
        return Joined(**told)

    def come_back(self, subscription: str, *, price: str | None = None, payment: str = "card") -> Joined:
        return Joined(**self.control("return", subscription=subscription, price=price, payment=payment))

    def leave(
        self, subscription: str, *, now: bool = False, prorate: bool = False, cancel_at: int | None = None
    ) -> None:
        """Canceled with the period, at an instant, or now."""
        self.control("leave", subscription=subscription, now=now, prorate=prorate, cancel_at=cancel_at)

    def stay(self, subscription: str) -> None:
        self.control("stay", subscription=subscription)

    def fail_next_payments(self, customer: str, count: int = 0) -> None:
        """The next `count` attempts fail; with 0 all of them, until `card_fixed`."""
        self.control("fail_next_payments", customer=customer, count=count)

    def card_fixed(self, customer: str, *, pay: bool = True) -> list[str]:
        return self.control("card_fixed", customer=customer, pay=pay)["invoices"]

    def pay(self, invoice: str, *, outside: bool = False) -> None:
        self.control("pay", invoice=invoice, outside=outside)

    def void(self, invoice: str) -> None:
        self.control("void", invoice=invoice)

    def refund(self, charge: str, amount: int | None = None) -> str:
        return self.control("refund", charge=charge, amount=amount)["refund"]

    def refund_fails(self, refund: str, status: str = "failed") -> None:
        self.control("refund_fails", refund=refund, status=status)

    def dispute(self, charge: str, status: str = "needs_response") -> str:
        """`status` "warning_needs_response" is an inquiry, which takes nothing."""
        return self.control("dispute", charge=charge, status=status)["dispute"]

    def close_dispute(self, dispute: str, status: str) -> None:
        """`status`: won, lost, or warning_closed for an inquiry."""
        self.control("dispute_close", dispute=dispute, status=status)

    def pause(self, subscription: str, behavior: str = "void", resumes_at: int | None = None) -> None:
        self.control("pause", subscription=subscription, behavior=behavior, resumes_at=resumes_at)

    def resume(self, subscription: str) -> None:
        self.control("resume", subscription=subscription)

    def switch_price(
        self, subscription: str, price: str | None = None, *, quantity: int | None = None, invoice_now: bool = True
    ) -> Joined:
        proration = "always_invoice" if invoice_now else "create_prorations"
        told = self.control(
            "switch_price", subscription=subscription, price=price, quantity=quantity, proration_behavior=proration
        )
        return Joined(**told)

    def one_off(
        self, amount: int, currency: str = "usd", *, email: str | None = None, payment: str = "card", **more: Any
    ) -> str:
        """The charge's id."""
        return self.control("one_off", amount=amount, currency=currency, email=email, payment=payment, **more)["charge"]

    def small_burst(self, count: int, amount: int = 100, fails: float = 0.8) -> list[str]:
        return self.control("small_burst", count=count, amount=amount, fails=fails)["charges"]

    def change_address(self, customer: str, email: str | None) -> None:
        self.client.v1.customers.update(customer, {"email": email or ""})

    def newest_charge(self, subscription: str) -> str | None:
        return self.control("newest_charge", "GET", subscription=subscription)["charge"]

    def bulk(self, count: int, price: str, *, joined_from: int, joined_to: int, **shares: Any) -> Json:
        """Many at once, without events: {"made": [{customer, subscription, email}], "count", "planned"}.

        `shares`: churn, churn_days, fails, debits, trials, prices, weights, seed, first_number, ids, events.
        """
        told = {"count": count, "price": price, "from": joined_from, "to": joined_to, **shares}
        return self.control("bulk", http_timeout=600, **told)

    def random_change(self, n: int, seed: int, **more: Any) -> list[Json]:
        return self.control("random_change", n=n, seed=seed, **more)["done"]

    def complete_session(self, session: str, *, email: str | None = None, payment: str = "card") -> Json:
        """What the hosted page does when somebody pays there."""
        return self.control("complete_session", session=session, email=email, payment=payment)

    # --- deliveries and habits

    def deliver_to(self, url: str, events: list[str] | None = None, *, api_version: str = API_VERSION) -> str:
        """An endpoint is told of everything from now on; returns its signing secret."""
        made = self.client.v1.webhook_endpoints.create(
            {"url": url, "enabled_events": events or ["*"], "api_version": api_version}  # type: ignore[typeddict-item]
        )
        assert made.secret
        return made.secret

    def deliveries(self, **how: Any) -> Json:
        """drop, duplicate (shares), shuffle (window), delay_ms [min, max], api_version, paused, flip_livemode,
        retry_seconds, give_up_after."""
        return self.control("deliveries", **how)

    def settle(self, timeout: float = 30.0) -> Json:
        """Returns when nothing is left to deliver; {"empty": True, "delivered": n, "refused": …}."""
        told = self.control("deliveries/wait", http_timeout=timeout + 30, timeout=timeout)
        if not told["empty"]:
            raise ControlRefused(f"deliveries are still going on: {told}")
        return told

    def redeliver(self, event: str) -> None:
        self.control("redeliver", event=event)

    def delivery_log(self) -> list[Json]:
        return self.control("deliveries/log", "GET")["log"]

    def behave(self, **how: Any) -> Json:
        """delay_ms, fail_share, settles_in, retry_days, after_retries, debit_days, balance_delay_seconds,
        fail_next [{"kind": "rate_limit"|"server"|"reset"|"reset_after", "count": n, "path": "/v1/…"}]."""
        return self.control("behaviour", **how)

    # --- looking

    def truth(
        self,
        price: str | list[str] | None = None,
        *,
        at: int | None = None,
        grace_days: float = 14,
        count_trials: bool = False,
        count_complimentary: bool = False,
        zone: str = "UTC",
    ) -> Truth:
        """The provider's own fold, of what had happened by `at`."""
        told = self.control(
            "truth",
            "GET",
            price=price,
            at=at,
            grace_days=grace_days,
            count_trials=int(count_trials),
            count_complimentary=int(count_complimentary),
            zone=zone,
        )
        people = {key: [(start, end) for start, end in spans] for key, spans in told["people"].items()}
        return Truth(told["at"], told["count"], frozenset(told["members"]), people, told["money"])

    def calls(self) -> dict[str, int]:
        """How often each address was called, as "GET /v1/invoices/{id}": n."""
        return self.control("calls", "GET")

    def requests(self) -> list[Json]:
        """Every address the product used, with the names of all parameters it ever sent there."""
        return self.control("requests", "GET")["requests"]

    def wait_until(self, holds: Any, timeout: float = 10.0) -> None:
        until = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < until, "it did not come true in time"
            time.sleep(0.02)
