"""What a comparison with a source found, as a sentence for staff; what it names stands beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

_NOUNS: Mapping[str, tuple[str, str]] = {
    "balance_transaction": ("movement of money", "movements of money"),
    "charge": ("payment", "payments"),
    "customer": ("person", "people"),
    "dispute": ("dispute", "disputes"),
    "event": ("event", "events"),
    "invoice": ("bill", "bills"),
    "member": ("member", "members"),
    "price": ("price", "prices"),
    "product": ("product", "products"),
    "refund": ("refund", "refunds"),
    "session": ("visit to the join page", "visits to the join page"),
    "subscription": ("membership", "memberships"),
    "tier": ("tier", "tiers"),
}


@dataclass(frozen=True, slots=True)
class SweepWords:
    """`looked_at`: what was gone through; `found`: the difference; `named`: the first of what differs, as there."""

    looked_at: str
    found: str
    named: tuple[str, ...]
    has_difference: bool


def sweep_words(kind: str, report: Mapping[str, Any]) -> SweepWords:
    """The report of an import, a sweep or a listing of events; empty words where there is none yet."""
    if kind == "listing":
        return _of_listing(report)
    seen = counted(report.get("seen", {}))
    if kind == "import":
        return SweepWords(f"Taken in: {seen}." if seen else "", "", (), has_difference=False)
    if not report:
        return SweepWords("", "", (), has_difference=False)
    unknown, different = counted(report.get("unknown", {})), counted(report.get("different", {}))
    parts = [f"not known here: {unknown}"] * bool(unknown) + [f"different here: {different}"] * bool(different)
    found = f"{'; '.join(parts).capitalize()}. Asked for again, and put right." if parts else "No difference."
    looked_at = f"Looked at {seen}." if seen else "Nothing to look at."
    return SweepWords(looked_at, found, tuple(report.get("named", ())), has_difference=bool(parts))


def counted(counts: Mapping[str, int]) -> str:
    """Numbers of things by kind, like “2 memberships, 1 payment”; nothing of what there is none."""
    return ", ".join(_counted(kind, number) for kind, number in counts.items() if number)


def _of_listing(report: Mapping[str, Any]) -> SweepWords:
    if not report:
        return SweepWords("", "", (), has_difference=False)
    missed = int(report.get("never_delivered", 0))
    looked_at = f"{_counted('event', int(report.get('events', 0)))} listed."
    if not missed:
        return SweepWords(looked_at, "All had been delivered.", (), has_difference=False)
    verb = "was" if missed == 1 else "were"
    found = f"{format_decimal(missed, locale='en')} {verb} never delivered; taken in now."
    return SweepWords(looked_at, found, (), has_difference=True)


def _counted(kind: str, number: int) -> str:
    one, many = _NOUNS.get(kind, (kind.replace("_", " "), kind.replace("_", " ")))
    return f"{format_decimal(number, locale='en')} {one if number == 1 else many}"
