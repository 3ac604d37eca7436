"""What of all facts a campaign is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from campaign.domain.errors import Invalid

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
"""A campaign's address."""
MOST_TAGS = 20
"""Of one fact."""
LONGEST_TAG = 48
LONGEST_ARTICLE = 200
_ADDRESS = re.compile(r"[^/\s]+(?:@|%40)[^/\s]+\.[^/\s]+", re.IGNORECASE)
_TAG = re.compile(r"[\w][\w .:-]{0,47}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What of all facts a campaign is about: whatever carries any of these. All empty: everything.

    `campaigns`: addresses of campaigns named at checkout (the campaign's own always belongs). `prices`: keys of prices
    or tiers. `products`: whose every price is meant. `tags`: words given with a membership or payment.
    """

    campaigns: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_everything(self) -> bool:
        return not (self.campaigns or self.prices or self.products or self.tags)


def validate_scope(scope: Scope) -> None:
    """Raises Invalid naming the first that can't be meant."""
    for slug in scope.campaigns:
        if not SLUG.fullmatch(slug):
            raise Invalid("scope_campaigns", f"{slug!r} is no campaign's address.")
    for tag in scope.tags:
        if not is_tag(tag):
            raise Invalid(
                "scope_tags", f"{tag!r} is no tag: use small letters, digits, spaces and hyphens, at most 48."
            )
    for name in ("campaigns", "prices", "products", "tags"):
        values = getattr(scope, name)
        if len(values) > 100 or any(not value.strip() or len(value) > 255 for value in values):
            raise Invalid(f"scope_{name}", "Name at most 100, each with 1 to 255 characters.")


def is_tag(text: str) -> bool:
    """Whether a text can be a tag: as metadata gives it, in small letters."""
    return text == text.strip().lower() and _TAG.fullmatch(text) is not None


def tag_of(word: str) -> str | None:
    """The tag a source's word is, however it is written there; None where it can't be one."""
    tag = word.strip().lower()
    return tag if is_tag(tag) else None


def tags_of(words: Iterable[str]) -> tuple[str, ...]:
    """The tags among a source's words, each once, in order; what can't be one is left out, and what is too many."""
    return tuple(sorted({tag for word in words if (tag := tag_of(word)) is not None})[:MOST_TAGS])


def article_of(text: str) -> str:
    """An article's address or name as it may be kept: short, in one line, "" where it looks like somebody's address."""
    article = "".join(letter for letter in text if letter.isprintable())[:LONGEST_ARTICLE]
    return "" if _ADDRESS.search(article) else article
