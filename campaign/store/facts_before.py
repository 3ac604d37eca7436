"""What stood before a list told a fact again, so that undoing the list restores it; and which facts a list told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from campaign.domain.campaign import MOST_GRACE_DAYS
from campaign.domain.facts import How
from campaign.store import erasures
from campaign.store.fact_rows import Row, parts, rows_by_key
from campaign.store.tables import Account, Base, FactBefore, MembershipRow, PaymentRow, SignUpRow
from campaign.store.told import Told, ToldAccount, ToldMembership, ToldPayment, ToldSignUp

ACCOUNT, MEMBERSHIP, PAYMENT, SIGN_UP = "account", "membership", "payment", "sign_up"
TABLES: Mapping[str, type[Base]] = {
    ACCOUNT: Account,
    MEMBERSHIP: MembershipRow,
    PAYMENT: PaymentRow,
    SIGN_UP: SignUpRow,
}
NOBODY = -1
"""The stamp of a fact that is withdrawn: whatever is told of it next is newer."""


@dataclass(frozen=True, slots=True)
class Before:
    """What stood before: under `stamp`; `fact` None: it was not told, or withdrawn."""

    stamp: int
    fact: ToldAccount | ToldMembership | ToldPayment | ToldSignUp | None


def keep(session: Session, source_id: int, told: Told, stamp: int) -> None:
    """What stands of the facts that this reading is about to tell again is kept, under the reading's stamp.

    Of a fact that something newer has told, what this reading says is kept as what was before that: it changes nothing
    now, and stands once the newer one is undone.
    """
    told = erasures.disguise(session, source_id, told)
    facts: tuple[tuple[str, Mapping[str, Any]], ...] = (
        (ACCOUNT, told.accounts),
        (MEMBERSHIP, told.memberships),
        (PAYMENT, told.payments),
        (SIGN_UP, told.sign_ups),
    )
    for kind, by_key in facts:
        standing = rows_by_key(session, TABLES[kind], source_id, list(by_key))
        older = {key: row for key, row in standing.items() if 0 < row["fetched_seq"] < stamp}
        newer = {key: row["fetched_seq"] for key, row in standing.items() if row["fetched_seq"] > stamp}
        account_keys = _account_keys(session, older.values()) if kind != ACCOUNT else {}
        rows = [
            {
                "source_id": source_id,
                "stamp": stamp,
                "kind": kind,
                "key": key,
                "before_stamp": row["fetched_seq"],
                "body": _body(kind, row, account_keys),
            }
            for key, row in older.items()
        ]
        for some in parts(rows):
            session.execute(insert(FactBefore), some)
        _keep_between(session, source_id, kind, {by_key[key]: at for key, at in newer.items()}, stamp)


def _keep_between(session: Session, source_id: int, kind: str, newer: Mapping[Any, int], stamp: int) -> None:
    """What is told takes its place by its stamp among what was before. `newer`: what is told to what stands under."""
    b = FactBefore
    kept: dict[str, list[FactBefore]] = defaultdict(list)
    for some in parts(sorted(fact.key for fact in newer)):
        rows = session.scalars(select(b).where(b.source_id == source_id, b.kind == kind, b.key.in_(some)))
        for row in rows:
            kept[row.key].append(row)
    for fact, stands_under in newer.items():
        of = kept[fact.key]
        stamps = {stands_under, *(row.stamp for row in of), *(row.before_stamp for row in of)}
        if stamp in stamps:
            continue
        above = min(at for at in stamps if at > stamp)
        after = next((row for row in of if row.stamp == above), None)
        if after is None:
            after = b(source_id=source_id, stamp=above, kind=kind, key=fact.key)
            session.add(after)
        else:
            below = {"before_stamp": after.before_stamp, "body": after.body}
            session.add(b(source_id=source_id, stamp=stamp, kind=kind, key=fact.key, **below))
        after.before_stamp, after.body = stamp, told_body(fact)
    session.flush()


def told_under(session: Session, kind: str, source_id: int, stamp: int, after_id: int, limit: int) -> dict[int, str]:
    """Our id and the key of the next facts that a list told and that nothing newer has told since, in order of id."""
    of = TABLES[kind].__table__
    rows = session.execute(
        select(of.c.id, of.c.key)
        .where(of.c.source_id == source_id, of.c.fetched_seq == stamp, of.c.id > after_id)
        .order_by(of.c.id)
        .limit(limit)
    )
    return dict(rows.all())


def load(session: Session, source_id: int, kind: str, keys: Collection[str], stamp: int) -> dict[str, Before]:
    """What stood before a list of this stamp told them; a fact that was new then is left out."""
    b = FactBefore
    found: dict[str, Before] = {}
    for some in parts(sorted(keys)):
        rows = session.execute(
            select(b.key, b.before_stamp, b.body).where(
                b.source_id == source_id, b.kind == kind, b.stamp == stamp, b.key.in_(some)
            )
        )
        found.update({key: Before(before_stamp, _fact(kind, body)) for key, before_stamp, body in rows})
    return found


def restore_later(session: Session, source_id: int, stamp: int) -> None:
    """Of facts that something newer has told since, what came before that is what came before this list.

    So that undoing the newer one afterwards does not bring back what is undone.
    """
    b = FactBefore
    later = session.execute(select(b).where(b.source_id == source_id, b.before_stamp == stamp)).scalars().all()
    for row in later:
        mine = session.get(b, (source_id, stamp, row.kind, row.key))
        if mine is None:
            session.delete(row)
        else:
            row.before_stamp, row.body = mine.before_stamp, dict(mine.body)
    session.flush()


def forget(session: Session, source_id: int, stamp: int) -> None:
    """Nothing is kept any more of what stood before a list."""
    session.execute(delete(FactBefore).where(FactBefore.source_id == source_id, FactBefore.stamp == stamp))


def lower(session: Session, kind: str, ids: Collection[int], stamp: int) -> None:
    """The facts stand under this stamp now, so that what is told next is newer."""
    of = cast(Any, TABLES[kind].__table__)
    for some in parts(sorted(ids)):
        session.execute(update(of).where(of.c.id.in_(some)).values(fetched_seq=stamp))


def running(
    session: Session, source_id: int, before_stamp: int, at: datetime, after: int, limit: int
) -> dict[int, ToldMembership]:
    """Memberships of a source that count beyond `at`, be it in grace, and were last told under an older stamp.

    By our id, in order.
    """
    m = MembershipRow
    in_grace = at - timedelta(days=MOST_GRACE_DAYS)
    found = (
        session.execute(
            select(m.__table__)
            .where(m.source_id == source_id, m.fetched_seq < before_stamp, m.id > after, m.ended_at.is_(None))
            .where(m.running_from.is_not(None), m.running_until.is_(None) | (m.running_until > in_grace))
            .where(m.cancel_at.is_(None) | (m.cancel_at > at))
            .order_by(m.id)
            .limit(limit)
        )
        .mappings()
        .all()
    )
    rows = [cast(Row, row) for row in found]
    accounts = _account_keys(session, rows)
    return {row["id"]: _membership(row, accounts[row["account_id"]]) for row in rows}


def ids_of(session: Session, kind: str, source_id: int, keys: Collection[str]) -> dict[str, int]:
    """Our ids of the facts that are known."""
    return {key: row["id"] for key, row in rows_by_key(session, TABLES[kind], source_id, keys).items()}


def later_keys(session: Session, source_id: int, kind: str, stamp: int, after: str, limit: int) -> list[str]:
    """The next keys of facts that something newer than a list has told since, in order."""
    b = FactBefore
    query = select(b.key).where(b.source_id == source_id, b.kind == kind, b.before_stamp == stamp, b.key > after)
    return list(session.scalars(query.order_by(b.key).limit(limit)))


def membership_of(body: Mapping[str, Any]) -> ToldMembership:
    """A membership as it is kept."""
    return cast(ToldMembership, _fact(MEMBERSHIP, body))


def memberships(session: Session, source_id: int, keys: Collection[str]) -> dict[str, tuple[int, ToldMembership]]:
    """Stamp and fact of those among these memberships that stand and are not withdrawn."""
    rows = rows_by_key(session, MembershipRow, source_id, keys)
    accounts = _account_keys(session, rows.values())
    return {
        key: (row["fetched_seq"], _membership(row, accounts[row["account_id"]]))
        for key, row in rows.items()
        if row["fetched_seq"] > 0
    }


def withdrawn(kind: str, key: str, standing: Told) -> None:
    """The fact as nothing: it stays known, and entitles to nothing."""
    if kind == MEMBERSHIP:
        fact = standing.memberships[key]
        standing.memberships[key] = replace(
            fact, status="withdrawn", running_from=None, running_until=None, trial_starts_at=None, trial_ends_at=None
        )
    elif kind == PAYMENT:
        standing.payments[key] = replace(standing.payments[key], state="failed")
    elif kind == SIGN_UP:
        standing.sign_ups[key] = replace(standing.sign_ups[key], confirmed_at=None, withdrawn_at=None)


def as_told(session: Session, kind: str, source_id: int, keys: Collection[str]) -> Told:
    """The facts as they stand, as if told again."""
    rows = rows_by_key(session, TABLES[kind], source_id, keys)
    accounts = _account_keys(session, rows.values()) if kind != ACCOUNT else {}
    told = Told()
    for row in rows.values():
        told.add(_fact(kind, _body(kind, row, accounts)))
    return told


# -- facts as rows and as JSON


def _account_keys(session: Session, rows: Collection[Row]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in parts(sorted({row["account_id"] for row in rows if row["account_id"] is not None})):
        found.update(dict(session.execute(select(Account.id, Account.key).where(Account.id.in_(some))).all()))
    return found


def _membership(row: Row, account_key: str) -> ToldMembership:
    return cast(ToldMembership, _fact(MEMBERSHIP, _body(MEMBERSHIP, row, {row["account_id"]: account_key})))


_FACTS: Mapping[str, type[Any]] = {
    ACCOUNT: ToldAccount,
    MEMBERSHIP: ToldMembership,
    PAYMENT: ToldPayment,
    SIGN_UP: ToldSignUp,
}


def _body(kind: str, row: Row, account_keys: Mapping[int, str]) -> dict[str, Any]:
    """A row by the names of what was told, ready for JSON."""
    body: dict[str, Any] = {}
    for one in fields(_FACTS[kind]):
        if one.name == "account_key":
            body[one.name] = account_keys[row["account_id"]]
        elif one.name in row:
            body[one.name] = _plain(row[one.name])
    return body


def told_body(fact: Any) -> dict[str, Any]:
    """The same of what was told: lists tell no links between accounts, and no reductions."""
    names = [one.name for one in fields(fact) if one.name not in ("link_keys", "reductions")]
    return {name: _plain(getattr(fact, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(cast(tuple[str, ...], value))
    if isinstance(value, str):  # an enum's word, or a hash that remembers those before it
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _fact(kind: str, body: Mapping[str, Any]) -> Any:
    made: dict[str, Any] = {}
    for name, value in body.items():
        is_instant = isinstance(value, str) and name.endswith(("_at", "_from", "_until"))
        made[name] = datetime.fromisoformat(value) if is_instant else value
        if isinstance(value, list):
            made[name] = tuple(cast(Sequence[str], value))
    if kind == MEMBERSHIP:
        made["how"] = How(made["how"])
    if kind == PAYMENT:
        made["reductions"] = ()
    return _FACTS[kind](**made)
