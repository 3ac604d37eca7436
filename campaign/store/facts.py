"""Facts: what sources told, each kept under the stamp of its reading (counting.md, The ledger 2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session

from campaign.store import accounts, erasures, fact_values, joins, sign_ups
from campaign.store.fact_rows import Kept, Row, Values, keep_newer, lock_facts, parts, replace_parts
from campaign.store.people import Touched
from campaign.store.tables import (
    Account,
    InvoiceLineRow,
    InvoiceLink,
    InvoiceRow,
    MembershipRow,
    PaymentRow,
    ReductionRow,
)
from campaign.store.told import Told, ToldInvoice, ToldMembership, ToldPayment


@dataclass(slots=True)
class Saved:
    """Whose entries may have changed, and the accounts that were named and never told."""

    touched: Touched = field(default_factory=Touched)
    untold_accounts: set[str] = field(default_factory=set[str])


def save(session: Session, source_id: int, told: Told, stamp: int) -> Saved:
    """Every fact of the reading is kept where its stamp is newer; older or equal changes nothing."""
    lock_facts(session)
    told = erasures.disguise(session, source_id, told)
    saved = Saved()
    saved.touched.people |= accounts.save(session, source_id, told.accounts, stamp)
    named = {m.account_key for m in told.memberships.values()} | {p.account_key for p in told.payments.values()}
    named |= {s.account_key for s in told.sign_ups.values()}
    rows = accounts.named(session, source_id, named)
    saved.untold_accounts |= {key for key, row in rows.items() if row["fetched_seq"] == 0}
    _save_invoices(session, source_id, told.invoices, stamp, saved.touched)
    _save_memberships(session, source_id, told.memberships, rows, stamp, saved.touched)
    _save_payments(session, source_id, told.payments, rows, stamp, saved.touched)
    saved.touched.people |= sign_ups.save(session, source_id, told.sign_ups, rows, stamp)
    session.expire_all()
    return saved


def is_linked(session: Session, source_id: int, link_key: str) -> bool:
    """Whether an invoice or a payment has told which invoice the link belongs to."""
    link = select(InvoiceLink.link_key).where(InvoiceLink.source_id == source_id, InvoiceLink.link_key == link_key)
    payment = select(PaymentRow.id).where(
        PaymentRow.source_id == source_id, PaymentRow.link_key == link_key, PaymentRow.invoice_key.is_not(None)
    )
    return session.execute(link.limit(1)).first() is not None or session.execute(payment.limit(1)).first() is not None


def membership_stamp(session: Session, source_id: int, membership_key: str) -> int:
    """The stamp a membership was last told under; 0 when it never was."""
    query = select(MembershipRow.fetched_seq).where(
        MembershipRow.source_id == source_id, MembershipRow.key == membership_key
    )
    return session.scalar(query) or 0


def knows_all_invoices(session: Session, source_id: int, membership_key: str) -> bool:
    """Whether a membership's invoices were once read to the end; later ones are known as they come."""
    query = select(MembershipRow.invoices_complete).where(
        MembershipRow.source_id == source_id, MembershipRow.key == membership_key
    )
    return session.scalar(query) is True


def invoice_stamp(session: Session, source_id: int, invoice_key: str) -> int:
    """The stamp an invoice was last told under; 0 when it never was."""
    query = select(InvoiceRow.fetched_seq).where(InvoiceRow.source_id == source_id, InvoiceRow.key == invoice_key)
    return session.scalar(query) or 0


# -- memberships and their invoices ----------------------------------------------------------------------------------


def _save_memberships(
    session: Session,
    source_id: int,
    told: Mapping[str, ToldMembership],
    account_rows: Mapping[str, Row],
    stamp: int,
    touched: Touched,
) -> None:
    values = {m.key: fact_values.membership_values(m, account_rows[m.account_key]["id"]) for m in told.values()}
    kept = keep_newer(session, MembershipRow, source_id, values, stamp, carry=_carry_complete)
    changed = [row for row in kept.values() if row.changed]
    account_ids = {values[key]["account_id"] for key, row in kept.items() if row.changed}
    account_ids |= {row.before["account_id"] for row in changed if row.before is not None}
    touched.people |= joins.reassign(session, joins.naming(session, {key for key, row in kept.items() if row.changed}))
    touched.people |= accounts.people_of(session, account_ids)
    said = {key for key, row in kept.items() if row.changed and _says_other(row.before, values[key])}
    _touch_paid_for(session, source_id, said, touched)


def _says_other(before: Row | None, values: Values) -> bool:
    """Whether a membership's campaign or tags changed, which its payments inherit."""
    if before is None:
        return bool(values["campaign_slug"] or values["tags"])
    return any(before[name] != values[name] for name in ("campaign_slug", "tags"))


