"""The provider's own answer to who is a member and what was raised, folded from its log and from nothing else.

It is the second opinion that the product's numbers are held against, so it is simple and shares no code with it. The
rule is the one of the page on counting: paid invoices entitle for the periods of their lines, then grace.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Line = dict[str, Any]
NEVER = 1 << 60


@dataclass(frozen=True)
class Question:
    at: int
    prices: frozenset[str] = frozenset()
    grace_seconds: int = 14 * 86_400
    count_trials: bool = False
    count_complimentary: bool = False
    zone: str = "UTC"


@dataclass
class Arrangement:
    """One subscription as the log tells it."""

    customer: str = ""
    price: str = ""
    trial: tuple[int, int] | None = None
    invoices: list[Line] = field(default_factory=list[Line])
    voided: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    canceled_at: int | None = None
    takes_effect: int = NEVER
    ended_at: int = NEVER


@dataclass
class Stretch:
    starts: int
    ends: int
    billed_from: int
    price: str
    how: str
    cut_at: int = NEVER
    back_at: int = NEVER


@dataclass
class Log:
    addresses: dict[str, str] = field(default_factory=dict[str, str])
    arrangements: dict[str, Arrangement] = field(default_factory=lambda: defaultdict(Arrangement))
    charges: dict[str, Line] = field(default_factory=dict[str, Line])
    refunds: dict[str, Line] = field(default_factory=dict[str, Line])
    disputes: dict[str, Line] = field(default_factory=dict[str, Line])

    def given_back(self) -> dict[str, int]:
        """For each intent whose payment went back: when it was fully refunded, or its lost dispute was opened."""
        instants: dict[str, int] = {}
        left = {charge: line["amount"] for charge, line in self.charges.items()}
        for line in self.refunds.values():
            left[line["charge"]] -= line["amount"]
            if left[line["charge"]] <= 0:
                instants.setdefault(self.charges[line["charge"]]["intent"], line["at"])
        for line in self.disputes.values():
            if "dispute_lost" in line:
                intent = self.charges[line["charge"]]["intent"]
                instants[intent] = min(instants.get(intent, NEVER), line["opened_at"])
        return instants


def read(path: Path) -> list[Line]:
    with path.open("rb") as file:
        return [json.loads(line) for line in file if line.endswith(b"\n")]


def answer(lines: Iterable[Line], asked: Question) -> Line:
    """Members with the stretches in which each was one, and money by currency and day, as known at `asked.at`."""
    log = _fold(line for line in sorted(lines, key=lambda line: line["at"]) if line["at"] <= asked.at)
    people: dict[str, list[list[int]]] = defaultdict(list)
    given_back = log.given_back()
    for arrangement in log.arrangements.values():
        person = log.addresses.get(arrangement.customer) or arrangement.customer
        people[person] += _entitled(arrangement, given_back, asked)
    told = {person: _united(spans, asked.at) for person, spans in people.items()}
    members = sorted(person for person, spans in told.items() if spans and spans[-1][1] is None)
    return {"at": asked.at, "count": len(members), "members": members, "people": told, "money": _money(log, asked)}


def _fold(lines: Iterable[Line]) -> Log:
    log = Log()
    for line in lines:
        what = line["what"]
        if what == "customer":
            log.addresses[line["customer"]] = (line["email"] or "").strip().casefold()
        elif what == "captured":
            log.charges[line["charge"]] = line
        elif what == "refunded":
            log.refunds[line["refund"]] = line
        elif what == "refund_undone":
            log.refunds.pop(line["refund"], None)
        elif what == "disputed":
            log.disputes[line["dispute"]] = line
        elif what in ("dispute_won", "dispute_lost"):
            log.disputes[line["dispute"]][what] = line["at"]
        elif line.get("subscription"):
            _fold_arrangement(log.arrangements[line["subscription"]], what, line)
    return log


def _fold_arrangement(arrangement: Arrangement, what: str, line: Line) -> None:
    if what == "began":
        arrangement.customer, arrangement.price = line["customer"], line["price"]
    elif what == "trial":
        arrangement.trial = (line["starts"], line["ends"])
    elif what == "settled":
        arrangement.invoices.append(line)
    elif what == "voided":
        arrangement.voided.append((line["at"], line["starts"]))
    elif what == "cancellation":
        arrangement.canceled_at, arrangement.takes_effect = line["at"], line["takes_effect"]
    elif what == "uncanceled":
        arrangement.canceled_at, arrangement.takes_effect = None, NEVER
    elif what == "ended":
        arrangement.ended_at = line["at"]


def _entitled(arrangement: Arrangement, given_back: dict[str, int], asked: Question) -> list[list[int]]:
    stretches = _stretches(arrangement, given_back, asked)
    payments = [
        (min(line[1] for line in invoice["lines"] if line[3] > 0), invoice["made_at"])
        for invoice in arrangement.invoices
        if invoice["total"] > 0 and any(line[3] > 0 for line in invoice["lines"])
    ]
    spans: list[list[int]] = []
    for one in stretches:
        until = one.ends
        if one.cut_at > one.ends and _has_grace(one, arrangement, asked):
            until = _grace_until(one, arrangement, payments, asked)
        until = min(until, one.cut_at, arrangement.ended_at)
        if one.starts < until:
            spans.append([one.starts, until])
    return spans


def _stretches(arrangement: Arrangement, given_back: dict[str, int], asked: Question) -> list[Stretch]:
    found: list[Stretch] = []
    if arrangement.trial and asked.count_trials and _counts(arrangement.price, asked):
        starts, ends = arrangement.trial
        found.append(Stretch(starts, ends, starts, arrangement.price, "trial"))
    for invoice in arrangement.invoices:
        carried = _credit(invoice, found, asked)
        cut_at = given_back.get(invoice["intent"] or "", NEVER)
        if invoice["total"] <= 0:
            # Nothing was paid for it but the money passed on by credit: it ends when all of that went back.
            cut_at = max((back_at for _, _, back_at in carried), default=NEVER)
        for price, starts, ends, amount, _ in invoice["lines"]:
            goes_on = any(begins <= starts < until for begins, until, _ in carried)
            how = _how(invoice, amount, arrangement, goes_on=goes_on, asked=asked)
            if how and _counts(price, asked):
                begins = starts if goes_on else max(starts, invoice["made_at"])
                found.append(Stretch(begins, ends, starts, price, how, cut_at, cut_at))
    return found


def _credit(invoice: Line, found: list[Stretch], asked: Question) -> list[tuple[int, int, int]]:
    """Ends what the invoice's credit lines give back; what begins within those times is paid from that money.

    The third of each is when that money went back to the supporter.
    """
    carried: list[tuple[int, int, int]] = []
    for price, starts, ends, amount, _ in invoice["lines"]:
        if amount >= 0 or not _counts(price, asked):
            continue
        for earlier in found:
            if earlier.price == price and earlier.billed_from < ends and starts < min(earlier.ends, earlier.cut_at):
                earlier.cut_at = min(earlier.cut_at, starts)
                carried.append((starts, ends, earlier.back_at))
    return carried


def _how(invoice: Line, amount: int, arrangement: Arrangement, *, goes_on: bool, asked: Question) -> str | None:
    if amount > 0 and (invoice["total"] > 0 or goes_on):
        return "paid"
    is_trial = amount == 0 and arrangement.trial is not None and invoice["made_at"] < arrangement.trial[1]
    is_free = amount >= 0 and invoice["total"] == 0 and not is_trial
    return "complimentary" if is_free and asked.count_complimentary else None


def _counts(price: str, asked: Question) -> bool:
    return not asked.prices or price in asked.prices


def _has_grace(one: Stretch, arrangement: Arrangement, asked: Question) -> bool:
    if one.how in ("paid", "trial") or (asked.count_trials and arrangement.trial is not None):
        return True
    return any(invoice["total"] > 0 and invoice["made_at"] <= one.starts for invoice in arrangement.invoices)


def _grace_until(one: Stretch, arrangement: Arrangement, payments: list[tuple[int, int]], asked: Question) -> int:
    ends = [one.ends + asked.grace_seconds]
    ends += [max(one.ends, made_at) for billed_from, made_at in payments if billed_from >= one.ends]
    ends += [max(one.ends, at) for at, billed_from in arrangement.voided if billed_from >= one.ends]
    if arrangement.canceled_at is not None:
        # One decided beforehand for a later day is no wish to leave when this stretch runs out.
        takes_effect = min(arrangement.ended_at, arrangement.takes_effect)
        if not arrangement.canceled_at < one.ends < takes_effect:
            ends.append(max(one.ends, arrangement.canceled_at))
    return min(ends)


def _united(spans: list[list[int]], at: int) -> list[list[int | None]]:
    """Touching stretches are one; the last has no end while it runs."""
    joined: list[list[int]] = []
    for starts, ends in sorted(span for span in spans if span[0] <= at):
        if joined and starts <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], ends)
        else:
            joined.append([starts, ends])
    return [[starts, ends if ends <= at else None] for starts, ends in joined]


def _money(log: Log, asked: Question) -> Line:
    """Net of refunds and of disputes open or lost, each on its own day and never more than the payment."""
    zone = ZoneInfo(asked.zone)
    days: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def book(currency: str, at: int, amount: int) -> None:
        day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).astimezone(zone).date()
        days[currency][day.isoformat()] += amount

    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for refund in log.refunds.values():
        taken[refund["charge"]].append((refund["at"], refund["amount"]))
    for dispute in log.disputes.values():
        taken[dispute["charge"]].append((dispute["at"], dispute["amount"]))
        if "dispute_won" in dispute:
            taken[dispute["charge"]].append((dispute["dispute_won"], -dispute["amount"]))
    for charge in log.charges.values():
        book(charge["currency"], charge["made_at"], charge["amount"])
        asked_back = given = 0
        for at, amount in sorted(taken[charge["charge"]], key=lambda move: move[0]):
            asked_back += amount
            now_given = min(charge["amount"], asked_back)
            book(charge["currency"], at, given - now_given)
            given = now_given
    return {
        currency: {"total": sum(by_day.values()), "days": dict(sorted(by_day.items()))}
        for currency, by_day in days.items()
    }
