"""A browser, a newspaper's page with the banner in it, and somebody who reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stand import Newsroom, Reader, Stand

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Stand().serving() as paper, Stand().serving() as ours:
        yield Newsroom(paper, ours)


@pytest.fixture
def reader(browser: Browser, newsroom: Newsroom) -> Iterator[Reader]:
    somebody = Reader(browser, newsroom)
    yield somebody
    somebody.leaves()
