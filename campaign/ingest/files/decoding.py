"""From a file's bytes to rows of words: its encoding and its separator are found out, and said."""

from __future__ import annotations

import codecs
import csv
import hashlib
import hmac
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from campaign.domain.errors import Invalid
from campaign.ingest.files.columns import KNOWN_HEADS, bare

LONGEST_LINE = 1_000_000
"""Characters; a longer one is no row of a list."""
LONGEST_FIELD = 131_072
"""The csv module's own limit, which a quotation mark that is never closed runs into."""
_PIECE = 1 << 18
_LOOKED_AT = 20
_SEPARATORS = ",;\t|"
_SEPARATOR_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_ENCODING_WORDS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}


@dataclass(frozen=True, slots=True)
class Table:
    """How a file is to be read: its encoding, separator, heads, the line they stand in, and its size in bytes."""

    encoding: str
    separator: str
    heads: tuple[str, ...]
    heads_line: int
    size: int
    digest: str

    @property
    def words(self) -> str:
        """What was found out, for people."""
        return f"{_ENCODING_WORDS[self.encoding]}, columns separated by {_SEPARATOR_WORDS[self.separator]}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Instead of a row: why there is none."""

    reason: str


def look_at(file: BinaryIO, key: str) -> Table:
    """The table in a file, which stands at its beginning again afterwards. `key`: keys the digest of its bytes.

    Raises Invalid (field "file") for what is no table.
    """
    digest, size, is_utf8, head = _measure(file, key)
    if size == 0:
        raise Invalid("file", "The file is empty.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Invalid("file", "This is a spreadsheet, not a list: save it as CSV (UTF-8) and choose that file.")
    encoding = _encoding(head, is_utf8=is_utf8)
    separator, heads, line = _heads(file, encoding)
    return Table(encoding, separator, heads, line, size, digest)


def rows(file: BinaryIO, table: Table) -> Iterator[tuple[int, list[str] | Unreadable]]:
    """Each row after the heads with the number of its first line; empty rows are left out."""
    for line, row in _all_rows(file, table.encoding, table.separator):
        if line > table.heads_line:
            yield line, row


def _measure(file: BinaryIO, key: str) -> tuple[str, int, bool, bytes]:
    digest = hmac.new(key.encode(), digestmod=hashlib.sha256)
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, is_utf8, head = 0, True, b""
    file.seek(0)
    while piece := file.read(_PIECE):
        head = head or piece[:4096]
        size += len(piece)
        digest.update(piece)
        if is_utf8:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    file.seek(0)
    return digest.hexdigest(), size, is_utf8, head


def _encoding(head: bytes, *, is_utf8: bool) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd * 3 > len(head) and odd > 4 * even:
        return "utf-16-le"
    if even * 3 > len(head) and even > 4 * odd:
        return "utf-16-be"
    return "utf-8-sig" if is_utf8 else "cp1252"


def _heads(file: BinaryIO, encoding: str) -> tuple[str, tuple[str, ...], int]:
    """The separator, and the row near the top that names most of what lists have; where none does, the first widest.

    What stands above it is no part of the table.
    """
    best: tuple[tuple[int, int], str, tuple[str, ...], int] | None = None
    for separator in _SEPARATORS:
        for count, (line, row) in enumerate(_all_rows(file, encoding, separator)):
            if count >= _LOOKED_AT:
                break
            if isinstance(row, list):
                score = (sum(bare(cell) in KNOWN_HEADS for cell in row), _filled(row))
                if best is None or score > best[0]:
                    best = (score, separator, tuple(cell.strip() for cell in row), line)
    if best is None:
        raise Invalid("file", "Nothing in this file can be read as a list.")
    return best[1], best[2], best[3]


def _filled(row: list[str]) -> int:
    return sum(1 for cell in row if cell.strip())


def _all_rows(file: BinaryIO, encoding: str, separator: str) -> Iterator[tuple[int, list[str] | Unreadable]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=separator)
        while True:
            began = lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                yield began, Unreadable(f"it can't be read up to line {lines.number}: is a quotation mark left open?")
                continue
            if lines.too_long:
                lines.too_long = False
                yield began, Unreadable("the line is too long to be a row of a list")
            elif "\0" in "".join(row):
                yield began, Unreadable("it holds characters that no text has (NUL)")
            elif any(row) and not (began == 1 and row[0].startswith("sep=")):
                yield began, row
    finally:
        text.detach()


class _Lines:
    """The lines of a text, none of them longer than a row can be, counted."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0
        self.too_long = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            self.too_long = True
            while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            return "\n"
        return line
