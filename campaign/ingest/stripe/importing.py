"""The first import: what matters of an account, page by page, with few calls; a run that was stopped is gone on with.

Invoices come first, so that a membership is booked once, with all its evidence; then charges, then subscriptions.
How far each list was taken in is kept with what it told, so that another run begins behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from campaign.counting import book, recounts
from campaign.domain.errors import Conflict, MalformedFact
from campaign.ingest.stripe.fetch import CHARGE_WITH
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.pages import Lister, Page
from campaign.ingest.stripe.reach import Reach
from campaign.ingest.stripe.reading import CHARGE, DISPUTE, INVOICE, PRICE, REFUND, SUBSCRIPTION, Reader, Reading
from campaign.ingest.stripe.subscriptions import told_subscription
from campaign.store import batches, fact_differences, facts, imports, ledger, objects, prices, sources
from campaign.store.engine import Database, Session
from campaign.store.imports import ImportState
from campaign.store.ledger import Cause
from campaign.store.objects import Ref
from campaign.store.people import Touched, chunks

ROWS_A_STEP = 100
"""Rows taken in by one transaction, so that a delivery is never kept waiting."""


@dataclass(slots=True)
class Importer:
    """Takes in one account's lists. `state`: how far earlier runs got; `found` counts what they saw too, by kind."""

    db: Database
    lister: Lister
    reader: Reader
    source_id: int
    batch_id: int
    cause: Cause
    now: Callable[[], datetime]
    progress: Callable[[dict[str, int]], None]
    state: ImportState
    found: Counter[str] = field(default_factory=Counter[str])
    _billed_until: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def run(self) -> None:
        """Prices, invoices, charges and subscriptions are taken in. Raises what the gateway raises, AllowanceSpent."""
        self.found.update(self.state.seen)
        reach = Reach(self.state.since)
        self._all(PRICE, "prices", self.reader.price, expand=["data.product"])
        self._all(INVOICE, "invoices", self._invoice, expand=["data.payments"], **reach.created())
        charge_with = [f"data.{name}" for name in CHARGE_WITH]
        self._all(CHARGE, "charges", self._charge, expand=charge_with, **reach.created())
        if reach.since is not None:
            self._all(REFUND, "refunds", lambda row: self._older(REFUND, row), **reach.created_refunds())
            self._all(DISPUTE, "disputes", lambda row: self._older(DISPUTE, row), **reach.created_refunds())
        self._all(SUBSCRIPTION, "subscriptions", self._subscription, status="all", expand=["data.customer"])
        self._recount_others()

    def _all(self, kind: str, path: str, read: Callable[[Json], Reading], **params: Any) -> None:
        after = self.state.lists.get(kind)
        if after is None and kind in self.state.lists:
            return
        for page in self.lister.pages(path, after, **params):
            for rows in _steps(page):
                self.found[kind] += len(rows)
                self._take_in(kind, rows, page.stamp, read)
            self.progress(dict(self.found))
        with self.db.write() as session:
            self._got_to(session, kind, None)

    def _got_to(self, session: Session, kind: str, last: str | None) -> None:
        """Raises Conflict where staff have taken the source out of use meanwhile."""
        if not sources.load(session, self.source_id).enabled:
            raise Conflict("The source was taken out of use; its import goes on when it is in use again.")
        now = self.now()
        imports.got_to(session, self.source_id, kind, last, self.found, now)
        batches.beat(session, self.batch_id, dict(self.found), now)

    def _take_in(self, kind: str, rows: list[Json], stamp: int, read: Callable[[Json], Reading]) -> None:
        """A row that can't be read is asked for by itself, so that its error is kept with it."""
        if kind == SUBSCRIPTION:
            with self.db.read() as session:
                keys = [Thing.of(row, SUBSCRIPTION).key for row in rows]
                self._billed_until = imports.billed_until(session, self.source_id, keys)
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
            book.recount(session, self._due_now(session, kind, reading, saved.touched), self.cause, now)
            if objects.any_unsettled(session, self.source_id):
                objects.settle(session, self.source_id, reading.whole - reading.dirties, stamp)
            if reading.dirties:
                objects.mark_dirty(session, self.source_id, reading.dirties, now, self.cause.kind, self.cause.id)
            self._got_to(session, kind, str(rows[-1]["id"]))

    def _due_now(self, session: Session, kind: str, reading: Reading, touched: Touched) -> Touched:
        """Who was never counted is counted when their memberships come, so that what came before is not in vain.

        Then all of them, also where a membership itself says nothing new: an invoice may have.
        """
        if kind == SUBSCRIPTION:
            people = imports.people_of_memberships(session, self.source_id, reading.told.memberships)
            return Touched(touched.people | people, touched.payments)
        return Touched(ledger.have_entries(session, ledger.PERSON, touched.people), touched.payments)

    def _recount_others(self) -> None:
        """Those whose memberships were known already, or who have none."""
        with self.db.read() as session:
            others = imports.people_without_memberships_since(session, self.source_id, self.state.first_stamp)
        for people in chunks(others, ROWS_A_STEP):
            now = self.now()
            with self.db.write() as session:
                book.recount(session, Touched(people=set(people)), self.cause, now)
                batches.beat(session, self.batch_id, dict(self.found), now)

    def _invoice(self, row: Json) -> Reading:
        if _is_cut_short(row, "lines") or _is_cut_short(row, "payments"):
            return Reading(dirties={Ref(INVOICE, Thing.of(row, INVOICE).key)})
        return self.reader.invoice(row)

    def _charge(self, row: Json) -> Reading:
        charge = Thing.of(row, CHARGE)
        if charge.yes("disputed") or _is_cut_short(row, "refunds"):
            return Reading(dirties={Ref(CHARGE, charge.key)})
        return self.reader.charge(row, [], None)

    def _older(self, kind: str, row: Json) -> Reading:
        """What took from a payment that the list of charges did not reach; the payment is asked for."""
        charge = Thing.of(row, kind).id_of("charge")
        if charge is None:
            return Reading()
        with self.db.read() as session:
            unknown, _ = fact_differences.unsettled_payments(session, self.source_id, {charge})
        return Reading(dirties={Ref(CHARGE, key) for key in unknown})

    def _subscription(self, row: Json) -> Reading:
        """Those of its invoices that matter are known by now."""
        key = Thing.of(row, SUBSCRIPTION).key
        if _is_cut_short(row, "items"):
            return Reading(dirties={Ref(SUBSCRIPTION, key)})
        reach, billed_until = Reach(self.state.since), self._billed_until.get(key)
        if reach.has_all_invoices(told_subscription(row)):
            return self.reader.subscription_with_known_invoices(row, billed_until)
        return self.reader.older_subscription(row, billed_until, reach)


def _steps(page: Page) -> Iterator[list[Json]]:
    return (page.rows[at : at + ROWS_A_STEP] for at in range(0, len(page.rows), ROWS_A_STEP))


def _is_cut_short(row: Json, name: str) -> bool:
    held: object = row.get(name)
    return isinstance(held, dict) and bool(cast(Json, held).get("has_more"))
