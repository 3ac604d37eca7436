"""Takes the pictures in docs/ again: `make screenshots`. The demo is started in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from campaign.demo import kept

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
DESKTOP = {"width": 1180, "height": 900}


def main() -> int:
    """Both pictures are new; 1 where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = kept.free_port()
        environ = {**os.environ, "PORT": str(port), "DATA_DIR": folder}
        demo = subprocess.Popen(
            [sys.executable, "-m", "campaign.demo"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
        )
        try:
            assert demo.stdout is not None
            if not any(line.strip().startswith("password") for line in demo.stdout):
                return 1
            take(chromium, f"http://127.0.0.1:{port}", kept.load(Path(folder)))
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(timeout=60)
    return 0


def take(chromium: str, here: str, told: kept.Kept) -> None:
    """The article with its banner, and the overview that staff see."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page(viewport=DESKTOP, device_scale_factor=1.5)
        page.goto(here, wait_until="networkidle")
        article(page)
        page.goto(f"{here}/staff/")
        page.fill("input[name=email]", told.email)
        page.fill("input[name=password]", told.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_load_state("networkidle")
        page.set_viewport_size({"width": 1180, "height": 1640})
        page.goto(f"{here}/staff/campaigns/25k", wait_until="networkidle")
        page.screenshot(path=str(IMAGES / "overview.png"))
        browser.close()


def article(page: Page) -> None:
    page.locator("member-goal").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('member-goal').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(2500)
    page.screenshot(path=str(IMAGES / "banner.png"))


if __name__ == "__main__":
    sys.exit(main())
