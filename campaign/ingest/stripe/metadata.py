"""What a checkout wrote into an object's metadata: `campaign` (an address), `tags`, `variant` and `article`."""

from __future__ import annotations

import re

from campaign.domain.about import article_of, tags_of
from campaign.ingest.stripe.fields import Thing

OWN_WORDS = "own"
"""The variant of who came by the campaign's own words: Stripe keeps no empty text, and this can be no other's name."""
_SLUG = re.compile(r"[a-z0-9-]{1,48}")
_VARIANT = re.compile(r"[a-z][0-9]{0,2}")


def told_campaign(thing: Thing) -> str | None:
    """The campaign named at checkout; None where there is none, or nothing that can be one."""
    slug = _text(thing, "campaign")
    return slug if _SLUG.fullmatch(slug) else None


def told_tags(thing: Thing) -> tuple[str, ...]:
    """The tags, told with commas between; what can't be a tag is left out."""
    return tags_of(_text(thing, "tags").split(","))


def told_led(thing: Thing) -> tuple[str, str] | tuple[None, None]:
    """The banner's words and the article that led to the checkout; nothing where no banner did, as far as is told."""
    variant, article = _text(thing, "variant"), article_of(_text(thing, "article"))
    if not variant and not article:
        return None, None
    return variant if _VARIANT.fullmatch(variant) else "", article


def _text(thing: Thing, name: str) -> str:
    metadata = thing.part("metadata")
    value = None if metadata is None else metadata.body.get(name)
    return value if isinstance(value, str) else ""
