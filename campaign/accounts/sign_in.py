"""Signing in: throttled by the address typed and by the network address, equally slow for known and unknown people."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from campaign.accounts import passwords
from campaign.domain.errors import CampaignTrackerError
from campaign.domain.staff import Staff
from campaign.store import audit, staff
from campaign.store.engine import Database

WINDOW = timedelta(minutes=15)
MOST_PER_ADDRESS = 10
MOST_PER_NETWORK = 50


class TooManyAttempts(CampaignTrackerError):
    """Too many failed sign-ins for this address or from this network; `wait` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many failed sign-ins")
        self.wait = wait


def sign_in(db: Database, email: str, password: str, *, network: str, secret_key: str, now: datetime) -> Staff | None:
    """The person, when address and password are theirs and they are not disabled; else None, whatever is wrong.

    1. The attempt is noted under keyed hashes before anything is compared, so that many at once can't slip through.
    2. The password is compared outside of any transaction (it takes tens of milliseconds), against nobody's hash when
       the address is unknown.
    3. A success forgets the attempts of this address. Raises TooManyAttempts before comparing anything.
    """
    email = email.strip().lower()
    address_key = _key(secret_key, "address", email)
    network_key = _key(secret_key, "network", network)
    with db.write() as session:
        since = now - WINDOW
        if (
            staff.failed_attempts(session, address_key, since) >= MOST_PER_ADDRESS
            or staff.failed_attempts(session, network_key, since) >= MOST_PER_NETWORK
        ):
            raise TooManyAttempts(WINDOW)
        attempts = staff.add_attempts(session, [address_key, network_key], now)
        found = staff.by_email(session, email)
    stored = found[1] if found is not None else passwords.nobodys_hash()
    is_right = passwords.matches(stored, password[: passwords.MOST_LENGTH + 1])
    if found is None or not is_right or found[0].disabled:
        return None
    rehashed = passwords.hash_password(password) if passwords.is_outdated(stored) else None
    with db.write() as session:
        staff.forget_attempts(session, ids=attempts, key=address_key)
        person = staff.change(session, found[0].id, password_hash=rehashed, signed_in_at=now)
        audit.write(session, person.email, "staff.sign_in", person.email, now)
    return person


def person_of_session(db: Database, staff_id: int, session_key: str) -> Staff | None:
    """Whose session it is; None when they were signed out everywhere, disabled or are gone."""
    with db.read() as session:
        person = staff.find(session, staff_id)
    if person is None or person.disabled or not hmac.compare_digest(person.session_key, session_key):
        return None
    return person


def forget_old_attempts(db: Database, now: datetime) -> int:
    """Forget failed sign-ins that throttle nobody any more; how many."""
    with db.write() as session:
        return staff.prune_attempts(session, now - WINDOW)


def _key(secret_key: str, kind: str, value: str) -> str:
    digest = hmac.new(secret_key.encode(), f"sign-in {kind} {value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"{kind}:{digest.hexdigest()}"
