"""Signing up on a campaign's own page: an address typed, a mail, a link, and only then a fact.

The address lives sealed until it is confirmed, or for a week; then only its hash is left. Whatever is typed, the
answer is the same, so that nobody learns who has signed up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from campaign.counting import book
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid, NotFound
from campaign.domain.people import ADDRESS_KEY, AddressHash
from campaign.ingest.addresses import PersonKeys, hasher_of, normalised
from campaign.ingest.api import stamp_of
from campaign.store import campaigns, facts, inbox, outbox, pending_sign_ups, sign_ups, sources
from campaign.store.engine import Database, Session
from campaign.store.fact_rows import lock_facts
from campaign.store.ledger import Cause
from campaign.store.pending_sign_ups import Address, Known
from campaign.store.told import Told, ToldAccount, ToldSignUp

ADDRESS_LIVES = timedelta(days=7)
MAILS_AT_MOST = 3
MAILS_APART = timedelta(minutes=10)
KIND = "sign_up_confirm"
CONFIRM, WITHDRAW = "confirm", "withdraw"

_ODD = r"@\s\x00-\x1f\x7f<>,;:\"()\[\]\\"
_ADDRESS = re.compile(rf"[^{_ODD}]{{1,64}}@(?:[^{_ODD}./]{{1,63}}\.)+[^{_ODD}./]{{2,63}}")
_TOKEN = re.compile(r"([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})")


class FormSettings(PersonKeys, Protocol):
    """What of the environment concerns the form."""

    @property
    def secret_key(self) -> str: ...
    @property
    def public_url(self) -> str: ...
    @property
    def smtp_url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody typed into the form of a campaign's page, and where they came from."""

    address: str = field(repr=False)
    language: str
    variant: str | None = None
    article: str | None = None


def ensure_source(db: Database, settings: FormSettings, now: datetime) -> None:
    """Where mail can be sent, the form is a source, in use until staff take it out of use."""
    if settings.smtp_url is None:
        return
    with db.write() as session:
        if all(source.slug != sources.FORM_SLUG for source in sources.listing(session)):
            sources.add_pushed(session, sources.API, sources.FORM_SLUG, "Sign-up form", now)


def check_address(typed: str) -> str:
    """The address as mail goes to it. Raises Invalid for what is none."""
    address = typed.strip()
    if len(address) > 254 or not _ADDRESS.fullmatch(address) or ".." in address:
        raise Invalid("email", "This does not look like an e-mail address.")
    return address


def ask(db: Database, settings: FormSettings, campaign: Campaign, asked: Asked, now: datetime) -> None:
    """A mail asks the address to confirm, or says that it has; at most three a week. Raises Invalid, NotFound."""
    text = check_address(asked.address)
    hashed = hasher_of(settings)(text)
    if hashed is None:
        raise Invalid("email", "This does not look like an e-mail address.")
    with db.write() as session:
        lock_facts(session)
        source_id = _source_id(session)
        confirmed = pending_sign_ups.standing_of(session, source_id, campaign.slug, _account_keys(hashed))
        if confirmed is not None:
            _mail(session, settings, campaign, text, asked.language, confirmed.key, now, is_confirmed=True)
            return
        waiting = pending_sign_ups.of_address(session, campaign.id, str(hashed), now)
        if waiting is not None:
            if waiting.mails < MAILS_AT_MOST and now - waiting.mailed_at >= MAILS_APART:
                pending_sign_ups.mailed_again(session, waiting.sign_up_id, now)
                _mail(session, settings, campaign, text, asked.language, waiting.key, now, is_confirmed=False)
            return
        key = secrets.token_urlsafe(16)
        sign_ups.start(session, campaign.id, source_id, key, asked.variant, asked.article, now)
        expires_at = now + ADDRESS_LIVES
        address = Address(text, str(hashed))
        pending_sign_ups.add(session, source_id, key, address, asked.language, settings.secret_key, now, expires_at)
        _mail(session, settings, campaign, text, asked.language, key, now, is_confirmed=False)


def confirm(db: Database, settings: FormSettings, slug: str, token: str, now: datetime) -> bool:
    """The sign-up of a link is confirmed, and its address forgotten; False: it was before. Raises NotFound."""
    key = _key_of(settings, token, CONFIRM)
    with db.write() as session:
        lock_facts(session)
        source_id = _source_id(session)
        known = _of_campaign(session, source_id, slug, key)
        if known.withdrawn_at is not None:
            raise NotFound("sign-up", "link")
        if known.confirmed_at is not None:
            return False
        address = pending_sign_ups.open_address(session, source_id, key, settings.secret_key, now)
        hashed = hasher_of(settings)(address)
        if hashed is None:
            raise NotFound("sign-up", "link")
        pending_sign_ups.forget_address(session, source_id, key)
        account = ToldAccount(f"{ADDRESS_KEY}{hashed}", hashed)
        _keep(session, source_id, known, account, _told(known, account.key, confirmed_at=now), now)
    return True


