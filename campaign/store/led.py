"""What the banner led to: the sign-ups, memberships and payments of a campaign that know their words and article."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaign.domain.facts import Payment, Person, SignUp
from campaign.store import people, sources
from campaign.store.showings import Place
from campaign.store.tables import Account, InvoiceLink, MembershipRow, PaymentRow, SignUpRow, Source


@dataclass(slots=True)
class Led:
    """By our ids; a payment of a membership is not here, since what led there stands at the membership."""

    memberships: dict[int, Place] = field(default_factory=dict[int, Place])
    payments: dict[int, Place] = field(default_factory=dict[int, Place])
    person_ids: set[int] = field(default_factory=set[int])
    """Who has the memberships."""


def of_campaign(session: Session, slug: str) -> Led:
    """What a checkout of the campaign told."""
    led, m, p = Led(), MembershipRow, PaymentRow
    begun = (
        select(m.id, m.variant, m.article, Account.person_id)
        .join(Account, Account.id == m.account_id)
        .where(m.campaign_slug == slug, m.variant.is_not(None))
    )
    for membership_id, variant, article, person_id in session.execute(begun):
        led.memberships[membership_id] = (variant or "", article or "")
        led.person_ids.add(person_id)
    billed = select(InvoiceLink.link_key).where(
        InvoiceLink.source_id == p.source_id, InvoiceLink.link_key == p.link_key
    )
    given = (
        select(p.id, p.variant, p.article)
        .where(p.campaign_slug == slug, p.variant.is_not(None))
        .where(p.invoice_key.is_(None), ~billed.exists())
    )
    for payment_id, variant, article in session.execute(given):
        led.payments[payment_id] = (variant or "", article or "")
    return led


@dataclass(frozen=True, slots=True)
class Came:
    """By which words and article somebody began a membership or gave: the id is their source's own."""

    what: str
    key: str
    variant: str
    article: str


def of_accounts(session: Session, account_ids: Collection[int]) -> list[Came]:
    """What is held of how these accounts came."""
    found: list[Came] = []
    for what, table in (("membership", MembershipRow), ("payment", PaymentRow)):
        query = select(table.key, table.variant, table.article).where(
            table.account_id.in_(account_ids), table.variant.is_not(None)
        )
        rows = session.execute(query.order_by(table.id))
        found += [Came(what, key, variant or "", article or "") for key, variant, article in rows]
    return found


def people_of(session: Session, led: Led) -> Iterator[Person]:
    """Everybody with one of the memberships, some at a time."""
    for some in people.chunks(led.person_ids):
        yield from people.load_people(session, some)
        session.expunge_all()


def payments_of(session: Session, led: Led) -> list[Payment]:
    """The payments, with what was taken back of them."""
    return people.load_payments(session, led.payments)


def sign_ups_of(session: Session, campaign_id: int) -> list[tuple[Place, SignUp]]:
    """Every sign-up that began on the campaign's page; one that goes to a payment page is never confirmed itself."""
    s = SignUpRow
    query = (
        select(s.variant, s.article, s.id, s.source_id, s.key, s.campaign_slug, s.confirmed_at, s.withdrawn_at)
        .join(Source, Source.id == s.source_id)
        .where(s.campaign_id == campaign_id, or_(s.account_id.is_(None), Source.slug == sources.FORM_SLUG))
    )
    return [
        (
            (row.variant or "", row.article or ""),
            SignUp(row.id, row.source_id, row.key, row.campaign_slug, row.confirmed_at, row.withdrawn_at),
        )
        for row in session.execute(query)
    ]
