"""A member of Patreon's as facts: charges that were paid are the evidence, its state says the rest.

A charge pays for a month, or for as many as the pledge's cadence says, from its own time on. Patreon does not say when
a charge was given back, or somebody left at once: then the time it was seen stands for it.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign.domain.about import tags_of
from campaign.domain.facts import How, InvoiceLine, InvoiceState, PaymentState, Reduction, ReductionKind
from campaign.ingest.addresses import AddressHasher
from campaign.ingest.bodies import Json
from campaign.ingest.fields import Fields
from campaign.ingest.members import MEMBER, gone
from campaign.ingest.reading import Reading
from campaign.store.remembered import Remembered
from campaign.store.told import ToldAccount, ToldInvoice, ToldMembership, ToldPayment

ACTIVE, DECLINED, FORMER = "active_patron", "declined_patron", "former_patron"
_PAID = frozenset({"paid", "partially refunded"})
_GIVEN_BACK = frozenset({"refunded", "refunded by patreon", "fraud"})
_CHARGE, _START = "subscription", "pledge_start"
_SAME_CHARGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Charge:
    key: str
    at: datetime
    status: str
    amount_minor: int
    currency: str
    tier_key: str
    settled_at: datetime | None = None

    @property
    def is_paid(self) -> bool:
        """Whether money came for it, even if it went back later."""
        return self.status in _PAID or self.status in _GIVEN_BACK


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns Patreon's members, their pledge events inside, into readings; pure. Raises MalformedFact."""

    hash_address: AddressHasher

    def member(self, body: Json, before: Remembered, seen_at: datetime) -> Reading:
        """The member's account; its membership, where it ever was one; what it paid."""
        member = Fields.of(body, MEMBER)
        told = member.part("attributes") or Fields(MEMBER, member.key, {})
        reading = Reading()
        reading.told.add(ToldAccount(member.key, self.hash_address(told.optional_text("email"))))
        charges = _charges(member)
        status = told.optional_text("patron_status")
        if status not in (ACTIVE, DECLINED, FORMER, None):
            raise member.wrong(f"its patron_status {status[:20]!r} is none we know")
        if status is None and not charges and not told.yes("is_gifted") and not told.yes("is_free_trial"):
            reading.update(gone(before, seen_at))
            return reading
        if told.yes("is_gifted"):
            reading.told.add(_gift(member, told, before, seen_at))
        if charges or not told.yes("is_gifted"):
            membership = _membership(member, told, charges, before, seen_at)
            months = max(1, told.minor("pledge_cadence"))
            reading.told.add(membership)
            for charge in _settled(charges, told, before, seen_at):
                reading.told.add(_invoice(membership, charge, months), _payment(member, charge, before, seen_at))
        left = {k: m for k, m in before.memberships.items() if k not in reading.told.memberships}
        reading.update(gone(Remembered(left), seen_at))
        return reading


def _gift(member: Fields, told: Fields, before: Remembered, seen_at: datetime) -> ToldMembership:
    """What somebody was given, until it would have to be paid: apart from what they pay themselves."""
    lead = f"{member.key}:gift:"
    running = sorted((m.started_at, k) for k, m in before.memberships.items() if k.startswith(lead) and not m.ended_at)
    stated = told.optional_instant("pledge_relationship_start")
    started_at = stated or (running[0][0] if running else seen_at)
    until = told.optional_instant("next_charge_date")
    return ToldMembership(
        key=running[0][1] if running else f"{lead}{started_at:%Y%m%dT%H%M%S}",
        account_key=member.key,
        status="gifted",
        started_at=started_at,
        cancel_at=until,
        running_from=started_at,
        running_until=until,
        invoices_complete=True,
        price_keys=_tier_keys(member),
        tags=_tags(member),
        how=How.GIFTED,
    )


def _membership(
    member: Fields, told: Fields, charges: list[_Charge], before: Remembered, seen_at: datetime
) -> ToldMembership:
    known = before.memberships.get(member.key)
    status = told.optional_text("patron_status") or FORMER
    stated = told.optional_instant("pledge_relationship_start")
    started_at = stated or (known.started_at if known is not None else min([seen_at, *(c.at for c in charges)]))
    until = told.optional_instant("next_charge_date")
    is_trial = told.yes("is_free_trial") and until is not None
    membership = ToldMembership(
        key=member.key,
        account_key=member.key,
        status=status,
        started_at=started_at,
        trial_starts_at=started_at if is_trial else known and known.trial_starts_at,
        trial_ends_at=until if is_trial else known and known.trial_ends_at,
        invoices_complete=True,
        price_keys=_tier_keys(member) or (known.price_keys if known is not None else ()),
        tags=_tags(member) if known is None or _tier_keys(member) else known.tags,
    )
    if status != ACTIVE:
        return _over(membership, known, charges, status, seen_at)
    if charges or is_trial:
        return membership
    if (told.optional_text("last_charge_status") or "").casefold() not in _PAID:
        return _as_before(membership, known)
    charged_at = told.optional_instant("last_charge_date") or started_at
    return replace(membership, running_from=min(started_at, charged_at), running_until=until)


