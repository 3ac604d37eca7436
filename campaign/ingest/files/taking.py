"""A file is read: its rows are hashed and packed, so that the file itself is never needed again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import BinaryIO

from campaign.domain.errors import Conflict, Invalid
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.files import columns as column_rules
from campaign.ingest.files.columns import Columns, What
from campaign.ingest.files.decoding import Table, look_at
from campaign.ingest.files.pace import seldom_collected
from campaign.ingest.files.questions import open_questions, settled
from campaign.ingest.files.reading import Refusal, RowReader, read_all
from campaign.ingest.files.rows import Row, bucket_of, pack
from campaign.store import campaigns, file_imports
from campaign.store.engine import Database
from campaign.store.file_imports import ImportSeen, RefusalSeen, State
from campaign.store.stamps import pushed_stamp

LEAST_A_BUCKET, BYTES_A_BUCKET, FEW_BUCKETS = 160_000, 640_000, 16
"""So many bytes of a file make a bucket, about 10,000 rows, which is a step or a few; less where they would be few."""
HELD_ROWS = 50_000
"""Rows held in memory before they are written."""
PARTS_A_STEP = 400
EARLIEST = datetime.fromisoformat("1970-01-02T00:00:00+00:00")

Progress = Callable[[int, int], None]


class Ask(Invalid):
    """The file can't be read without an answer. `questions`: names of what is open; `table`: what was found out."""

    def __init__(self, field: str, message: str, questions: set[str], table: Table) -> None:
        super().__init__(field, message)
        self.questions = questions
        self.table = table


