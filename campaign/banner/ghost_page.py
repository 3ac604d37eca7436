"""What a page at a Ghost site says: the very fragment that is published, which has absolute dates only."""

from __future__ import annotations

import hashlib
import re

from campaign.domain.campaign import EditorState
from campaign.store import campaigns, publications
from campaign.store.engine import Session
from campaign.store.ghost_pages import GhostPage, PageWords

_TIMES = re.compile(r' data-as-of="[^"]*"|\n<time class="mg-asof".*?</time>')
"""When the number was true is news in every minute; without it, only what changed is."""


def page_slug(campaign_slug: str) -> str:
    """What the page is named at Ghost, and asked for by in the theme."""
    return f"member-goal-{campaign_slug}"


def words_of(session: Session, page: GhostPage, public_url: str) -> PageWords | None:
    """What the page is to say now; None where it is to say nothing: switched off, not public, not shown to readers."""
    if not page.is_on:
        return None
    campaign = campaigns.load(session, page.campaign_id)
    body = publications.body_at(session, f"/g/{campaign.slug}.{page.language}.html")
    if campaign.state is not EditorState.PUBLIC or body is None or b'class="mg-headline"' not in body:
        return None
    html = body.decode()
    digest = hashlib.sha256(_TIMES.sub("", html).encode()).hexdigest()
    return PageWords(page_slug(campaign.slug), campaign.name, html, f"{public_url}/g/{campaign.slug}/", digest)
