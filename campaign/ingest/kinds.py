"""The kinds of sources that are asked, each on one line. Files, the API and what is entered by hand are told to us."""

from __future__ import annotations

from collections.abc import Mapping

from campaign.domain.errors import NotFound
from campaign.ingest.ghost.kind import Ghost
from campaign.ingest.patreon.kind import Patreon
from campaign.ingest.source_kind import SourceKind
from campaign.ingest.stripe.kind import Stripe

KINDS: Mapping[str, SourceKind] = {kind.name: kind for kind in (Stripe(), Ghost(), Patreon())}


def kind_of(name: str) -> SourceKind:
    """What such a source knows of itself. Raises NotFound for one that is never asked."""
    kind = KINDS.get(name)
    if kind is None:
        raise NotFound("kind of source that is asked", name)
    return kind


LATER = tuple(sorted({name for kind in KINDS.values() for name in kind.later}))
"""Objects of any kind of source that are fetched a little later."""
