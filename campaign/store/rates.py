"""Exchange rates, and the payments converted by them (counting.md, What is raised)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from campaign.domain.facts import Conversion, Payment, PaymentState, Person, SourceRule
from campaign.domain.rates import EURO, OLDEST, Cross, DayRates, cross_before
from campaign.store.engine import insert_into
from campaign.store.fact_rows import parts
from campaign.store.people import chunks
from campaign.store.tables import ConversionRow, RateRow, Recheck

NO_RATE = "no rate from "
"""How the reason of a payment that waits for a rate begins."""


@dataclass(frozen=True, slots=True)
class ToldRate:
    """Units of a currency for one euro on a day."""

    day: date
    currency: str
    per_euro: Decimal


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rates were new, known alike, and known otherwise (those stay as they were)."""

    new: int
    same: int
    different: int


def save(session: Session, told: Iterable[ToldRate], origin: str) -> Kept:
    """Each rate that was not known is; one that is known stays, since payments may have been converted by it."""
    new = same = different = 0
    for some in parts(sorted(set(told), key=lambda r: (r.day, r.currency))):
        keys = [(r.currency, r.day) for r in some]
        known = {
            (row.currency, row.day): Decimal(row.per_euro)
            for row in session.scalars(select(RateRow).where(tuple_(RateRow.currency, RateRow.day).in_(keys)))
        }
        rows: dict[tuple[str, date], dict[str, object]] = {}
        for r in some:
            key = (r.currency, r.day)
            if key in known:
                same, different = same + (known[key] == r.per_euro), different + (known[key] != r.per_euro)
            elif key not in rows:
                rows[key] = {"currency": r.currency, "day": r.day, "per_euro": f"{r.per_euro:f}", "origin": origin}
        if rows:
            session.execute(insert_into(session, RateRow), list(rows.values()))
        new += len(rows)
    session.expire_all()
    return Kept(new, same, different)


def newest_day(session: Session) -> date | None:
    """The last day any rate is known for."""
    return session.scalar(select(func.max(RateRow.day)))


def converted(
    session: Session, payments: Sequence[Payment], currency: str | None, rules: Mapping[int, SourceRule]
) -> list[Payment]:
    """The payments, those in another currency with their conversion: the one kept, else by the table where it can.

    Not for what its source settles in the currency itself, or has not said how it settles.
    """
    asked = [p for p in payments if currency is not None and _needs_rate(p, currency, rules)]
    if not asked or currency is None:
        return list(payments)
    found = _kept(session, [p.id for p in asked], currency)
    stale = [p for p in asked if p.id not in found or found[p.id][0] != _paid_on(p)]
    crosses: dict[int, tuple[date, Cross, str]] = {**found, **_crosses(session, stale, currency)}
    for p in stale:
        if p.id in crosses and crosses[p.id][0] != _paid_on(p):
            del crosses[p.id]
    by_id = {p.id: _conversion(p, currency, crosses[p.id]) for p in asked if p.id in crosses}
    return [replace(p, conversion=by_id.get(p.id)) for p in payments]


def converted_people(
    session: Session, people: Sequence[Person], currency: str | None, rules: Mapping[int, SourceRule]
) -> list[Person]:
    """The same for all payments of people."""
    payments = converted(session, [p for person in people for p in person.payments], currency, rules)
    by_id = {p.id: p for p in payments}
    return [replace(person, payments=tuple(by_id[p.id] for p in person.payments)) for person in people]


def keep(session: Session, payments: Collection[Payment]) -> None:
    """The conversions of these payments are kept: amount, rates, their day and origin."""
    rows = [
        {
            "payment_id": p.id,
            "currency": c.currency,
            "paid_on": _paid_on(p),
            "rate_on": c.rate_on,
            "from_per_euro": c.from_per_euro,
            "to_per_euro": c.to_per_euro,
            "amount_minor": c.amount_minor,
            "origin": c.origin,
        }
        for p in sorted(payments, key=lambda p: p.id)
        if (c := p.conversion) is not None
    ]
    for some in parts(rows):
        statement = insert_into(session, ConversionRow)
        names = [name for name in rows[0] if name not in ("payment_id", "currency")]
        statement = statement.on_conflict_do_update(
            index_elements=["payment_id", "currency"], set_={name: statement.excluded[name] for name in names}
        )
        session.execute(statement, some)


