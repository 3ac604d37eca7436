"""The WordPress plugin in a real WordPress: finished text, kept while we are gone, new once its life is over."""

from __future__ import annotations

import functools
import re
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from campaign.banner.mirror import Mirror, target_of
from campaign.store.engine import open_database
from tests.banner.newsroom import Newsroom, a_campaign
from tests.browser.conftest import ARGUMENTS
from tests.databases import Databases
from tests.wordpress.world import WordPress, what_is_missing

pytestmark = [pytest.mark.prove, pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing())]
IS_OVER_SECONDS = 20


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Tracker:
    """The published files behind an HTTP server that can be stopped and started at one address."""

    def __init__(self, folder: Path) -> None:
        self._handler = functools.partial(_Quiet, directory=folder)
        self._port = 0
        self.start()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler)
        self._port = self._server.server_port
        self.address = f"http://127.0.0.1:{self._port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def until(wordpress: WordPress, post: str, said: str) -> str:
    deadline = time.monotonic() + IS_OVER_SECONDS
    while said not in (page := wordpress.page(post)):
        assert time.monotonic() < deadline, page
        time.sleep(0.2)
    return page


@pytest.fixture
def newsroom(sqlite_databases: Databases, tmp_path: Path) -> Iterator[Newsroom]:
    with sqlite_databases.fresh() as url:
        db = open_database(url)
        room = Newsroom(db, tmp_path / "public", a_campaign(languages=("en", "uk")))
        room.book(24_600)
        room.publish()
        yield room
        db.dispose()


def test_it_prints_the_number_keeps_the_last_one_and_takes_the_next(newsroom: Newsroom, tmp_path: Path) -> None:
    folder = tmp_path / "cdn"
    mirror = Mirror(target_of(str(folder)))
    assert mirror.follow(newsroom.db) == []
    tracker = Tracker(folder)
    wordpress = WordPress(tmp_path / "wp", tracker.address)
    try:
        page = wordpress.page("shortcode")
        assert (folder / "g" / "25k.en.html").read_text().strip() in page
        assert f"{tracker.address}/mg.css" in page
        assert "<script" not in page.partition("<section")[2].partition("</section>")[0]
        assert (folder / "g" / "25k.uk.html").read_text().strip() in wordpress.page("block")

        tracker.stop()
        time.sleep(2.1)
        kept = wordpress.page("shortcode")
        assert "24,600 of 25,000" in kept
        as_of = re.search(r'datetime="([^"]+)"', kept)
        assert as_of is not None
        assert as_of[1] == "2026-11-22T12:00:01Z"

        newsroom.book(13)
        newsroom.publish()
        mirror.follow(newsroom.db)
        tracker.start()
        assert "24,600" not in until(wordpress, "shortcode", "24,613 of 25,000")

        (folder / "g" / "25k.en.html").write_text("<p>Bad gateway</p>")
        time.sleep(2.1)
        assert "24,613 of 25,000" in wordpress.page("shortcode")
        (folder / "g" / "25k.en.html").unlink()
        deadline = time.monotonic() + IS_OVER_SECONDS
        while "24,613" in wordpress.page("shortcode"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    finally:
        wordpress.stop()
        tracker.stop()


def test_the_block_is_put_into_a_post_in_the_editor_and_shows_the_number_there(
    newsroom: Newsroom, tmp_path: Path, chromium: str
) -> None:
    folder = tmp_path / "cdn"
    assert Mirror(target_of(str(folder))).follow(newsroom.db) == []
    tracker = Tracker(folder)
    wordpress = WordPress(tmp_path / "wp", tracker.address)
    try:
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS) as browser,
        ):
            page = browser.new_page()
            page.set_default_timeout(60_000)
            page.goto(f"{wordpress.site}/wp-login.php")
            page.fill("#user_login", "editor")
            page.fill("#user_pass", "a password of a test")
            page.click("#wp-submit")
            page.wait_for_url("**/wp-admin/**")
            page.goto(f"{wordpress.site}/wp-admin/post-new.php")
            page.wait_for_function("window.wp && wp.blocks && wp.blocks.getBlockType('member-goal/goal')")
            block = "wp.blocks.createBlock('member-goal/goal', {language: 'uk'})"
            page.evaluate(f"wp.data.dispatch('core/block-editor').insertBlocks({block})")
            shown = page.locator(".wp-block-member-goal-goal .mg-headline")
            shown.wait_for()
            assert shown.inner_text() in (folder / "g" / "25k.uk.html").read_text()
            blocks = page.evaluate("wp.blocks.serialize(wp.data.select('core/block-editor').getBlocks())")
            assert blocks == '<!-- wp:member-goal/goal {"language":"uk"} /-->'
    finally:
        wordpress.stop()
        tracker.stop()
