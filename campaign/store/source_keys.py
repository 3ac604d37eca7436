"""What a source may be called, and what the keys of each kind look like."""

from __future__ import annotations

import re

from campaign.domain.errors import Invalid

STRIPE, GHOST, PATREON = "stripe", "ghost", "patreon"

_KEY = re.compile(r"(?:sk|rk)_(live|test)_\w+")
_GHOST_KEY = re.compile(r"[0-9a-f]{24}:[0-9a-f]{64}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")


def check_name(slug: str, name: str) -> None:
    """Return when a source can be called so. Raises Invalid."""
    if not _SLUG.fullmatch(slug):
        raise Invalid("slug", "Use small letters, digits and single dashes, at most 60.")
    if not name.strip():
        raise Invalid("name", "Give the source a name.")


def check_key(kind: str, api_key: str | None) -> bool:
    """Whether a key of this kind of source is of a live mode. Raises Invalid for what is no such key."""
    if kind == STRIPE:
        if api_key is None:
            raise Invalid("api_key", "A source needs a secret or restricted key.")
        return livemode_of(api_key)
    if not api_key:
        raise Invalid("api_key", "A source needs a key to be asked with.")
    if kind == GHOST and not _GHOST_KEY.fullmatch(api_key):
        raise Invalid("api_key", "A Ghost Admin API key is 24 letters and digits, a colon, and 64 more.")
    return True


def livemode_of(api_key: str) -> bool:
    """Whether a key is of the live mode. Raises Invalid for what is no secret or restricted key."""
    found = _KEY.fullmatch(api_key)
    if found is None:
        raise Invalid("api_key", "The key must begin with rk_live_, sk_live_, rk_test_ or sk_test_.")
    return found[1] == "live"
