"""A browser, a newspaper's page with the banner in it, and somebody who reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from campaign.store.engine import open_database
from tests.browser.installation import Installation, installed
from tests.browser.stand import Newsroom, Reader, Stand
from tests.databases import Databases

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def installation(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation for all that only look at it."""
    with sqlite_databases.fresh() as url:
        db = open_database(url)
        with installed(db, tmp_path_factory.mktemp("installation")) as found:
            yield found
        db.dispose()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Stand().serving() as paper, Stand().serving() as ours:
        yield Newsroom(paper, ours)


@pytest.fixture
def reader(browser: Browser, newsroom: Newsroom) -> Iterator[Reader]:
    somebody = Reader(browser, newsroom)
    yield somebody
    somebody.leaves()
