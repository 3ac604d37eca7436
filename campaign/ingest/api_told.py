"""What the newsroom's own systems sent, as facts: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.domain.errors import CampaignTrackerError
from campaign.domain.facts import How, Reduction, ReductionKind
from campaign.domain.people import ADDRESS_KEY
from campaign.ingest import api_shapes as shapes
from campaign.ingest.addresses import AddressHasher
from campaign.store.told import Told, ToldAccount, ToldMembership, ToldPayment, ToldSignUp


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; "" stands for the whole body."""

    field: str
    detail: str


class Unfit(CampaignTrackerError):
    """What was sent can't be taken; nothing of it was. `is_json`: False where it was no JSON at all."""

    def __init__(self, problems: Sequence[Problem], *, is_json: bool = True) -> None:
        super().__init__("; ".join(f"{p.field}: {p.detail}" if p.field else p.detail for p in problems))
        self.problems = tuple(problems)
        self.is_json = is_json


def sign_ups_told(sent: shapes.SignUps, hash_address: AddressHasher) -> Told:
    """Raises Unfit."""
    told, account_of = Told(), _accounts(sent.items, hash_address)
    for item, (account_key, account) in zip(sent.items, account_of, strict=True):
        told.add(
            account,
            ToldSignUp(item.id, account_key, item.campaign, item.started_at, item.confirmed_at, item.withdrawn_at),
        )
    return told


def memberships_told(sent: shapes.Memberships, hash_address: AddressHasher) -> Told:
    """Raises Unfit."""
    told, account_of = Told(), _accounts(sent.items, hash_address)
    for item, (account_key, account) in zip(sent.items, account_of, strict=True):
        told.add(
            account,
            ToldMembership(
                key=item.id,
                account_key=account_key,
                status="ended" if item.ended_at else item.how,
                started_at=item.started_at,
                ended_at=item.ended_at,
                cancelled_at=item.cancelled_at,
                cancel_at=item.cancel_at,
                running_from=item.started_at,
                running_until=item.paid_until,
                invoices_complete=True,
                how=How(item.how),
                price_keys=() if item.tier is None else (item.tier,),
                quantity=item.quantity,
                campaign_slug=item.campaign,
                tags=tuple(item.tags),
            ),
        )
    return told


def payments_told(sent: shapes.Payments, hash_address: AddressHasher) -> Told:
    """Raises Unfit."""
    told, account_of = Told(), _accounts(sent.items, hash_address)
    for number, (item, (account_key, account)) in enumerate(zip(sent.items, account_of, strict=True)):
        reductions = [_refund(r) for r in item.refunds] + [_dispute(d) for d in item.disputes]
        _refuse_repeats([r.key for r in reductions], f"items[{number}]", "refunds and disputes")
        told.add(
            account,
            ToldPayment(
                key=item.id,
                account_key=account_key,
                link_key=item.id,
                invoice_key=None,
                state=item.status,
                amount_minor=item.amount_minor,
                currency=item.currency,
                settled_minor=None,
                settled_currency=None,
                fee_minor=item.fee_minor,
                occurred_at=item.paid_at,
                is_debit=item.bank_debit,
                campaign_slug=item.campaign,
                reductions=tuple(reductions),
                tags=tuple(item.tags),
            ),
        )
    return told


def _refund(r: shapes.RefundIn) -> Reduction:
    return Reduction(f"refund:{r.id}", ReductionKind.REFUND, r.amount_minor, r.at, r.at)


def _dispute(d: shapes.DisputeIn) -> Reduction:
    given_back_at = d.closed_at if d.state == "won" else None
    lost, key = d.state == "lost", f"dispute:{d.id}"
    return Reduction(key, ReductionKind.DISPUTE, d.amount_minor, d.opened_at, d.opened_at, given_back_at, lost)


def _accounts(
    items: Sequence[shapes.SignUpIn | shapes.MembershipIn | shapes.PaymentIn], hash_address: AddressHasher
) -> list[tuple[str, ToldAccount | None]]:
    """The account of each item, and what is told of it: nothing where its address was left out. Raises Unfit."""
    _refuse_repeats([item.id for item in items], "items", "items")
    found: list[tuple[str, ToldAccount | None]] = []
    hashes: dict[str, str | None] = {}
    for number, item in enumerate(items):
        address_hash = hash_address(item.email)
        if item.account is not None:
            key = f"account:{item.account}"
        else:
            key = f"{ADDRESS_KEY}{address_hash}" if address_hash is not None else f"payment:{item.id}"
        if "email" not in item.model_fields_set and item.account is not None:
            found.append((key, None))
            continue
        if hashes.setdefault(key, address_hash) != address_hash:
            raise Unfit([Problem(f"items[{number}].email", "another item says another address of the same account")])
        found.append((key, ToldAccount(key, address_hash)))
    return found


def _refuse_repeats(keys: Sequence[str], field: str, what: str) -> None:
    seen: set[str] = set()
    for number, key in enumerate(keys):
        if key in seen:
            where = f"{field}[{number}].id" if field == "items" else field
            raise Unfit([Problem(where, f"two {what} have this id")])
        seen.add(key)