@dataclass(frozen=True, slots=True)
class Given:
    """A list as staff hand it in. `columns` None: as remembered, or as its heads say; `exported_at`: with its zone."""

    source_id: int
    file: BinaryIO
    file_name: str
    exported_at: datetime
    actor: str
    columns: Columns | None = None
    is_complete: bool = False
    what: What | None = None
    zone: str = "UTC"
    currency: str = ""
    campaign: str = ""
    date_order: str = ""
    decimals: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file. `is_new` False: this very file was taken before, and nothing was done now."""

    seen: ImportSeen
    is_new: bool


def take_in(
    db: Database,
    given: Given,
    key: str,
    hash_address: AddressHasher,
    now: Callable[[], datetime],
    progress: Progress | None = None,
) -> Taken:
    """The rows of the file wait, hashed, to be looked at and booked. `key`: keys the digest of the file.

    Raises Invalid (what was given), Ask (an answer is missing), Conflict (another list of this source and instant).
    """
    if not EARLIEST <= given.exported_at <= now() + timedelta(minutes=5):
        raise Invalid("exported_at", "Say when the list was exported: a time that has passed.")
    table = look_at(given.file, key)
    said = _columns(db, given, table)
    before = _before(db, given, table)
    if before is not None:
        return Taken(before, is_new=False)
    said = _without_questions(given.file, table, said)
    with db.write() as session:
        import_id = file_imports.begin(
            session,
            now(),
            source_id=given.source_id,
            file_name=given.file_name[:200],
            digest=table.digest,
            stamp=pushed_stamp(given.exported_at),
            exported_at=given.exported_at,
            what=said.what.value,
            is_complete=given.is_complete,
            buckets=_buckets(table.size),
            actor=given.actor,
        )
        seen = file_imports.load(session, import_id)
        slugs = frozenset(campaign.slug for campaign in campaigns.all_campaigns(session))
    reader = RowReader(said, table.heads, hash_address, given.exported_at, slugs)
    with seldom_collected():
        _Taking(db, seen, now, progress or _silent).run(given.file, table, reader)
    with db.write() as session:
        options = {**said.as_json(), "format": table.words}
        file_imports.change(session, import_id, state=State.READ, options=options, done=0, beat_at=EARLIEST)
        return Taken(file_imports.load(session, import_id), is_new=True)


def _buckets(size: int) -> int:
    return max(1, min(FEW_BUCKETS, -(-size // LEAST_A_BUCKET)), -(-size // BYTES_A_BUCKET))


def look(db: Database, given: Given, key: str) -> tuple[Table, Columns]:
    """How the file would be read; nothing is kept. Raises Invalid."""
    table = look_at(given.file, key)
    return table, _columns(db, given, table, is_checked=False)


def _columns(db: Database, given: Given, table: Table, *, is_checked: bool = True) -> Columns:
    """The columns as given, as remembered where the file has them all, or as the heads say."""
    said = given.columns
    if said is None:
        with db.read() as session:
            kept = file_imports.last_options(session, given.source_id)
        remembered = None if not kept else Columns.of_json(kept)
        if remembered is not None and set(remembered.columns.values()) <= set(table.heads):
            said = replace(remembered, zone=given.zone)
            said = replace(said, currency=given.currency or said.currency, campaign=given.campaign)
        if said is None or (given.what is not None and said.what is not given.what):
            found = column_rules.guess(table.heads, given.what)
            preset = found.preset.name if found.preset else ""
            said = Columns(found.what, found.columns, preset, given.zone, given.currency, given.campaign)
        said = replace(said, date_order=given.date_order, decimals=given.decimals)
    if is_checked:
        try:
            column_rules.check(said, table.heads)
        except Invalid as problem:
            raise Ask(problem.field, problem.message, {"columns"}, table) from None
    return said


def _before(db: Database, given: Given, table: Table) -> ImportSeen | None:
    """The import of the very same file and instant. Raises Conflict for another file of the same instant."""
    with db.read() as session:
        same = file_imports.same_instant(session, given.source_id, pushed_stamp(given.exported_at))
    if same is not None and same.digest != table.digest:
        raise Conflict(
            f"A list exported at the same moment is counted already ({same.file_name}). "
            "Give the time of day of this one too, or undo the other first."
        )
    return same


def _without_questions(file: BinaryIO, table: Table, said: Columns) -> Columns:
    questions = open_questions(file, table, said)
    if "date_order" in questions:
        raise Ask("date_order", "In dates like 03/04/2026: which comes first, the day or the month?", questions, table)
    if "decimals" in questions:
        raise Ask(
            "decimals", "In amounts like 1,234: is the sign a decimal sign or between thousands?", questions, table
        )
    order, decimals = settled(file, table, said)
    return replace(said, date_order=order, decimals=decimals)


class _Taking:
    """One file on its way into parts, a step at a time."""

    def __init__(self, db: Database, seen: ImportSeen, now: Callable[[], datetime], progress: Progress) -> None:
        self._db = db
        self._seen = seen
        self._now = now
        self._progress = progress
        self._held: dict[int, list[Row]] = defaultdict(list)
        self._refusals: list[Refusal] = []
        self._rows = self._refused = self._left_out = self._number = 0

    def run(self, file: BinaryIO, table: Table, reader: RowReader) -> None:
        """Every row is in a part, or refused with its reason, or left out."""
        buckets = self._seen.buckets
        held = 0
        for _, read in read_all(file, table, reader):
            if read is None:
                self._left_out += 1
            elif isinstance(read, Refusal):
                self._refused += 1
                if self._refused <= file_imports.REFUSALS_KEPT:
                    self._refusals.append(read)
            else:
                self._held[bucket_of(read, buckets)].append(read)
                self._rows += 1
                held += 1
            if held >= HELD_ROWS:
                self._flush()
                held = 0
                self._progress(self._rows, self._refused)
        self._flush()
        self._progress(self._rows, self._refused)

    def _flush(self) -> None:
        """What is held is written in short steps, and forgotten here."""
        order = sorted(self._held)
        for at in range(0, len(order), PARTS_A_STEP):
            bodies = {bucket: pack(self._held.pop(bucket)) for bucket in order[at : at + PARTS_A_STEP]}
            with self._db.write() as session:
                file_imports.keep_parts(session, self._seen.id, self._number, bodies)
                file_imports.change(session, self._seen.id, beat_at=self._now())
        with self._db.write() as session:
            found = [RefusalSeen(one.line, one.field, one.reason) for one in self._refusals]
            file_imports.keep_refusals(session, self._seen.id, found)
            preview = {"left_out": self._left_out}
            file_imports.change(session, self._seen.id, rows=self._rows, refused=self._refused, preview=preview)
        self._refusals.clear()
        self._number += 1


def _silent(_rows: int, _refused: int) -> None:
    """Nobody watches."""
