"""What was told of accounts before: for sources that tell only how things are now, and never what ended or was late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaign.domain.facts import How, InvoiceLine
from campaign.store import erasures, fact_values
from campaign.store.fact_rows import compare, parts
from campaign.store.tables import (
    Account,
    InvoiceLineRow,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    ReductionRow,
    SignUpRow,
)
from campaign.store.told import Told, ToldInvoice, ToldMembership, ToldSignUp


@dataclass(slots=True)
class Remembered:
    """All that was told of one account, by the source's own keys."""

    memberships: dict[str, ToldMembership] = field(default_factory=dict[str, ToldMembership])
    invoices: dict[str, ToldInvoice] = field(default_factory=dict[str, ToldInvoice])
    returned_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When each payment was first said to have been given back."""
    sign_ups: dict[str, ToldSignUp] = field(default_factory=dict[str, ToldSignUp])


def of_accounts(session: Session, source_id: int, account_keys: Collection[str]) -> Mapping[str, Remembered]:
    """What was told of these accounts of one source; nothing for one that is not known."""
    found: dict[str, Remembered] = defaultdict(Remembered)
    m, s = MembershipRow, SignUpRow
    known_as = erasures.aliases(session, source_id, account_keys)
    for some in parts(sorted({*account_keys, *known_as})):
        mine = (Account.source_id == source_id, Account.key.in_(some))
        owners: dict[str, str] = {}
        for account_key, row in session.execute(
            select(Account.key, m).join(m, m.account_id == Account.id).where(*mine, m.source_id == source_id)
        ):
            told_of = known_as.get(account_key, account_key)
            found[told_of].memberships[row.key] = _membership(row, told_of)
            owners[row.key] = told_of
        for account_key, row in session.execute(
            select(Account.key, s).join(s, s.account_id == Account.id).where(*mine, s.source_id == source_id)
        ):
            told_of = known_as.get(account_key, account_key)
            found[told_of].sign_ups[row.key] = _sign_up(row, told_of)
        for invoice in _invoices(session, source_id, owners):
            found[owners[invoice.membership_key or ""]].invoices[invoice.key] = invoice
        for account_key, payment_key, taken_at in session.execute(
            select(Account.key, PaymentRow.key, ReductionRow.taken_at)
            .join(PaymentRow, PaymentRow.account_id == Account.id)
            .join(ReductionRow, ReductionRow.payment_id == PaymentRow.id)
            .where(*mine, PaymentRow.source_id == source_id)
        ):
            found[known_as.get(account_key, account_key)].returned_at[payment_key] = taken_at
    return found


def unended_accounts(session: Session, source_id: int, before: int) -> set[str]:
    """Accounts with a membership that has not ended or a sign-up not withdrawn, last told under an older stamp."""
    a, m, s = Account, MembershipRow, SignUpRow
    query = (
        select(a.key)
        .outerjoin(m, m.account_id == a.id)
        .outerjoin(s, s.account_id == a.id)
        .where(a.source_id == source_id, a.fetched_seq < before)
        .where(or_(m.id.is_not(None) & m.ended_at.is_(None), s.id.is_not(None) & s.withdrawn_at.is_(None)))
    )
    return set(session.scalars(query))


def differences(session: Session, source_id: int, told: Told, stamp: int) -> tuple[set[str], set[str]]:
    """Keys of the told accounts that are not known, and of those of which something else is known."""
    known_as = erasures.aliases(session, source_id, told.accounts)
    told = erasures.disguise(session, source_id, told)
    addresses = {a.key: {"address_hash": a.address_hash} for a in told.accounts.values()}
    unknown, different = compare(session, Account, source_id, addresses, stamp)
    owner = {m.key: m.account_key for m in told.memberships.values()}
    values = {m.key: fact_values.membership_values(m, 0) for m in told.memberships.values()}
    for one in values.values():
        del one["account_id"]
    new, changed = compare(session, MembershipRow, source_id, values, stamp)
    different |= {owner[key] for key in new | changed}
    invoices = {i.key: fact_values.invoice_values(i) for i in told.invoices.values()}
    new, changed = compare(session, InvoiceRow, source_id, invoices, stamp)
    different |= {owner[key] for i in new | changed if (key := told.invoices[i].membership_key) in owner}
    ends = {s.key: {"confirmed_at": s.confirmed_at, "withdrawn_at": s.withdrawn_at} for s in told.sign_ups.values()}
    new, changed = compare(session, SignUpRow, source_id, ends, stamp)
    different |= {told.sign_ups[key].account_key for key in new | changed}
    return unknown, {known_as.get(key, key) for key in different - unknown}


def _invoices(session: Session, source_id: int, membership_keys: Collection[str]) -> list[ToldInvoice]:
    i, found = InvoiceRow, list[ToldInvoice]()
    for some in parts(sorted(membership_keys)):
        rows = session.scalars(select(i).where(i.source_id == source_id, i.membership_key.in_(some))).all()
        lines: dict[int, list[InvoiceLine]] = defaultdict(list)
        for ids in parts(row.id for row in rows):
            for line in session.scalars(
                select(InvoiceLineRow)
                .where(InvoiceLineRow.invoice_id.in_(ids))
                .order_by(InvoiceLineRow.invoice_id, InvoiceLineRow.number)
            ):
                lines[line.invoice_id].append(
                    InvoiceLine(line.starts_at, line.ends_at, line.amount_minor, line.price_key, line.quantity)
                )
        found += [_invoice(row, lines[row.id]) for row in rows]
    return found


def _membership(row: MembershipRow, account_key: str) -> ToldMembership:
    return ToldMembership(
        key=row.key,
        account_key=account_key,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        cancelled_at=row.cancelled_at,
        cancel_at=row.cancel_at,
        trial_starts_at=row.trial_starts_at,
        trial_ends_at=row.trial_ends_at,
        running_from=row.running_from,
        running_until=row.running_until,
        invoices_complete=row.invoices_complete,
        price_keys=tuple(row.price_keys),
        quantity=row.quantity,
        how=How(row.how),
        same_as=row.same_as,
        campaign_slug=row.campaign_slug,
        tags=tuple(row.tags),
        variant=row.variant,
        article=row.article,
    )


def _invoice(row: InvoiceRow, lines: list[InvoiceLine]) -> ToldInvoice:
    return ToldInvoice(
        key=row.key,
        membership_key=row.membership_key,
        state=row.state,
        total_minor=row.total_minor,
        currency=row.currency,
        settled_at=row.settled_at,
        voided_at=row.voided_at,
        lines=tuple(lines),
        link_keys=tuple(row.link_keys),
    )


def _sign_up(row: SignUpRow, account_key: str) -> ToldSignUp:
    return ToldSignUp(
        key=row.key,
        account_key=account_key,
        campaign_slug=row.campaign_slug,
        started_at=row.started_at,
        confirmed_at=row.confirmed_at,
        withdrawn_at=row.withdrawn_at,
    )
