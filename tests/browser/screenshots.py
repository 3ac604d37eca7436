"""Takes the pictures in docs/ again: `make screenshots`. The demo is started in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from campaign.demo import kept

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
DESKTOP = {"width": 1180, "height": 900}
PHONE = {"width": 390, "height": 844}
NO_DESK = ".desk { display: none !important }"
"""The demo's own bar is not part of the newspaper."""


def main() -> int:
    """Every picture is new; 1 where there is no Chromium or the demo does not start."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo_in(Path(folder)) as here, sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        readers(browser, here)
        staff(browser, here, kept.load(Path(folder)))
        browser.close()
    shrink()
    return 0


@contextmanager
def demo_in(folder: Path) -> Iterator[str]:
    """The demo runs, with its data in the folder; gives its address."""
    port = kept.free_port()
    environ = {**os.environ, "PORT": str(port), "DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "campaign.demo"]
    demo = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        if not any(line.strip().startswith("password") for line in demo.stdout):
            raise SystemExit("The demo did not start.")
        yield f"http://127.0.0.1:{port}"
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)


def readers(browser: Browser, here: str) -> None:
    """The banner on the article, on a desk, on a phone, in the dark; and the campaign's own page."""
    with opened(browser, {"width": 1024, "height": 900}) as page:
        page.goto(here, wait_until="networkidle")
        picture(page, "banner", height=below(page, "member-goal") + 40)
    with opened(browser, DESKTOP) as page:
        page.goto(f"{here}/g/25k/", wait_until="networkidle")
        picture(page, "campaign", height=1000)
    with opened(browser, PHONE) as page:
        page.goto(here, wait_until="networkidle")
        page.evaluate("document.querySelector('member-goal').scrollIntoView({block: 'center'})")
        page.wait_for_timeout(2500)
        picture(page, "banner-phone")
    with opened(browser, DESKTOP, color_scheme="dark") as page:
        page.goto(here, wait_until="networkidle")
        page.evaluate("document.querySelector('member-goal').scrollIntoView({block: 'center'})")
        page.wait_for_timeout(2500)
        picture(page, "banner-dark")


def staff(browser: Browser, here: str, told: kept.Kept) -> None:
    """The overview that staff see, on a desk and on a phone."""
    for name, screen, height in (("overview", DESKTOP, 1640), ("overview-phone", PHONE, 1640)):
        with opened(browser, screen) as page:
            page.goto(f"{here}/staff/")
            page.fill("input[name=email]", told.email)
            page.fill("input[name=password]", told.password)
            page.press("input[name=password]", "Enter")
            page.wait_for_load_state("networkidle")
            page.goto(f"{here}/staff/campaigns/25k", wait_until="networkidle")
            picture(page, name, height=height)


@contextmanager
def opened(browser: Browser, screen: Any, **options: Any) -> Iterator[Page]:
    """A page of a reader's own, one and a half times as sharp as its size."""
    # The pages' own policy would not let NO_DESK in.
    context = browser.new_context(viewport=screen, device_scale_factor=1.5, bypass_csp=True, **options)
    yield context.new_page()
    context.close()


def below(page: Page, part: str) -> int:
    """Where a part of the page ends, from the top."""
    box = page.locator(part).bounding_box()
    assert box is not None
    return int(box["y"] + box["height"])


def picture(page: Page, name: str, *, height: int | None = None) -> None:
    """The page as it stands in the window; with a height, from its top."""
    size = page.viewport_size
    assert size is not None
    if height is not None:
        page.set_viewport_size({"width": size["width"], "height": height})
        page.wait_for_timeout(300)
    page.screenshot(path=str(IMAGES / f"{name}.png"), style=NO_DESK)
    page.set_viewport_size(size)


def shrink() -> None:
    """The pictures are a third of their size, where there is a pngquant."""
    if shutil.which("pngquant") is None:
        print("no pngquant on this machine: the pictures are larger than they need to be", file=sys.stderr)
        return
    subprocess.run(
        [
            "pngquant",
            "--force",
            "--ext",
            ".png",
            "--strip",
            "--quality",
            "60-95",
            "--speed",
            "1",
            *IMAGES.glob("*.png"),
        ],
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main())
