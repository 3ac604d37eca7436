"""The sweep: an account's lists held against what is known. It only reads; what it finds is asked for later.

Addresses come by in the lists, so whoever is known under an older key of addresses moves to the newest on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaign.counting import renewal
from campaign.domain.errors import MalformedFact
from campaign.ingest.reading import Found
from campaign.ingest.stripe import reading as r
from campaign.ingest.stripe.charges import told_dispute
from campaign.ingest.stripe.fields import Json, Thing
from campaign.ingest.stripe.pages import Lister, Page
from campaign.ingest.stripe.reading import Reader
from campaign.ingest.stripe.subscriptions import told_subscription
from campaign.store import fact_differences
from campaign.store.engine import Database
from campaign.store.told import ToldAccount, ToldInvoice, ToldMembership

DISPUTES_OPEN_FOR = timedelta(days=150)


@dataclass(slots=True)
class Sweeper:
    """Compares one account's lists since an instant (subscriptions: all of them)."""

    db: Database
    lister: Lister
    reader: Reader
    source_id: int
    since: datetime
    progress: Callable[[Mapping[str, int]], None]
    now: Callable[[], datetime]
    found: Found = field(default_factory=Found)

    def run(self) -> Found:
        """What is unknown or different. Raises what the gateway raises."""
        created = {"created": {"gte": int(self.since.timestamp())}}
        self._all(r.SUBSCRIPTION, "subscriptions", self._subscriptions, status="all", expand=["data.customer"])
        self._all(r.INVOICE, "invoices", self._invoices, expand=["data.payments"], **created)
        self._all("balance_transaction", "balance_transactions", self._moves, **created)
        self._all(r.REFUND, "refunds", self._refunds, **created)
        earlier = {"created": {"gte": int((self.since - DISPUTES_OPEN_FOR).timestamp())}}
        self._all(r.DISPUTE, "disputes", self._disputes, **earlier)
        return self.found

    def _all(self, kind: str, path: str, compare: Callable[[Page], None], **params: Any) -> None:
        for page in self.lister.pages(path, **params):
            compare(page)
            self.found.seen[kind] += len(page.rows)
            self.progress(dict(self.found.seen))

    def _subscriptions(self, page: Page) -> None:
        """Whether the running period is paid for is told by the invoices, and compared there."""
        told: dict[str, ToldMembership] = {}
        accounts: dict[str, ToldAccount] = {}
        for row in page.rows:
            membership = self._try(r.SUBSCRIPTION, row, told_subscription)
            customer = self._try(r.SUBSCRIPTION, row, self.reader.customer_of)
            if membership is not None and customer is not None:
                told[membership.key] = membership
                accounts.update(customer.told.accounts)
        renewal.renew(self.db, (a.address_hash for a in accounts.values()), self.now())
        with self.db.read() as session:
            unknown, different = fact_differences.memberships(session, self.source_id, told, page.stamp)
            moved = fact_differences.accounts(session, self.source_id, accounts, page.stamp)
        self.found.note(r.SUBSCRIPTION, unknown, different)
        self.found.note(r.CUSTOMER, set(), moved)

    def _invoices(self, page: Page) -> None:
        told: dict[str, ToldInvoice] = {}
        for row in page.rows:
            reading = self._try(r.INVOICE, row, self.reader.invoice)
            told.update({} if reading is None else reading.told.invoices)
        with self.db.read() as session:
            unknown, different = fact_differences.invoices(session, self.source_id, told, page.stamp)
        self.found.note(r.INVOICE, unknown, different)

    def _moves(self, page: Page) -> None:
        """Money that moved on the balance by a charge, or came back by a refund that failed."""
        charges = {key for row in page.rows if (key := _source(row, ("ch_", "py_"))) is not None}
        refunds = {key for row in page.rows if (key := _source(row, ("re_", "pyr_"))) and "failure" in row["type"]}
        with self.db.read() as session:
            unknown, different = fact_differences.unsettled_payments(session, self.source_id, charges)
            stands = set(fact_differences.reductions(session, self.source_id, refunds))
        self.found.note(r.CHARGE, unknown, different)
        self.found.note(r.REFUND, set(), stands)

    def _refunds(self, page: Page) -> None:
        rows = {row["id"]: row for row in page.rows if row.get("charge")}
        with self.db.read() as session:
            known = fact_differences.reductions(session, self.source_id, rows)
        takes = {key for key, row in rows.items() if row.get("status") in ("succeeded", "pending")}
        self.found.note(r.REFUND, takes - set(known), set(known) - takes)

    def _disputes(self, page: Page) -> None:
        rows = {row["id"]: row for row in page.rows}
        with self.db.read() as session:
            known = fact_differences.reductions(session, self.source_id, rows)
        for key, row in rows.items():
            try:
                told = told_dispute(row)
            except MalformedFact:
                self.found.note(r.DISPUTE, set(), {key})
                continue
            seen = known.get(key)
            if (told is None) != (seen is None):
                self.found.note(r.DISPUTE, {key} if seen is None else set(), {key} if seen is not None else set())
            elif (
                told is not None
                and seen is not None
                and (told.lost, told.given_back_at) != (seen.lost, seen.given_back_at)
            ):
                self.found.note(r.DISPUTE, set(), {key})

    def _try(self, kind: str, row: Json, read: Callable[[Json], Any]) -> Any:
        """What can't be read is asked for by itself, so that its error is kept with it."""
        try:
            return read(row)
        except MalformedFact:
            self.found.note(kind, set(), {Thing.of(row, kind).key})
            return None


def _source(row: Json, prefixes: tuple[str, ...]) -> str | None:
    key: object = row.get("source")
    return key if isinstance(key, str) and key.startswith(prefixes) else None
