"""What a reading tells that is not known yet, or otherwise; nothing is written. For sweeps, which report first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaign.store import erasures, fact_values
from campaign.store.fact_rows import compare, parts
from campaign.store.tables import Account, InvoiceLineRow, InvoiceRow, MembershipRow, PaymentRow, ReductionRow
from campaign.store.told import ToldAccount, ToldInvoice, ToldMembership


@dataclass(frozen=True, slots=True)
class ReductionSeen:
    """A refund or dispute as it is known."""

    amount_minor: int
    given_back_at: datetime | None
    lost: bool


def memberships(
    session: Session, source_id: int, told: Mapping[str, ToldMembership], stamp: int
) -> tuple[set[str], set[str]]:
    """Unknown and different memberships; their account, and whether all invoices are known, is not compared."""
    values = {m.key: fact_values.membership_values(m, 0) for m in told.values()}
    for one in values.values():
        del one["account_id"], one["invoices_complete"], one["running_from"], one["running_until"]
    unknown, different = compare(session, MembershipRow, source_id, values, stamp)
    m = MembershipRow
    for some in parts(sorted(set(told) - unknown - different)):
        unbilled = session.execute(
            select(m.key, m.running_until).where(
                m.source_id == source_id, m.key.in_(some), m.running_until > m.running_from, m.fetched_seq < stamp
            )
        )
        different |= {key for key, running_until in unbilled if running_until != told[key].running_until}
    return unknown, different


def accounts(session: Session, source_id: int, told: Mapping[str, ToldAccount], stamp: int) -> set[str]:
    """Accounts that are known with another address, under whatever key; of an erased one nothing else is said."""
    told = erasures.disguise_accounts(session, source_id, told)
    different: set[str] = set()
    for some in parts(sorted(told)):
        rows = session.execute(
            select(Account.key, Account.address_hash).where(
                Account.source_id == source_id, Account.key.in_(some), Account.fetched_seq < stamp
            )
        )
        different |= {key for key, known in rows if known not in erasures.hashes_of(told[key].address_hash)}
    return different


def invoices(
    session: Session, source_id: int, told: Mapping[str, ToldInvoice], stamp: int
) -> tuple[set[str], set[str]]:
    """Unknown and different invoices, their number of lines included."""
    values = {i.key: fact_values.invoice_values(i) for i in told.values()}
    unknown, different = compare(session, InvoiceRow, source_id, values, stamp)
    for some in parts(sorted(set(told) - unknown - different)):
        lines: dict[str, list[int]] = {key: [] for key in some}
        rows = session.execute(
            select(InvoiceRow.key, InvoiceLineRow.amount_minor)
            .join(InvoiceLineRow, InvoiceLineRow.invoice_id == InvoiceRow.id)
            .where(InvoiceRow.source_id == source_id, InvoiceRow.key.in_(some), InvoiceRow.fetched_seq < stamp)
        )
        for key, amount_minor in rows:
            lines[key].append(amount_minor)
        different |= {
            key
            for key, amounts in lines.items()
            if amounts and sorted(amounts) != sorted(line.amount_minor for line in told[key].lines)
        }
    return unknown, different


def unsettled_payments(session: Session, source_id: int, keys: Collection[str]) -> tuple[set[str], set[str]]:
    """Of payments whose money moved: those not known, and those not known as succeeded with what they settled at."""
    standing: dict[str, bool] = {}
    for some in parts(sorted(keys)):
        rows = session.execute(
            select(PaymentRow.key, PaymentRow.state, PaymentRow.settled_minor).where(
                PaymentRow.source_id == source_id, PaymentRow.key.in_(some)
            )
        )
        standing.update({key: state == "succeeded" and settled is not None for key, state, settled in rows})
    return set(keys) - set(standing), {key for key, is_settled in standing.items() if not is_settled}


def reductions(session: Session, source_id: int, keys: Collection[str]) -> dict[str, ReductionSeen]:
    """The known refunds and disputes among these keys."""
    found: dict[str, ReductionSeen] = {}
    r = ReductionRow
    for some in parts(sorted(keys)):
        rows = session.execute(
            select(r.key, r.amount_minor, r.given_back_at, r.lost)
            .join(PaymentRow, PaymentRow.id == r.payment_id)
            .where(PaymentRow.source_id == source_id, r.key.in_(some))
        )
        found.update({key: ReductionSeen(amount, given_back, lost) for key, amount, given_back, lost in rows})
    return found
