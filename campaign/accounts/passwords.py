"""Passwords: what may be one, and argon2 hashes of them."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from campaign.domain.errors import Invalid

LEAST_LENGTH = 12
MOST_LENGTH = 200
_OFTEN_TRIED = ("password", "passwort", "qwerty", "123456", "letmein", "welcome")

_hasher = PasswordHasher()


def check_password(password: str, email: str) -> None:
    """Return when it may be a password; raise Invalid("password") saying what to do (NIST SP 800-63B, 5.1.1.2)."""
    if len(password) < LEAST_LENGTH:
        raise Invalid("password", f"Use at least {LEAST_LENGTH} characters; a few words in a row are fine.")
    if len(password) > MOST_LENGTH:
        raise Invalid("password", f"Use at most {MOST_LENGTH} characters.")
    plain = password.casefold()
    if len(set(plain)) < 5 or any(word * 2 in plain or plain.strip("0123456789!.") == word for word in _OFTEN_TRIED):
        raise Invalid("password", "This password is among the first that are tried; choose another.")
    if email and email.split("@", 1)[0].casefold() in plain and len(email.split("@", 1)[0]) > 3:
        raise Invalid("password", "The password must not contain the name in your e-mail address.")


def hash_password(password: str) -> str:
    """An argon2id hash with today's parameters, its salt and parameters included."""
    return _hasher.hash(password)


def matches(stored_hash: str, password: str) -> bool:
    """Whether the password is the one of the hash."""
    try:
        return _hasher.verify(stored_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored_hash)


@cache
def nobodys_hash() -> str:
    """A hash that costs as much to verify as anybody's, so that the time taken tells nothing about an address."""
    return _hasher.hash("nobody signs in with this")