def conversions_of(session: Session, payment_id: int) -> list[Conversion]:
    """What a payment was converted into, for staff."""
    rows = session.scalars(select(ConversionRow).where(ConversionRow.payment_id == payment_id))
    return [
        Conversion(r.currency, r.amount_minor, r.rate_on, r.from_per_euro, r.to_per_euro, r.origin) for r in rows.all()
    ]


def waiting(session: Session, subject_kind: str, after_id: int, limit: int) -> list[int]:
    """Subjects of a kind that wait for a rate, in order of their ids, for walking through all of them."""
    return list(
        session.scalars(
            select(Recheck.subject_id)
            .where(Recheck.subject_kind == subject_kind, Recheck.waits.startswith(NO_RATE))
            .where(Recheck.subject_id > after_id)
            .order_by(Recheck.subject_id)
            .distinct()
            .limit(limit)
        )
    )


def count_waiting(session: Session) -> int:
    """How many payments wait for a rate, in all campaigns."""
    return session.scalar(select(func.count()).where(Recheck.waits.startswith(NO_RATE))) or 0


def _needs_rate(payment: Payment, currency: str, rules: Mapping[int, SourceRule]) -> bool:
    if currency in (payment.currency, payment.settled_currency) or payment.state is not PaymentState.SUCCEEDED:
        return False
    rule = rules.get(payment.source_id)
    return rule is None or not rule.tells_settlement or payment.settled_currency is not None


def _paid_on(payment: Payment) -> date:
    return payment.occurred_at.astimezone(UTC).date()


def _conversion(payment: Payment, currency: str, found: tuple[date, Cross, str]) -> Conversion:
    _, cross, origin = found
    amount = cross.convert(payment.amount_minor, payment.currency, currency)
    return Conversion(currency, amount, cross.day, f"{cross.from_per_euro:f}", f"{cross.to_per_euro:f}", origin)


def _kept(session: Session, payment_ids: Sequence[int], currency: str) -> dict[int, tuple[date, Cross, str]]:
    found: dict[int, tuple[date, Cross, str]] = {}
    for ids in chunks(payment_ids):
        rows = session.scalars(
            select(ConversionRow).where(ConversionRow.payment_id.in_(ids), ConversionRow.currency == currency)
        )
        for r in rows:
            cross = Cross(r.rate_on, Decimal(r.from_per_euro), Decimal(r.to_per_euro))
            found[r.payment_id] = (r.paid_on, cross, r.origin)
    return found


def _crosses(session: Session, payments: Sequence[Payment], currency: str) -> dict[int, tuple[date, Cross, str]]:
    if not payments:
        return {}
    days = [_paid_on(p) for p in payments]
    wanted = {p.currency for p in payments} | {currency}
    tables, origins = _tables(session, wanted - {EURO}, min(days) - OLDEST)
    found: dict[int, tuple[date, Cross, str]] = {}
    for p in payments:
        cross = cross_before(_paid_on(p), _of(tables, p.currency), _of(tables, currency))
        if cross is not None:
            origin = origins.get(cross.day, "")
            found[p.id] = (_paid_on(p), cross, origin)
    return found


def _of(tables: Mapping[str, DayRates], currency: str) -> DayRates | None:
    return None if currency == EURO else tables.get(currency, {})


def _tables(
    session: Session, currencies: set[str], since: date
) -> tuple[dict[str, dict[date, Decimal]], dict[date, str]]:
    tables: dict[str, dict[date, Decimal]] = defaultdict(dict)
    origins: dict[date, str] = {}
    rows = session.scalars(select(RateRow).where(RateRow.currency.in_(currencies), RateRow.day >= since))
    for row in rows:
        tables[row.currency][row.day] = Decimal(row.per_euro)
        origins[row.day] = row.origin
    return tables, origins
