"""Every address and name that went in is searched for in the database, the logs and the published files: none is there.

They go in by every door: customers, the hosted checkout form, payments without a customer, spellings, failing
deliveries, failing calls, and objects that can't be read.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import Request, urlopen

import psycopg
import pytest

from campaign.domain.campaign import GoalKind, Join, Rule
from tests.databases import Databases
from tests.proofs.product import a_campaign
from tests.proofs.test_volume import sweep_in_a_process, wait_until_nothing_waits
from tests.running import Running
from tests.stripe_world import StripeWorld

PEOPLE = (
    ("quirin.zaunkoenig@xylophon-verlag.example", "Quirin Zaunkönig"),
    ("ZWIEBELTURM.Ottokar@Pfefferminz.Example", "Ottokar Zwiebelturm"),
    ("nomvula+abo@dassie-koppie.example", "Nomvula Dassie"),
    ("żółwik@gęś-jaźń.example", "Żółwik Gęśjaźń"),
    ("o'malley_kestrel@brambling.example", "Siobhán O'Malley-Kestrel"),
    ("田中.梟@ふくろう.example", "田中 梟"),
)
AT_CHECKOUT = ("wendehals.checkout@birkhuhn.example", "Walburga Wendehals")
WITHOUT_CUSTOMER = ("gartenrotschwanz@einmalig.example", "Gerd Gartenrotschwanz")
IN_BROKEN_EVENTS = ("seidenschwanz@kaputt.example", "Selma Seidenschwanz")
EVERYBODY = (*PEOPLE, AT_CHECKOUT, WITHOUT_CUSTOMER, IN_BROKEN_EVENTS)


def spellings(text: str) -> Iterator[bytes]:
    """The bytes a careless program might leave behind: encodings, cases, escapes."""
    for form in {text, text.lower(), text.upper(), text.casefold(), unicodedata.normalize("NFD", text)}:
        yield form.encode()
        yield form.encode("utf-16-le")
        yield json.dumps(form)[1:-1].encode()
        yield urlencode({"": form})[1:].encode()


def needles() -> dict[bytes, str]:
    """What must not be found, in bytes of some length, with whose it is."""
    found: dict[bytes, str] = {}
    for address, name in EVERYBODY:
        local, _, host = address.partition("@")
        words = [address, local, host, name, *name.split(), host.encode("idna").decode().split(".")[0]]
        for word in words:
            if len(word) > 2 and word.lower() != "example":
                found |= {spelled: f"{word} of {name}" for spelled in spellings(word) if len(spelled) >= 6}
    return found


def pay_at_checkout(running: Running, world: StripeWorld) -> None:
    """The campaign's join form, then the hosted page with address and name."""
    here = f"http://127.0.0.1:{running.port}/g/members/join"
    opener = _stay()
    with opener.open(Request(here, b"", method="POST"), timeout=20) as answer:
        assert answer.status == 303, answer.read()[:500]
        with_token = urljoin(here, answer.headers["Location"])
    with opener.open(with_token, timeout=20) as answer:
        assert answer.status == 303, answer.read()[:500]
        url = answer.headers["Location"]
    told = {"do": "pay", "email": AT_CHECKOUT[0], "name": AT_CHECKOUT[1], "payment": "card"}
    with opener.open(Request(url, urlencode(told).encode(), method="POST"), timeout=20) as answer:
        assert answer.status == 303


def _stay() -> Any:
    from urllib.request import HTTPRedirectHandler, build_opener

    class Stay(HTTPRedirectHandler):
        """A redirect is an answer."""

        def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
            return fp

        http_error_302 = http_error_303

    return build_opener(Stay)


def post(running: Running, body: bytes, *, signed: bool = True) -> int:
    stamp = int(time.time())
    secret = running.environ["STRIPE_WEBHOOK_SECRETS"] if signed else "whsec_wrong"
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(f"http://127.0.0.1:{running.port}/webhooks/stripe", body, headers), timeout=20) as answer:
            return answer.status
    except HTTPError as refused:
        with refused:
            return refused.code


