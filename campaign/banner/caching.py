"""How long others may keep what is published: the same at our own address and in a bucket."""

from __future__ import annotations

LIVE = "public, max-age=5, s-maxage=10, stale-while-revalidate=15, stale-if-error=86400"
RULES = "public, max-age=15, s-maxage=15, stale-if-error=86400"
"""What switches every open page off is never older than that."""
SHORT = "public, max-age=3600"
FOR_GOOD = "public, max-age=31536000, immutable"


def cache_of(path: str) -> str:
    """The Cache-Control of a public file of a campaign."""
    return RULES if path.endswith("/rules.json") else LIVE
