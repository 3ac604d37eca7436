"""Everything the provider knows, in memory, and on disk as an append-only journal.

One line of the journal is one transaction: the records it changed, the settings, and how long the log of truth and
the file of event snapshots were afterwards. A line that was cut off, and whatever stands beyond those lengths, never
happened; so a provider that was killed goes on from its last whole transaction.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64encode
from pathlib import Path
from typing import Any, TypeVar

from campaign.demo.provider.errors import missing
from campaign.demo.provider.kinds import ID_PREFIXES
from campaign.demo.provider.records import Event, Json, Record
from campaign.demo.provider.tables import Table

R = TypeVar("R", bound=Record)
LONG_JOURNAL = 10_000
KINDS = {kind.__name__: kind for kind in ID_PREFIXES}


class State:
    def __init__(self, folder: Path, seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.seed = seed
        self.counter = 0
        self.settings: Json = {}
        self.bodies: dict[str, tuple[int, int]] = {}
        self.replies: dict[str, Json] = {}
        self._tables: dict[type[Record], Table[Any]] = {kind: Table(kind) for kind in ID_PREFIXES}
        self._changed: dict[tuple[type[Record], str], Record] = {}
        self._new_replies: list[Json] = []
        self._settings_changed = False
        self._load()
        self._journal = (folder / "journal.jsonl").open("ab", buffering=0)
        self._truth = (folder / "truth.log").open("ab", buffering=0)
        self._bodies = (folder / "events.jsonl").open("ab", buffering=0)
        self._body_size = (folder / "events.jsonl").stat().st_size
        self._truth_size = (folder / "truth.log").stat().st_size
        self._truth_lines: list[bytes] = []
        self._body_lines: list[bytes] = []
        self._reader = (folder / "events.jsonl").open("rb")

    def table(self, kind: type[R]) -> Table[R]:
        return self._tables[kind]

    def get(self, kind: type[R], wanted: str, param: str = "id") -> R:
        found = self._tables[kind].rows.get(wanted)
        if found is None:
            raise missing(kind.__name__.lower(), wanted, param)
        return found

    def new_id(self, kind: type[Record], infix: str = "") -> str:
        self.counter += 1
        digest = hashlib.blake2b(f"{self.seed}:{self.counter}".encode(), digest_size=15).digest()
        return f"{ID_PREFIXES[kind]}{infix}1{b64encode(digest, b'xY').decode()}"

    def add(self, record: R) -> R:
        """The record is kept; `created` never changes afterwards."""
        self.counter += 1
        self._tables[type(record)].add(record, self.counter)
        self._changed[type(record), record.id] = record
        return record

    def touch(self, record: Record) -> None:
        self._changed[type(record), record.id] = record

    def reindex(self, record: Record, field: str) -> None:
        """An indexed field that was empty until now is found by its value from now on."""
        self._tables[type(record)].index(record, field)
        self.touch(record)

    def set(self, **settings: Any) -> None:
        self.settings.update(settings)
        self._settings_changed = True

    def keep_reply(self, reply: Json) -> None:
        self.replies[reply["key"]] = reply
        self._new_replies.append(reply)

    def tell_truth(self, at: int, what: str, **details: Any) -> None:
        """Appends what happened to the log that `truth` folds; nothing else reads it."""
        self._truth_lines.append(json.dumps({"at": at, "what": what, **details}).encode() + b"\n")

    def keep_body(self, event: Event, body: bytes) -> None:
        self.bodies[event.id] = (self._body_size, len(body))
        self._body_lines.append(body + b"\n")
        self._body_size += len(body) + 1

    def body(self, event_id: str) -> bytes:
        start, length = self.bodies[event_id]
        return os.pread(self._reader.fileno(), length, start)

    def commit(self) -> None:
        """All changes since the last commit are on disk, or none of them."""
        if not (self._changed or self._settings_changed or self._truth_lines or self._new_replies):
            return
        if self._body_lines:
            self._bodies.write(b"".join(self._body_lines))
            self._body_lines.clear()
        if self._truth_lines:
            lines = b"".join(self._truth_lines)
            self._truth.write(lines)
            self._truth_size += len(lines)
            self._truth_lines.clear()
        self._journal.write(json.dumps(self._transaction(), default=vars).encode() + b"\n")
        self._changed.clear()
        self._new_replies.clear()
        self._settings_changed = False

    def close(self) -> None:
        self.commit()
        for file in (self._journal, self._truth, self._bodies, self._reader):
            file.close()

    def _transaction(self) -> Json:
        line: Json = {"c": self.counter, "t": self._truth_size, "b": self._body_size}
        line["r"] = [self._row(record) for record in self._changed.values()]
        if self._settings_changed:
            line["s"] = self.settings
        if self._new_replies:
            line["k"] = self._new_replies
        return line

    def _row(self, record: Record) -> list[Any]:
        table = self._tables[type(record)]
        row = [type(record).__name__, table.numbers[record.id], list(table.values(record))]
        return [*row, self.bodies.get(record.id)] if isinstance(record, Event) else row

    def _load(self) -> None:
        path = self.folder / "journal.jsonl"
        rows: dict[str, list[Any]] = {}
        whole, truth, bodies = 0, 0, 0
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        for raw in lines:
            if not raw.endswith(b"\n"):
                break
            line = json.loads(raw)
            self.counter, truth, bodies = line["c"], line["t"], line["b"]
            self.settings = line.get("s", self.settings)
            self.replies.update({reply["key"]: reply for reply in line.get("k", ())})
            for row in line["r"]:
                rows[row[2][0]] = row
            whole += len(raw)
        for row in sorted(rows.values(), key=lambda row: row[1]):
            self._take_up(row)
        self._cut("truth.log", truth)
        self._cut("events.jsonl", bodies)
        if len(lines) > LONG_JOURNAL:
            self._compact(path, list(rows.values()), truth, bodies)
        else:
            self._cut("journal.jsonl", whole)

    def _take_up(self, row: list[Any]) -> None:
        record = KINDS[row[0]](*row[2])
        self._tables[type(record)].add(record, row[1])
        if len(row) == 4 and row[3]:
            self.bodies[record.id] = (row[3][0], row[3][1])

    def _compact(self, path: Path, rows: list[list[Any]], truth: int, bodies: int) -> None:
        line = {"c": self.counter, "t": truth, "b": bodies, "s": self.settings, "r": rows}
        line["k"] = list(self.replies.values())
        shorter = path.with_suffix(".new")
        shorter.write_bytes(json.dumps(line).encode() + b"\n")
        shorter.replace(path)

    def _cut(self, name: str, size: int) -> None:
        with (self.folder / name).open("ab") as file:
            file.truncate(size)
