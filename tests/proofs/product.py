"""The product inside a test: its own webhook route, worker, listing, sweep and clock, on a database of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from campaign.counting import edit
from campaign.counting.check import check
from campaign.counting.passage import recheck_due
from campaign.domain.campaign import Campaign, EditorState, GoalKind, Rule
from campaign.domain.progress import Progress, fold
from campaign.ingest import listing, sweep
from campaign.ingest.accounts import Accounts
from campaign.ingest.work import Worker
from campaign.runtime import Runtime
from campaign.store import campaigns, day_totals, ledger, objects, sources
from campaign.store.engine import open_database
from campaign.web import webhooks
from config import Settings

SECRET = "whsec_proof"
PERSON_KEY = "p" * 32


def settings_for(url: str, folder: Path, api_key: str, api_base: str, **changes: Any) -> Settings:
    told = Settings(
        secret_key="s" * 32,
        person_key=PERSON_KEY,
        public_url="https://goal.example.org",
        data_dir=folder,
        database_url=url,
        stripe_api_key=api_key,
        stripe_api_base=api_base,
        stripe_webhook_secrets=(SECRET,),
    )
    return replace(told, **changes)


def a_campaign(kind: GoalKind, **changes: Any) -> Campaign:
    """A public campaign over ten years in UTC, so that everything a history does is inside its window."""
    base = Campaign(
        id=0,
        slug=kind.value.replace("_", "-"),
        name=kind.value,
        kind=kind,
        target=1000,
        currency="USD",
        starts_on=date(2020, 1, 1),
        ends_on=date(2035, 12, 31),
        zone="UTC",
        rule=Rule(),
        state=EditorState.PUBLIC,
    )
    return replace(base, **changes)


@dataclass
class Clock:
    """The product's time, set by the test."""

    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def to(self, instant: float) -> None:
        self.now = datetime.fromtimestamp(instant, UTC)


