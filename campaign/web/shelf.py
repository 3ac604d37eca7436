"""The shelf: every public file in memory with its headers built, kept as fresh as the database allows.

A lookup is one dictionary access. A daemon thread swaps in what was published; without a database the shelf goes on
with what it has, after a start with what the public folder has.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from campaign.banner import folder
from campaign.banner.caching import cache_of
from campaign.domain.errors import CampaignTrackerError
from campaign.store import publications
from campaign.store.changes import PUBLIC, Changes
from campaign.store.engine import Database
from campaign.store.publications import OK, Body, Published

_IN_A_FRAME = [
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *",
    ),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
]
_ASK_EVERY_SECONDS = 2.0
"""Also without being told of a change."""
_REST_SECONDS = 0.1
"""At most so often, however many deliveries are being written."""
_LONGEST_END_SECONDS = 5.0

_log = logging.getLogger(__name__)

Headers = list[tuple[str, str]]


class Variant:
    """One coding of a page: what is sent for GET and for an unchanged copy, built once."""

    __slots__ = ("body", "etag", "headers", "unchanged")

    def __init__(self, body: bytes, etag: str, headers: Headers, unchanged: Headers) -> None:
        self.body = [body]
        self.etag = etag
        self.headers = headers
        self.unchanged = unchanged


class Page:
    """A prepared page in its codings; `modified` is its Last-Modified."""

    __slots__ = ("by_coding", "keeps_query", "modified", "modified_text")

    def __init__(
        self, file: Body, modified: datetime, cache: str, more: Headers | None = None, *, keeps_query: bool = False
    ) -> None:
        self.modified = modified.replace(microsecond=0)
        self.modified_text = format_datetime(self.modified, usegmt=True)
        self.keeps_query = keeps_query
        coded = {"identity": file.body, "gzip": file.gzip, "br": file.brotli}
        self.by_coding = {
            coding: self._variant(file, coding, body, cache, more or [])
            for coding, body in coded.items()
            if body is not None
        }

    def _variant(self, file: Body, coding: str, body: bytes, cache: str, more: Headers) -> Variant:
        etag = f'"{file.etag}"' if coding == "identity" else f'"{file.etag}-{coding}"'
        common = [
            ("Cache-Control", cache),
            ("ETag", etag),
            ("Last-Modified", self.modified_text),
            ("Vary", "Accept-Encoding"),
            ("Access-Control-Allow-Origin", "*"),
        ]
        headers = [
            ("Content-Type", file.content_type),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            *([] if coding == "identity" else [("Content-Encoding", coding)]),
            *common,
            *more,
        ]
        return Variant(body, etag, headers, common)


class Shelf:
    """Pages by path. `start` loads the public folder, then a thread follows the database until `stop`."""

    def __init__(self, db: Database, public_dir: Path, fixed: dict[str, Page], page_headers: Headers) -> None:
        self.pages: dict[str, Page] = dict(fixed)
        self._db = db
        self._public_dir = public_dir
        self._fixed = fixed
        self._page_headers = page_headers
        self._version = 0
        self._agrees = False
        self._stop = threading.Event()
        self._refreshing = threading.Lock()
        self._follower: threading.Thread | None = None

    def start(self) -> None:
        """What the public folder has is on the shelf; the database is followed from now on."""
        self._replace_all(folder.read(self._public_dir))
        self._follower = threading.Thread(target=self._follow, name="shelf", daemon=True)
        self._follower.start()
        self._db.before_dispose(self.stop)

    def stop(self) -> None:
        """The shelf keeps what it has; its thread has ended, or ends with the question it is asking."""
        self._stop.set()
        if self._follower is not None:
            self._follower.join(_LONGEST_END_SECONDS)

    def body(self, path: str) -> bytes | None:
        """The bytes of a page, uncoded; None when there is none."""
        page = self.pages.get(path)
        return None if page is None else page.by_coding["identity"].body[0]

    def paths(self) -> list[str]:
        """Every path that has a page."""
        return sorted(self.pages)

    def refresh(self) -> None:
        """What was published since is on the shelf. Raises DatabaseUnavailable and keeps what it has."""
        with self._refreshing:
            try:
                with self._db.read() as session:
                    last = publications.last_version(session)
                    whole = not self._agrees or last < self._version
                    files = publications.standing(session) if whole else publications.newer_than(session, self._version)
            except Exception:
                self._agrees = False
                raise
            if whole:
                self._replace_all(files)
            elif files:
                self._replace_some(files)
            self._version, self._agrees = last, True

    @property
    def agrees(self) -> bool:
        """Whether the shelf had all that the database had when it was last asked."""
        return self._agrees

    def _follow(self) -> None:
        """Refresh when something was published, until told to stop; nothing that goes wrong here may end it before."""
        changes = Changes(self._db, PUBLIC)
        was_gone = False
        while not self._stop.is_set():
            try:
                self.refresh()
                was_gone = False
            except Exception as error:  # noqa: BLE001 - readers keep the last number whatever went wrong
                if not was_gone:
                    expected = isinstance(error, CampaignTrackerError)
                    _log.warning("the last published number goes on being served: %s", error, exc_info=not expected)
                was_gone = True
            self._stop.wait(_REST_SECONDS)
            changes.wait(_ASK_EVERY_SECONDS, self._stop)
        changes.close()

    def _replace_all(self, files: Iterable[Published]) -> None:
        self.pages = {**self._fixed, **{f.file.path: self._page(f) for f in files}}

    def _replace_some(self, files: Iterable[Published]) -> None:
        pages = dict(self.pages)
        for published in files:
            if published.status == OK:
                pages[published.file.path] = self._page(published)
            else:
                pages.pop(published.file.path, None)
        self.pages = pages

    def _page(self, published: Published) -> Page:
        path = published.file.path
        whole_page = path.endswith("/")
        more = self._page_headers if whole_page else _IN_A_FRAME if "/frame." in path else []
        if "/screen." in path:
            more = self._page_headers
        return Page(published.file, published.last_modified, cache_of(path), more, keeps_query=whole_page)