def _touch_paid_for(session: Session, source_id: int, membership_keys: Collection[str], touched: Touched) -> None:
    """The payments of these memberships' invoices."""
    for some in parts(sorted(membership_keys)):
        rows = session.execute(
            select(InvoiceRow.key, InvoiceRow.link_keys).where(
                InvoiceRow.source_id == source_id, InvoiceRow.membership_key.in_(some)
            )
        ).all()
        links = {link for _, link_keys in rows for link in link_keys}
        _touch_linked(session, source_id, links, {key for key, _ in rows}, touched)


def _carry_complete(before: Row, values: Values) -> Values:
    """Once a list of invoices was read to its end, later ones are known as they come."""
    return {**values, "invoices_complete": values["invoices_complete"] or before["invoices_complete"]}


def _save_invoices(
    session: Session, source_id: int, told: Mapping[str, ToldInvoice], stamp: int, touched: Touched
) -> None:
    values = {i.key: fact_values.invoice_values(i) for i in told.values()}
    kept = keep_newer(session, InvoiceRow, source_id, values, stamp)
    lines = {row.id: fact_values.line_values(told[key]) for key, row in kept.items()}
    new_ids = {row.id for row in kept.values() if row.before is None}
    other_lines = replace_parts(session, InvoiceLineRow, "invoice_id", lines, new_ids)
    changed = {key: row for key, row in kept.items() if row.changed or row.id in other_lines}
    links = _relink(session, source_id, told, changed)
    membership_keys = {told[key].membership_key for key in changed}
    membership_keys |= {row.before["membership_key"] for row in changed.values() if row.before is not None}
    _touch_memberships(session, source_id, {key for key in membership_keys if key is not None}, touched)
    _touch_linked(session, source_id, links, changed, touched)


def _relink(session: Session, source_id: int, told: Mapping[str, ToldInvoice], changed: Mapping[str, Kept]) -> set[str]:
    """The links of the changed invoices are those told; returns all links concerned, before and after."""
    before = {key: sorted(row.before["link_keys"]) if row.before is not None else [] for key, row in changed.items()}
    differ = [key for key, links in before.items() if links != sorted(set(told[key].link_keys))]
    for some in parts(key for key in differ if before[key]):
        session.execute(
            delete(InvoiceLink).where(InvoiceLink.source_id == source_id, InvoiceLink.invoice_key.in_(some))
        )
    links = [(link, key) for key in differ for link in sorted(set(told[key].link_keys))]
    for some in parts({"source_id": source_id, "link_key": link, "invoice_key": key} for link, key in links):
        session.execute(insert(InvoiceLink), some)
    return {link for key in changed for link in (*before[key], *told[key].link_keys)}


def _touch_memberships(session: Session, source_id: int, keys: Collection[str], touched: Touched) -> None:
    for some in parts(sorted(keys)):
        rows = session.scalars(
            select(Account.person_id)
            .join(MembershipRow, MembershipRow.account_id == Account.id)
            .where(MembershipRow.source_id == source_id, MembershipRow.key.in_(some))
        )
        touched.people |= set(rows)


def _touch_linked(
    session: Session, source_id: int, links: Collection[str], changed: Collection[str], touched: Touched
) -> None:
    p = PaymentRow
    for column, keys in ((p.link_key, links), (p.invoice_key, changed)):
        for some in parts(sorted(keys)):
            _touch_payments(
                session, select(p.id, p.account_id).where(p.source_id == source_id, column.in_(some)), touched
            )


def _touch_payments(session: Session, query: Select[int, int], touched: Touched) -> None:
    """The payments, and whoever made them: what a payment was for decides whether they are givers."""
    rows = session.execute(query).all()
    touched.payments |= {payment_id for payment_id, _ in rows}
    touched.people |= accounts.people_of(session, {account_id for _, account_id in rows})


# -- payments --------------------------------------------------------------------------------------------------------


def _save_payments(
    session: Session,
    source_id: int,
    told: Mapping[str, ToldPayment],
    account_rows: Mapping[str, Row],
    stamp: int,
    touched: Touched,
) -> None:
    values = {p.key: fact_values.payment_values(p, account_rows[p.account_key]["id"]) for p in told.values()}
    kept = keep_newer(session, PaymentRow, source_id, values, stamp, carry=_carry_invoice)
    reductions = {row.id: fact_values.reduction_values(told[key]) for key, row in kept.items()}
    new_ids = {row.id for row in kept.values() if row.before is None}
    other_reductions = replace_parts(session, ReductionRow, "payment_id", reductions, new_ids)
    changed = {key: row for key, row in kept.items() if row.changed or row.id in other_reductions}
    touched.payments |= {row.id for row in changed.values()}
    account_ids = {values[key]["account_id"] for key in changed}
    account_ids |= {row.before["account_id"] for row in changed.values() if row.before is not None}
    touched.people |= accounts.people_of(session, account_ids)


def _carry_invoice(before: Row, values: Values) -> Values:
    """A reading that did not ask for the invoice takes nothing back."""
    return {**values, "invoice_key": values["invoice_key"] or before["invoice_key"]}