def _over(
    membership: ToldMembership, known: ToldMembership | None, charges: list[_Charge], status: str, seen_at: datetime
) -> ToldMembership:
    """Declined: it is not taken away, it runs out. Former: it ends where its paid time ended, or when that was seen.

    Who leaves keeps what was paid, as Patreon's own benefits do, so only grace is ended by it.
    """
    membership = _as_before(membership, known)
    if status == DECLINED:
        return membership
    left_at = known.cancelled_at if known is not None and known.status == FORMER else None
    if known is None and charges:
        left_at = max(charge.at for charge in charges)
    return replace(membership, cancelled_at=left_at or seen_at)


def _as_before(membership: ToldMembership, known: ToldMembership | None) -> ToldMembership:
    """With what ran when it was last paid: a charge that is pending or declined takes nothing of it away."""
    if known is None:
        return membership
    return replace(membership, running_from=known.running_from, running_until=known.running_until)


def _charges(member: Fields) -> list[_Charge]:
    """What was charged, in order; a start that was charged by itself is told twice, once as a charge."""
    rows = [Fields(MEMBER, member.key, row.body) for row in member.parts("pledge_events")]
    found: list[_Charge] = []
    starts: list[_Charge] = []
    for row in rows:
        event = row.part("attributes")
        key = row.id_text("id")
        if event is None or key is None or not event.optional_text("payment_status"):
            continue
        kind, amount = event.optional_text("type"), event.minor("amount_cents")
        if kind not in (_CHARGE, _START) or amount <= 0:
            continue
        charge = _Charge(
            key=key,
            at=event.instant("date"),
            status=event.text("payment_status").casefold(),
            amount_minor=amount,
            currency=event.currency("currency_code"),
            tier_key=event.id_text("tier_id") or "",
        )
        (found if kind == _CHARGE else starts).append(charge)
    found += [s for s in starts if all(abs(c.at - s.at) > _SAME_CHARGE for c in found)]
    return sorted(found, key=lambda charge: (charge.at, charge.key))


def _settled(charges: list[_Charge], told: Fields, before: Remembered, seen_at: datetime) -> list[_Charge]:
    """Each charge with when it was paid: at its own time, unless it was seen unpaid, or the last one came later."""
    last_at = told.optional_instant("last_charge_date")
    answer: list[_Charge] = []
    for charge in charges:
        known = before.invoices.get(charge.key)
        if not charge.is_paid:
            answer.append(charge)
            continue
        settled_at = charge.at
        if known is not None and known.settled_at is not None:
            settled_at = known.settled_at
        elif charge is charges[-1] and last_at is not None and charge.at < last_at <= seen_at:
            settled_at = last_at
        elif known is not None:
            settled_at = max(charge.at, seen_at)
        answer.append(replace(charge, settled_at=settled_at))
    return answer


def _invoice(membership: ToldMembership, charge: _Charge, months: int) -> ToldInvoice:
    """What the charge is for. One given back stays evidence: the payment says that it was, and since when."""
    tier = charge.tier_key or (membership.price_keys[0] if membership.price_keys else "")
    return ToldInvoice(
        key=charge.key,
        membership_key=membership.key,
        state=(InvoiceState.PAID if charge.is_paid else InvoiceState.OPEN).value,
        total_minor=charge.amount_minor,
        currency=charge.currency,
        settled_at=charge.settled_at,
        voided_at=None,
        lines=(InvoiceLine(charge.at, _months_later(charge.at, months), charge.amount_minor, tier),),
        link_keys=(charge.key,),
    )


def _payment(member: Fields, charge: _Charge, before: Remembered, seen_at: datetime) -> ToldPayment | None:
    if charge.settled_at is None:
        return None
    reductions: tuple[Reduction, ...] = ()
    if charge.status in _GIVEN_BACK:
        taken_at = before.returned_at.get(charge.key, seen_at)
        reductions = (Reduction(f"{charge.key}:back", ReductionKind.REFUND, charge.amount_minor, taken_at, taken_at),)
    return ToldPayment(
        key=charge.key,
        account_key=member.key,
        link_key=charge.key,
        invoice_key=charge.key,
        state=PaymentState.SUCCEEDED.value,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        settled_minor=None,
        settled_currency=None,
        fee_minor=None,
        occurred_at=charge.settled_at,
        is_debit=False,
        campaign_slug=None,
        reductions=reductions,
    )


def _months_later(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def _tier_keys(member: Fields) -> tuple[str, ...]:
    relationships = member.part("relationships")
    tiers = None if relationships is None else relationships.part("currently_entitled_tiers")
    rows = [] if tiers is None else tiers.parts("data")
    return tuple(sorted({key for row in rows if (key := row.id_text("id")) is not None}))


def _tags(member: Fields) -> tuple[str, ...]:
    """The tiers by title, and the page by its name in addresses."""
    told = [part for row in member.parts("about") if (part := row.part("attributes")) is not None]
    return tags_of(part.optional_text(name) or "" for part in told for name in ("title", "vanity"))