@dataclass
class Product:
    """One installation on one database; `now` is whatever `clock` says."""

    settings: Settings
    clock: Clock
    width: int = 8
    campaigns: dict[str, Campaign] = field(default_factory=dict[str, Campaign])

    def __post_init__(self) -> None:
        self.db = open_database(self.settings.database_url)
        self.runtime = Runtime(self.settings, self.db, self.clock)
        with self.db.write() as session:
            source = sources.ensure_from_env(session, self.settings, self.clock())
        assert source is not None
        self.source_id = source.id
        self.accounts = Accounts(self.db, self.settings)
        self.worker = Worker(self.db, self.accounts, self.clock, width=self.width)
        self._door_at: datetime | None = None

    def __enter__(self) -> Product:
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.close()
        self.db.dispose()

    def start_campaign(self, campaign: Campaign) -> Campaign:
        created = edit.create(self.db, campaign, "proof", "a proof", self.clock())
        self.campaigns[created.slug] = created
        return created

    # --- what comes in

    def deliver(self, body: bytes) -> int:
        """The signed body is posted to the webhook's own address; returns the status."""
        stamp = int(datetime.now(UTC).timestamp())
        digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"}
        return self._door().post("/webhooks/stripe", data=body, headers=headers).status_code

    def _door(self) -> FlaskClient:
        """Where deliveries go; it knows how far its clock is off, since signatures carry the real time."""
        if self._door_at != self.clock.now:
            offset = int((self.clock.now - datetime.now(UTC)).total_seconds())
            runtime = Runtime(replace(self.settings, clock_offset_seconds=offset), self.db, self.clock)
            app = Flask("proof")
            app.register_blueprint(webhooks.blueprint(runtime))
            self._http, self._door_at = app.test_client(), self.clock.now
        return self._http

    def deliver_all(self, bodies: Iterable[bytes]) -> None:
        for body in bodies:
            status = self.deliver(body)
            assert status == 200, f"a delivery was answered with {status}: {body[:200]!r}"

    def work_off(self, patience: timedelta = timedelta(0)) -> None:
        """Everything due is fetched and booked; with `patience` the clock goes on to what waits to be tried again."""
        self.worker.drain()
        until = self.clock() + patience
        while self.clock() < until and self.waiting():
            self.clock.now += timedelta(seconds=30)
            self.worker.drain()
        recheck_due(self.db, self.clock())

    def list_events(self) -> None:
        listing.list_all_events(self.db, self.accounts, self.clock())

    def sweep(self) -> sweep.Swept:
        """A sweep, which is an import where there was none."""
        return sweep.sweep(self.db, self.accounts, self.source_id, self.clock, calls_per_second=1000)

    def waiting(self) -> int:
        with self.db.read() as session:
            return objects.count_waiting(session)

    # --- what it says

    def progress(self, slug: str) -> Progress:
        with self.db.read() as session:
            campaign = campaigns.by_slug(session, slug)
            return fold(day_totals.load(session, campaign.id), campaign)

    def differences(self) -> list[str]:
        """What the product's own check finds in every campaign, and objects that failed."""
        found = [line for c in self.campaigns.values() for line in check(self.db, c.id, self.clock()).found]
        with self.db.read() as session:
            troubled = objects.troubled(session, 20)
        return found + [f"{one.kind} {one.key} is {one.state}: {one.error}" for one in troubled]

    def standing(self) -> dict[str, Counter[tuple[str, int, datetime, str]]]:
        """For each campaign, what stands: kind, amount, instant, and whose it is in the source's own ids."""
        owners = self._owners()
        found: dict[str, Counter[tuple[str, int, datetime, str]]] = {}
        with self.db.read() as session:
            for slug, campaign in self.campaigns.items():
                found[slug] = Counter()
                for kind in (ledger.PERSON, ledger.PAYMENT, ledger.CAMPAIGN):
                    ids = [i for k, i in owners if k == kind] if kind != ledger.CAMPAIGN else [campaign.id]
                    for subject_id, has in ledger.subject_ledgers(session, campaign.id, kind, ids).items():
                        owner = owners.get((kind, subject_id), kind)
                        found[slug].update((e.kind.value, e.amount, e.occurred_at, owner) for e in has.standing)
        return found

    def totals(self, slug: str) -> Counter[tuple[date, str, int, int]]:
        """The stored totals by day and kind; what cancelled out is left out."""
        with self.db.read() as session:
            rows = day_totals.load(session, self.campaigns[slug].id)
        return Counter((t.day, t.kind.value, t.amount, t.number) for t in rows if t.amount or t.number)

    def stretches(self, slug: str) -> dict[str, list[tuple[int, int | None]]]:
        """For each person (an address's hash, else the accounts' keys), when the campaign counted it."""
        lines: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for (kind, _, at, owner), number in self.standing()[slug].items():
            lines[owner] += [(int(at.timestamp()), kind)] * number
        told: dict[str, list[tuple[int, int | None]]] = {}
        for owner, moves in lines.items():
            spans: list[tuple[int, int | None]] = []
            for at, kind in sorted(moves, key=lambda move: (move[0], move[1] == "left")):
                if kind == "left":
                    spans[-1] = (spans[-1][0], at)
                else:
                    spans.append((at, None))
            told[self._hash_of(owner)] = spans
        return told

    def _hash_of(self, owner: str) -> str:
        return self._hashes.get(owner, owner)

    def _owners(self) -> dict[tuple[str, int], str]:
        """Each person by the keys of its accounts, each payment by its own key."""
        with self.db.read() as session:
            accounts = session.execute(text("SELECT person_id, key, address_hash FROM account ORDER BY key")).all()
            payments = session.execute(text("SELECT id, key FROM payment")).all()
        keys: dict[int, list[str]] = defaultdict(list)
        hashes: dict[int, str] = {}
        for person_id, key, address_hash in accounts:
            keys[person_id].append(key)
            if address_hash:
                hashes[person_id] = address_hash
        owners = {(ledger.PERSON, person_id): " ".join(some) for person_id, some in keys.items()}
        self._hashes = {" ".join(keys[person_id]): told for person_id, told in hashes.items()}
        return owners | {(ledger.PAYMENT, payment_id): key for payment_id, key in payments}


def as_event(event_id: str, kind: str, obj: Mapping[str, Any], created: int, *, livemode: bool = True) -> bytes:
    """An event's body as Stripe sends it."""
    told = {"id": event_id, "object": "event", "type": kind, "created": created, "livemode": livemode}
    return json.dumps({**told, "api_version": "2026-10-28.endive", "data": {"object": obj}}).encode()
