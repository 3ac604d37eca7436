"""Addresses become keyed hashes before anything is written."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from campaign.domain.people import AddressHash

FIRST_VERSION = "1"

AddressHasher = Callable[[str | None], AddressHash | None]


class PersonKeys(Protocol):
    """The keys of the settings that hash addresses."""

    @property
    def person_key(self) -> str: ...
    @property
    def person_key_version(self) -> str: ...
    @property
    def person_keys_old(self) -> tuple[tuple[str, str], ...]: ...


def normalised(address: str) -> str:
    """The address as it is compared: without outer spaces, NFKC, small letters, its host in IDNA.

    Dots and what follows a plus stay: at most hosts they are other mailboxes.
    """
    cleaned = unicodedata.normalize("NFKC", address).strip().casefold()
    name, at, host = cleaned.rpartition("@")
    if not at:
        return cleaned
    return f"{name}@{_in_idna(host.rstrip('.'))}"


@lru_cache(maxsize=10_000)
def _in_idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def hasher_of(keys: PersonKeys) -> AddressHasher:
    """Hashes under the newest of an installation's keys, and under those before it (docs/people.md, Keys)."""
    return address_hasher(keys.person_key, keys.person_key_version, keys.person_keys_old)


def address_hasher(
    person_key: str, version: str = FIRST_VERSION, older: Sequence[tuple[str, str]] = ()
) -> AddressHasher:
    """Hashes under PERSON_KEY, led by the version of the key; None for no address. `older`: versions and keys."""
    keys = [(version, person_key.encode()), *((old, key.encode()) for old, key in older)]

    def hashed(address: str | None) -> AddressHash | None:
        if address is None or not address.strip():
            return None
        said = normalised(address).encode("utf-8", "surrogatepass")
        newest, *before = [f"{led_by}:" + hmac.digest(key, said, "sha256").hex() for led_by, key in keys]
        return AddressHash(newest, before)

    return hashed
