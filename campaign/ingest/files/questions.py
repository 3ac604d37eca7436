"""What of a file could mean two things: the order of day and month, and the decimal sign. Asked, not guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from campaign.ingest.files import values
from campaign.ingest.files.columns import Columns
from campaign.ingest.files.decoding import Table, rows


def open_questions(file: BinaryIO, table: Table, said: Columns) -> set[str]:
    """What nobody can tell from the file: "date_order", "decimals"; its cells are looked at until one tells."""
    order, decimals = _shown(file, table, said)
    return {name for name, told in (("date_order", order), ("decimals", decimals)) if told == "?"}


def settled(file: BinaryIO, table: Table, said: Columns) -> tuple[str, str]:
    """The order of dates and the decimal sign that the file itself shows, where it does."""
    order, decimals = _shown(file, table, said)
    return order or "", decimals or ""


def _shown(file: BinaryIO, table: Table, said: Columns) -> tuple[str | None, str | None]:
    dates = [table.heads.index(head) for name, head in said.columns.items() if name in _DATES]
    amounts = [table.heads.index(head) for name, head in said.columns.items() if name == "amount"]
    order = said.date_order or _told(file, table, dates, values.order_said_by)
    return order, said.decimals or _told(file, table, amounts, values.decimals_said_by)


_DATES = ("started", "paid_until", "ended", "date", "confirmed", "withdrawn")


def _told(file: BinaryIO, table: Table, at: Sequence[int], says: Callable[[str], str | None]) -> str | None:
    """What the first cell that tells says; "?" when some could mean either and none tells; None when none could."""
    found: str | None = None
    if not at:
        return None
    for count, (_, cells) in enumerate(rows(file, table)):
        if isinstance(cells, list):
            for place in at:
                said = says(cells[place]) if place < len(cells) else None
                if said not in (None, "?"):
                    return said
                found = found or said
        if found is None and count > 1_000:
            return None  # nothing in a thousand rows is written in a way that could mean two things
    return found
