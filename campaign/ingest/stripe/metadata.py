"""What a newsroom's own checkout wrote into an object's metadata: `campaign` (an address) and `tags`."""

from __future__ import annotations

import re

from campaign.domain.about import tags_of
from campaign.ingest.stripe.fields import Thing

_SLUG = re.compile(r"[a-z0-9-]{1,48}")


def told_campaign(thing: Thing) -> str | None:
    """The campaign named at checkout; None where there is none, or nothing that can be one."""
    slug = _text(thing, "campaign")
    return slug if _SLUG.fullmatch(slug) else None


def told_tags(thing: Thing) -> tuple[str, ...]:
    """The tags, told with commas between; what can't be a tag is left out."""
    return tags_of(_text(thing, "tags").split(","))


def _text(thing: Thing, name: str) -> str:
    metadata = thing.part("metadata")
    value = None if metadata is None else metadata.body.get(name)
    return value if isinstance(value, str) else ""
