"""The page at a Ghost site that says a campaign's words: how it stands, and what staff want of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid
from campaign.store import audit, ghost_pages, sources
from campaign.store.engine import Database
from campaign.store.ghost_pages import GhostPage
from campaign.store.source_keys import GHOST
from campaign.store.sources import SourceSeen


@dataclass(frozen=True, slots=True)
class Shown:
    """`sites`: those that can be chosen. `page` None: nobody ever switched one on."""

    sites: tuple[SourceSeen, ...]
    page: GhostPage | None

    @property
    def stands(self) -> bool:
        """Whether words of ours stand at Ghost, as far as is known."""
        return self.page is not None and bool(self.page.words_digest)

    @property
    def may_stand(self) -> bool:
        """Whether they may."""
        return self.page is not None and self.page.words_digest is not None


def shown(db: Database, campaign_id: int) -> Shown:
    """How the campaign's page stands."""
    with db.read() as session:
        sites = tuple(source for source in sources.listing(session) if source.kind == GHOST)
        return Shown(sites, ghost_pages.of_campaign(session, campaign_id))


def want(
    db: Database, campaign: Campaign, source_id: int, language: str, *, is_on: bool, actor: str, now: datetime
) -> None:
    """The page is written, or taken back, within about a minute. Raises Invalid."""
    with db.write() as session:
        if source_id not in {source.id for source in sources.listing(session) if source.kind == GHOST}:
            raise Invalid("source", "Choose your Ghost site; an admin adds it under Sources.")
        if language not in campaign.languages:
            raise Invalid("language", "Choose one of the campaign’s languages.")
        before = ghost_pages.of_campaign(session, campaign.id)
        if before is not None and before.source_id != source_id and before.words_digest is not None:
            raise Invalid("source", "Words still stand at the site chosen before: switch the page off first.")
        if before is not None and before.source_id != source_id:
            ghost_pages.forget(session, campaign.id)
        ghost_pages.want(session, campaign.id, source_id, language, is_on=is_on)
        details = {"on": is_on, "source": sources.load(session, source_id).slug, "language": language}
        audit.write(session, actor, "ghost_page.change", campaign.slug, now, details)