def withdraw(db: Database, settings: FormSettings, slug: str, token: str, now: datetime) -> bool:
    """The sign-up of a link is taken back, confirmed or not; False: it was before. Raises NotFound."""
    key = _key_of(settings, token, WITHDRAW)
    with db.write() as session:
        lock_facts(session)
        source_id = _source_id(session)
        known = _of_campaign(session, source_id, slug, key)
        if known.withdrawn_at is not None:
            return False
        if known.account_key is None:
            pending_sign_ups.forget_address(session, source_id, key)
            return sign_ups.end(session, source_id, key, sign_ups.WITHDRAWN, now)
        told = _told(known, known.account_key, confirmed_at=known.confirmed_at, withdrawn_at=now)
        _keep(session, source_id, known, None, told, now)
    return True


def is_known(db: Database, settings: FormSettings, slug: str, token: str, purpose: str) -> bool:
    """Whether a link is one of ours and its sign-up is still known; nothing is changed by looking."""
    try:
        key = _key_of(settings, token, purpose)
        with db.read() as session:
            _of_campaign(session, _source_id(session), slug, key)
    except NotFound:
        return False
    return True


def forget_expired(db: Database, now: datetime) -> int:
    """Addresses that nobody confirmed within a week are gone; returns how many."""
    with db.write() as session:
        return pending_sign_ups.forget_expired(session, now)


def link(settings: FormSettings, slug: str, key: str, purpose: str) -> str:
    """The address that confirms a sign-up, or takes it back."""
    word = {CONFIRM: "sign-up", WITHDRAW: "withdraw"}[purpose]
    return f"{settings.public_url}/g/{slug}/{word}/{key}.{_signature(settings, key, purpose)}"


def _mail(
    session: Session,
    settings: FormSettings,
    campaign: Campaign,
    address: str,
    language: str,
    key: str,
    now: datetime,
    *,
    is_confirmed: bool,
) -> None:
    in_language = f"?lang={language}"
    confirm_url = None if is_confirmed else link(settings, campaign.slug, key, CONFIRM) + in_language
    values = {
        "language": language,
        "name": campaign.name,
        "confirm_url": confirm_url,
        "withdraw_url": link(settings, campaign.slug, key, WITHDRAW) + in_language,
    }
    name, _, host = address.rpartition("@")
    to = f"{name}@{normalised(address).rpartition('@')[2] if not host.isascii() else host}"
    outbox.put(
        session,
        settings.secret_key,
        outbox.MAIL,
        KIND,
        to=to,
        values=values,
        now=now,
        expires_at=now + timedelta(days=1),
    )


def _keep(
    session: Session, source_id: int, before: Known, account: ToldAccount | None, sign_up: ToldSignUp, now: datetime
) -> None:
    told = Told()
    told.add(account, sign_up)
    word = "withdrawn" if sign_up.withdrawn_at else "confirmed"
    digest = hashlib.sha256(f"{word}:{sign_up.key}".encode()).hexdigest()
    event_id = inbox.record(session, source_id, f"{word}:{sign_up.key}", f"form.{word}", digest, now)
    stamp = max(stamp_of(now), before.stamp + 1)  # here we are the source: a clock that steps back must not hide it
    saved = facts.save(session, source_id, told, stamp)
    book.recount(session, saved.touched, Cause("inbox", event_id), now)


def _told(
    known: Known, account_key: str, *, confirmed_at: datetime | None, withdrawn_at: datetime | None = None
) -> ToldSignUp:
    return ToldSignUp(known.key, account_key, known.campaign_slug, known.started_at, confirmed_at, withdrawn_at)


def _account_keys(hashed: AddressHash) -> list[str]:
    return [f"{ADDRESS_KEY}{one}" for one in hashed.all]


def _source_id(session: Session) -> int:
    return sources.by_slug(session, sources.FORM_SLUG).id


def _of_campaign(session: Session, source_id: int, slug: str, key: str) -> Known:
    known = pending_sign_ups.known(session, source_id, key)
    if known is None or known.campaign_slug != campaigns.by_slug(session, slug).slug:
        raise NotFound("sign-up", "link")
    return known


def _key_of(settings: FormSettings, token: str, purpose: str) -> str:
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(found[2], _signature(settings, found[1], purpose)):
        raise NotFound("sign-up", "link")
    return found[1]


def _signature(settings: FormSettings, key: str, purpose: str) -> str:
    said = f"sign-up form {purpose}:{key}".encode()
    digest = hmac.new(settings.secret_key.encode(), said, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
