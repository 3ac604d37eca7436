"""A page at a Ghost site says a campaign's words, and the theme prints it: no script, nobody asks us.

Whatever is written makes Ghost forget its whole cache. So a site is written to only when words change, and at most once
in fifteen minutes, over all campaigns; only taking words back waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.domain.errors import Invalid, NotFound
from campaign.ingest.accounts import Accounts
from campaign.ingest.bodies import Json
from campaign.ingest.errors import ChangedAtSource, RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.ghost.client import GhostGateway
from campaign.store import ghost_pages, sources
from campaign.store.engine import Session
from campaign.store.ghost_pages import GhostPage, PageWords

LEAST_BETWEEN = timedelta(minutes=15)
"""Between two writings at one site; and so often it is looked whether the page still stands, which purges nothing."""
AGAIN_AFTER = timedelta(minutes=5)
"""When something went wrong."""

WordsOf = Callable[[Session, GhostPage], PageWords | None]

_PUBLISHED, _DRAFT = "published", "draft"
_OURS = 'class="mg"'
_LOSSLESS = "<!--kg-card-begin: html-->\n{html}<!--kg-card-end: html-->"
"""Ghost takes HTML apart into its own cards, and leaves as it is what stands between these."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many pages were written, taken back, and failed."""

    written: int = 0
    taken_back: int = 0
    failed: int = 0


def push_due(accounts: Accounts, now: datetime, words_of: WordsOf) -> Report:
    """Each page says what it is to say, as far as the site may be written to; what went wrong is kept for staff."""
    with accounts.db.read() as session:
        wanted = [(page, words_of(session, page)) for page in ghost_pages.every(session)]
    purged: dict[int, datetime] = {}
    for page, _ in wanted:
        if page.purged_at is not None:
            purged[page.source_id] = max(page.purged_at, purged.get(page.source_id, page.purged_at))
    counted = {"written": 0, "taken_back": 0, "failed": 0}
    for page, words in wanted:
        if words is None and page.words_digest is None and page.problem:
            with accounts.db.write() as session:
                ghost_pages.keep_seen(session, page.campaign_id, now)
        if _is_due(page, words, purged.get(page.source_id), now):
            came = _Push(accounts, page, words, now).run()
            if came in counted:
                counted[came] += 1
            if came != "seen":
                purged[page.source_id] = now
    return Report(**counted)


def _is_due(page: GhostPage, words: PageWords | None, purged_at: datetime | None, now: datetime) -> bool:
    if page.problem and _is_within(AGAIN_AFTER, page.asked_at, now):
        return False
    if words is None:
        return page.words_digest is not None
    if words.digest == page.words_digest:
        return not _is_within(LEAST_BETWEEN, page.asked_at, now)
    return not _is_within(LEAST_BETWEEN, purged_at, now)


def _is_within(span: timedelta, at: datetime | None, now: datetime) -> bool:
    return at is not None and timedelta(0) <= now - at < span


@dataclass(frozen=True, slots=True)
class _Push:
    """One page in one round."""

    accounts: Accounts
    page: GhostPage
    words: PageWords | None
    now: datetime

    def run(self) -> str:
        """What came of it: written, taken_back, seen or failed."""
        try:
            site = self._site()
            if self.words is None:
                return self._take_back(site)
            if self.words.digest == self.page.words_digest:
                return self._look(site)
            return self._write(site, self.words)
        except (RefusedBySource, UnknownAtSource, ChangedAtSource, Invalid, NotFound) as error:
            return self._fail(error, was_refused=True)
        except SourceUnavailable as error:
            return self._fail(error, was_refused=False)

    def _site(self) -> GhostGateway:
        with self.accounts.db.read() as session:
            source = sources.load(session, self.page.source_id)
        if not source.enabled:
            raise RefusedBySource(f"{source.name} is out of use, so nothing is written there")
        return self.accounts.gateway(source.id)

    def _write(self, site: GhostGateway, words: PageWords) -> str:
        before = self._before(site, words)
        fields: Json = {"slug": words.slug, "status": _PUBLISHED, "html": _LOSSLESS.format(html=words.html)}
        if before is not None:
            after = self._change(site, before, fields, words.slug)
        else:
            self._send(words.slug)
            after = site.make_page({**fields, "title": words.title, "canonical_url": words.home})
        with self.accounts.db.write() as session:
            ghost_pages.keep_written(session, self.page.campaign_id, str(after.get("id")), words.digest, self.now)
        return "written"

    def _before(self, site: GhostGateway, words: PageWords) -> Json | None:
        """The page as it is: the one that was written, else one of its name, which an answer that got lost left."""
        known = None if self.page.page_key is None else site.page(self.page.page_key)
        if known is not None:
            self._must_be_published(known)
            return known
        named = site.page_named(words.slug)
        other = site.post_named(words.slug) if named is None else named
        if other is not None and _OURS not in str(other.get("html")):
            what = "post" if named is None else "page"
            raise RefusedBySource(f"your site has another {what} named {words.slug}: give that one another address")
        return named

    def _take_back(self, site: GhostGateway) -> str:
        before = None if self.page.page_key is None else site.page(self.page.page_key)
        if before is None and self.page.page_slug is not None:
            before = site.page_named(self.page.page_slug)
        if before is not None and before.get("status") == _PUBLISHED and _OURS in str(before.get("html")):
            self._change(site, before, {"status": _DRAFT}, self.page.page_slug)
        with self.accounts.db.write() as session:
            ghost_pages.keep_taken_back(session, self.page.campaign_id, self.now)
        return "taken_back"

    def _look(self, site: GhostGateway) -> str:
        """A page that was deleted is forgotten, and made again when the site may be written to."""
        standing = None if self.page.page_key is None else site.page(self.page.page_key)
        if standing is not None:
            self._must_be_published(standing)
        with self.accounts.db.write() as session:
            ghost_pages.keep_seen(session, self.page.campaign_id, self.now)
            if standing is None:
                ghost_pages.forget(session, self.page.campaign_id)
        return "seen"

    def _must_be_published(self, standing: Json) -> None:
        """Whoever unpublished it in Ghost wanted that. Raises RefusedBySource."""
        if self.page.words_digest and standing.get("status") != _PUBLISHED:
            raise RefusedBySource("somebody unpublished the page in Ghost; save here, and it is published again")

    def _change(self, site: GhostGateway, before: Json, fields: Json, slug: str | None) -> Json:
        self._send(slug)
        try:
            return site.change_page(before, fields)
        except ChangedAtSource:
            again = site.page(str(before.get("id")))
            if again is None:
                raise
            return site.change_page(again, fields)

    def _send(self, slug: str | None) -> None:
        """Kept before anything is sent: whatever becomes of the answer, or of us, nothing is sent too soon after."""
        with self.accounts.db.write() as session:
            ghost_pages.keep_sending(session, self.page.campaign_id, slug, self.now)

    def _fail(self, error: Exception, *, was_refused: bool) -> str:
        with self.accounts.db.write() as session:
            ghost_pages.keep_problem(session, self.page.campaign_id, _told(error), self.now)
            if was_refused:
                ghost_pages.keep_as_before(session, self.page)
        return "failed"


def _told(error: Exception) -> str:
    if isinstance(error, UnknownAtSource):
        return "there is no Ghost at the address of this source: enter the one of your Ghost Admin there"
    if isinstance(error, ChangedAtSource):
        return "somebody is editing the page in Ghost at this moment"
    return str(error)