def broken_events() -> list[bytes]:
    """Signed events with a supporter in every odd place, about objects that nobody knows."""
    address, name = IN_BROKEN_EVENTS
    base = {"object": "event", "livemode": True, "created": int(time.time()), "api_version": "2020-08-27"}
    objects = [
        ("customer.updated", {"id": "cus_nobody", "object": "customer", "email": address, "name": name}),
        ("invoice.paid", {"id": "in_nobody", "object": "invoice", "customer_email": address, "customer_name": name}),
        ("charge.failed", {"id": "ch_nobody", "object": "charge", "billing_details": {"email": address, "name": name}}),
        ("odd.type", {"id": "odd_1", "object": "odd", "email": address}),
    ]
    bodies = [
        {
            **base,
            "id": f"evt_broken{number}",
            "type": kind,
            "data": {"object": told, "previous_attributes": {"email": address}},
        }
        for number, (kind, told) in enumerate(objects)
    ]
    whole = [json.dumps(body, ensure_ascii=False).encode() for body in bodies]
    return [*whole, whole[0][:-20], f'{{"id": "{address}"'.encode(), f'"{name}"'.encode()]


def live_through_everything(running: Running, world: StripeWorld, price: str) -> None:
    for number, (address, name) in enumerate(PEOPLE):
        made = world.join(price, address, name=name)
        if number % 2:
            world.join(price, address.upper(), name=name.upper())
        if number == 0:
            world.refund(made.charge or "")
        if number == 2:
            world.change_address(made.customer, PEOPLE[3][0])
    world.one_off(2500, email=WITHOUT_CUSTOMER[0], metadata={"name": WITHOUT_CUSTOMER[1]})
    pay_at_checkout(running, world)
    for body in broken_events():
        assert post(running, body) in (200, 400)
        assert post(running, body, signed=False) == 400
    world.behave(fail_next=[{"kind": kind, "count": 3} for kind in ("server", "rate_limit", "reset", "reset_after")])
    made = world.join(price, PEOPLE[4][0], name=PEOPLE[4][1])
    world.leave(made.subscription, now=True)


def everything_written(running: Running, url: str) -> dict[str, bytes]:
    """All bytes of the database, the data folder and the logs, by where they are."""
    found = {
        str(path.relative_to(running.folder)): path.read_bytes()
        for path in running.folder.rglob("*")
        if path.is_file() and "stripe" not in path.relative_to(running.folder).parts
    }
    if url.startswith("sqlite:///"):
        base = Path(url.removeprefix("sqlite:///"))
        found |= {part.name: part.read_bytes() for part in base.parent.glob(f"{base.name}*")}
        assert any(name.endswith("-wal") for name in found)
        return found
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                found[table] = b"".join(bytes(part) for part in copy)
    return found


def holding(written: dict[str, bytes], needle: bytes) -> list[str]:
    return [where for where, content in written.items() if needle in content]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_address_and_no_name_is_kept(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    databases: Databases = request.getfixturevalue(f"{kind}_databases")
    with databases.fresh() as url, StripeWorld.start(tmp_path / "stripe", process=True) as world:
        price = world.price(500)
        join = Join(source_id=1, price_key=price, home_url="https://news.example.org/")
        members = a_campaign(GoalKind.MEMBERS, join=join)
        money = a_campaign(GoalKind.AMOUNT, rule=Rule(count_one_off=True), target=10**9)
        with Running.start(tmp_path, world, url, campaigns=(members, money)) as running:
            sweep_in_a_process(running, "import")
            running.wait_until(lambda: running.get("/g/members/")[0] == 200)
            live_through_everything(running, world, price)
            world.settle(60)
            wait_until_nothing_waits(running)
            sweep_in_a_process(running, "sweep")
            truth = world.truth()
            running.wait_for_number("members", truth.count)
            running.wait_for_number("amount", truth.raised())
            written = everything_written(running, url)
        written |= {path.name: path.read_bytes() for path in running.folder.glob("*.log")}
    assert truth.count >= len(PEOPLE) - 1
    # The search itself works: what must be there is found.
    assert any(price.encode() in content for content in written.values())
    assert any(b"members" in content for name, content in written.items() if "public" in name)
    found = {f"{whose} in {where}" for needle, whose in needles().items() for where in holding(written, needle)}
    assert found == set()
