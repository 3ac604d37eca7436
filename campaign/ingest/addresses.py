"""Addresses become keyed hashes before anything is written."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable

KEY_VERSION = "1"

AddressHasher = Callable[[str | None], str | None]


def normalised(address: str) -> str:
    """The address as it is compared: without outer spaces, NFKC, small letters, its host in IDNA.

    Dots and what follows a plus stay: at most hosts they are other mailboxes.
    """
    cleaned = unicodedata.normalize("NFKC", address).strip().casefold()
    name, at, host = cleaned.rpartition("@")
    if not at:
        return cleaned
    try:
        host = host.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        host = host.rstrip(".")
    return f"{name}@{host}"


def address_hasher(person_key: str) -> AddressHasher:
    """Hashes under PERSON_KEY, led by the version of the key; None for no address."""
    key = person_key.encode()

    def hashed(address: str | None) -> str | None:
        if address is None or not address.strip():
            return None
        digest = hmac.new(key, normalised(address).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"{KEY_VERSION}:{digest}"

    return hashed
