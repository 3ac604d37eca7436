"""Deliveries as Stripe makes them: a paid invoice's event in the provider's words, no two alike, signed when sent."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import time
from pathlib import Path
from urllib.request import Request, urlopen

from tests.stripe_world import StripeWorld

PATH = "/webhooks/stripe"


class Deliveries:
    """Makes one HTTP request after another; no two carry the same event or the same invoice."""

    def __init__(self, body: bytes, secret: str) -> None:
        event = json.loads(body)
        self._body, self._secret = body, secret.encode()
        self._event_id = event["id"].encode()
        self._invoice_id = event["data"]["object"]["id"].encode()
        self._numbers = itertools.count(1)

    def next_request(self) -> bytes:
        """A signed delivery that was never made before."""
        number = b"%014d" % next(self._numbers)
        body = self._body.replace(self._event_id, b"evt_" + number).replace(self._invoice_id, b"in_" + number)
        at = b"%d" % time.time()
        signature = hmac.new(self._secret, at + b"." + body, hashlib.sha256).hexdigest().encode()
        return b"".join((
            b"POST ", PATH.encode(), b" HTTP/1.1\r\nHost: 127.0.0.1\r\n",
            b"Content-Type: application/json; charset=utf-8\r\n",
            b"User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nAccept: */*; q=0.5, application/xml\r\n",
            b"Stripe-Signature: t=", at, b",v1=", signature, b"\r\nContent-Length: %d\r\n\r\n" % len(body), body,
        ))  # fmt: skip


def event_of_a_payment(folder: Path) -> bytes:
    """The body of an `invoice.paid` of a new member, as the provider writes it."""
    with StripeWorld.start(folder, livemode=False) as stripe:
        stripe.join(stripe.price(500), "jane@example.org", name="Jane")
        listing = Request(f"{stripe.address}/v1/events?type=invoice.paid")
        listing.add_header("Authorization", f"Bearer {stripe.api_key}")
        with urlopen(listing, timeout=10) as answer:
            event = json.loads(answer.read())["data"][0]
    return json.dumps(event, indent=2).encode()
