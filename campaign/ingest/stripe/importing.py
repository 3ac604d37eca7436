"""The first import: everything an account holds, page by page, with few calls.

Invoices come first, so that a membership is booked once, with all its evidence; then charges, then subscriptions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from campaign.counting import book, recounts
from campaign.domain.errors import MalformedFact
from campaign.ingest.stripe.fetch import CHARGE_WITH
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.pages import Lister, Page
from campaign.ingest.stripe.reading import CHARGE, INVOICE, PRICE, SUBSCRIPTION, Reader, Reading
from campaign.ingest.stripe.subscriptions import billed_until
from campaign.store import batches, facts, objects, prices
from campaign.store.engine import Database
from campaign.store.ledger import Cause
from campaign.store.objects import Ref
from campaign.store.people import Touched, chunks

ROWS_A_STEP = 100
"""Rows taken in by one transaction, so that a delivery is never kept waiting."""


@dataclass(slots=True)
class Importer:
    """Takes in one account's whole lists. `found` counts what was seen, by kind."""

    db: Database
    lister: Lister
    reader: Reader
    source_id: int
    batch_id: int
    cause: Cause
    now: Callable[[], datetime]
    progress: Callable[[dict[str, int]], None]
    found: Counter[str] = field(default_factory=Counter[str])
    _billed_until: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _people_later: set[int] = field(default_factory=set[int])

    def run(self) -> None:
        """Every price, invoice, charge and subscription is taken in. Raises what the gateway raises."""
        self._all(PRICE, "prices", self.reader.price, expand=["data.product"])
        self._all(INVOICE, "invoices", self._invoice, expand=["data.payments"])
        charge_with = [f"data.{name}" for name in CHARGE_WITH]
        self._all(CHARGE, "charges", self._charge, expand=charge_with)
        self._all(SUBSCRIPTION, "subscriptions", self._subscription, status="all", expand=["data.customer"])
        self._recount_others()

    def _all(self, kind: str, path: str, read: Callable[[Json], Reading], **params: object) -> None:
        for page in self.lister.pages(path, **params):
            for rows in _steps(page):
                self._take_in(kind, rows, page.stamp, read)
            self.found[kind] += len(page.rows)
            self.progress(dict(self.found))

    def _take_in(self, kind: str, rows: list[Json], stamp: int, read: Callable[[Json], Reading]) -> None:
        """A row that can't be read is asked for by itself, so that its error is kept with it."""
        reading = Reading()
        for row in rows:
            try:
                reading.update(read(row))
            except MalformedFact:
                reading.dirties.add(Ref(kind, Thing.of(row, kind).key))
        now = self.now()
        with self.db.write() as session:
            saved = facts.save(session, self.source_id, reading.told, stamp)
            other = prices.save(session, self.source_id, reading.prices, stamp)
            recounts.products_changed(session, other, now)
            book.recount(session, self._due_now(kind, saved.touched), self.cause, now)
            if objects.any_unsettled(session, self.source_id):
                objects.settle(session, self.source_id, reading.whole - reading.dirties, stamp)
            if reading.dirties:
                objects.mark_dirty(session, self.source_id, reading.dirties, now, self.cause.kind, self.cause.id)
            batches.beat(session, self.batch_id, dict(self.found), now)

    def _due_now(self, kind: str, touched: Touched) -> Touched:
        """People are counted when their memberships come, so that what came before is not counted in vain."""
        if kind == SUBSCRIPTION:
            self._people_later -= touched.people
            return touched
        self._people_later |= touched.people
        return Touched(payments=touched.payments)

    def _recount_others(self) -> None:
        """Those whose memberships were known already, or who have none."""
        for people in chunks(self._people_later, ROWS_A_STEP):
            now = self.now()
            with self.db.write() as session:
                book.recount(session, Touched(people=set(people)), self.cause, now)
                batches.beat(session, self.batch_id, dict(self.found), now)
        self._people_later.clear()

    def _invoice(self, row: Json) -> Reading:
        if _is_cut_short(row, "lines") or _is_cut_short(row, "payments"):
            return Reading(dirties={Ref(INVOICE, Thing.of(row, INVOICE).key)})
        reading = self.reader.invoice(row)
        for invoice in reading.told.invoices.values():
            until, key = billed_until([invoice]), invoice.membership_key
            if key is not None and until is not None:
                self._billed_until[key] = max(until, self._billed_until.get(key, until))
        return reading

    def _charge(self, row: Json) -> Reading:
        charge = Thing.of(row, CHARGE)
        if charge.yes("disputed") or _is_cut_short(row, "refunds"):
            return Reading(dirties={Ref(CHARGE, charge.key)})
        return self.reader.charge(row, [], None)

    def _subscription(self, row: Json) -> Reading:
        """All of its invoices are known by now."""
        key = Thing.of(row, SUBSCRIPTION).key
        if _is_cut_short(row, "items"):
            return Reading(dirties={Ref(SUBSCRIPTION, key)})
        return self.reader.subscription_with_known_invoices(row, self._billed_until.get(key))


def _steps(page: Page) -> Iterator[list[Json]]:
    return (page.rows[at : at + ROWS_A_STEP] for at in range(0, len(page.rows), ROWS_A_STEP))


def _is_cut_short(row: Json, name: str) -> bool:
    held: object = row.get(name)
    return isinstance(held, dict) and bool(cast(Json, held).get("has_more"))
