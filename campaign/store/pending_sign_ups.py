"""Sign-ups by mail that wait for their confirmation: the only place an address lives, sealed, for a week at most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from campaign.domain.errors import Invalid
from campaign.store.sealing import seal_text, unseal_text
from campaign.store.sign_ups import ABANDONED, STARTED
from campaign.store.tables import Account, PendingSignUp, SignUpRow

PURPOSE = "pending sign-up"


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-up that waits. `mails`: how many were sent to its address."""

    sign_up_id: int
    key: str
    campaign_slug: str | None
    started_at: datetime
    language: str
    mails: int
    mailed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A sign-up of the form as it stands. `account_key` None: it is not confirmed yet. `stamp`: it was told under."""

    key: str
    campaign_slug: str | None
    account_key: str | None
    started_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    stamp: int


@dataclass(frozen=True, slots=True)
class Address:
    """An address typed into the form, for as long as a request takes, and its hash."""

    text: str = field(repr=False)
    hash: str


def add(
    session: Session,
    source_id: int,
    key: str,
    address: Address,
    language: str,
    secret_key: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """The started sign-up with this key waits for its address to be confirmed, and one mail is on its way."""
    query = select(SignUpRow.id).where(SignUpRow.source_id == source_id, SignUpRow.key == key)
    session.add(
        PendingSignUp(
            sign_up_id=session.scalars(query).one(),
            address_hash=address.hash,
            sealed_address=seal_text(address.text, secret_key, PURPOSE),
            language=language,
            mails=1,
            mailed_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()


def of_address(session: Session, campaign_id: int, address_hash: str, now: datetime) -> Pending | None:
    """The sign-up of this address that waits in a campaign; None when there is none."""
    p = PendingSignUp
    query = (
        select(p, SignUpRow)
        .join(SignUpRow, SignUpRow.id == p.sign_up_id)
        .where(p.address_hash == address_hash, SignUpRow.campaign_id == campaign_id, p.expires_at > now)
        .order_by(SignUpRow.id)
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    row, sign_up = found
    return Pending(
        sign_up.id,
        sign_up.key,
        sign_up.campaign_slug,
        sign_up.started_at,
        row.language,
        row.mails,
        row.mailed_at,
        row.expires_at,
    )


def mailed_again(session: Session, sign_up_id: int, now: datetime) -> None:
    """One more mail is on its way to the address."""
    row = session.get_one(PendingSignUp, sign_up_id)
    row.mails += 1
    row.mailed_at = now


def open_address(session: Session, source_id: int, key: str, secret_key: str, now: datetime) -> str | None:
    """The address of a sign-up that waits; None when it waits no longer, or was sealed under another SECRET_KEY."""
    query = (
        select(PendingSignUp)
        .join(SignUpRow, SignUpRow.id == PendingSignUp.sign_up_id)
        .where(SignUpRow.source_id == source_id, SignUpRow.key == key, PendingSignUp.expires_at > now)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    try:
        return unseal_text(row.sealed_address, secret_key, PURPOSE)
    except Invalid:
        return None


def forget_address(session: Session, source_id: int, key: str) -> None:
    """The address of the sign-up is gone."""
    ids = select(SignUpRow.id).where(SignUpRow.source_id == source_id, SignUpRow.key == key)
    session.execute(delete(PendingSignUp).where(PendingSignUp.sign_up_id.in_(ids)))


def forget_expired(session: Session, now: datetime) -> int:
    """Addresses nobody confirmed in time are gone, and their sign-ups abandoned; returns how many."""
    expired = list(session.scalars(select(PendingSignUp.sign_up_id).where(PendingSignUp.expires_at <= now)))
    for at in range(0, len(expired), 500):
        ids = expired[at : at + 500]
        session.execute(delete(PendingSignUp).where(PendingSignUp.sign_up_id.in_(ids)))
        session.execute(
            update(SignUpRow)
            .where(SignUpRow.id.in_(ids), SignUpRow.state == STARTED)
            .values(state=ABANDONED, ended_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(expired)


def known(session: Session, source_id: int, key: str) -> Known | None:
    """The sign-up of the form with this key; None when there is none."""
    query = (
        select(SignUpRow, Account.key)
        .outerjoin(Account, Account.id == SignUpRow.account_id)
        .where(SignUpRow.source_id == source_id, SignUpRow.key == key)
    )
    found = session.execute(query).first()
    return None if found is None else _known(found[0], found[1])


def standing_of(session: Session, source_id: int, campaign_slug: str, account_keys: Collection[str]) -> Known | None:
    """The confirmed sign-up in a campaign that one of these accounts has not withdrawn; None when there is none."""
    query = (
        select(SignUpRow, Account.key)
        .join(Account, Account.id == SignUpRow.account_id)
        .where(Account.source_id == source_id, Account.key.in_(account_keys))
        .where(SignUpRow.campaign_slug == campaign_slug)
        .where(SignUpRow.confirmed_at.is_not(None), SignUpRow.withdrawn_at.is_(None))
        .limit(1)
    )
    found = session.execute(query).first()
    return None if found is None else _known(found[0], found[1])


def _known(r: SignUpRow, account_key: str | None) -> Known:
    return Known(r.key, r.campaign_slug, account_key, r.started_at, r.confirmed_at, r.withdrawn_at, r.fetched_seq)
