"""Pictures of the forecast in each state: `python -m tests.browser.forecast_screenshots [FOLDER]` (docs/images)."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from campaign.domain.campaign import Campaign, Frozen, GoalKind
from campaign.domain.progress import DayTotal
from campaign.domain.staff import Role
from campaign.forecast.run import forecast_all
from campaign.store import campaigns, forecasts, migrate
from campaign.store.engine import Database, open_database
from tests.forecast.courses import IN_A_U, a_drive, at, stand, totals_of
from tests.web.staff_room import PASSWORD, open_room

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
NOW = at(a_drive(), 15.5)
SIZES = {"": {"width": 1180, "height": 900}, "-phone": {"width": 390, "height": 844}}


def main() -> int:
    """Every state on a desk and on a phone, light and dark; 1 where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    if chromium is None:
        print("no Chromium on this machine", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        db = open_database(f"sqlite:///{data}/campaign.db")
        migrate.upgrade(db)
        slugs = [_stand(db, *state) for state in _states()]
        forecast_all(db, NOW)
        with open_room(db, Path(data)) as room:
            room.now = NOW
            room.hire(Role.ADMIN)
            server = make_server("127.0.0.1", 0, room.app, threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for name, size in SIZES.items():
                for scheme in ("light", "dark"):
                    page = browser.new_page(viewport=size, color_scheme=scheme)
                    _take(page, f"http://127.0.0.1:{server.server_port}/staff", slugs, folder, name, scheme)
                    page.close()
            browser.close()
            server.shutdown()
            server.server_close()
        db.dispose()
    return 0


def _take(page: Page, here: str, slugs: Sequence[str], folder: Path, name: str, scheme: str) -> None:
    page.goto(f"{here}/sign-in")
    page.fill("input[name=email]", "admin@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{here}/")
    dark = "-dark" if scheme == "dark" else ""
    for slug in slugs:
        page.goto(f"{here}/campaigns/{slug}", wait_until="networkidle")
        page.screenshot(path=str(folder / f"forecast-{slug}{name}{dark}.png"), full_page=False)
        if slug == "going-well":
            page.locator("figure.chart").screenshot(path=str(folder / f"forecast-fan{name}{dark}.png"))
            page.goto(f"{here}/campaigns/{slug}/forecast", wait_until="networkidle")
            page.screenshot(path=str(folder / f"forecast-page{name}{dark}.png"), full_page=True)


def _states() -> list[tuple[Campaign, list[DayTotal]]]:
    half = list(IN_A_U[:16])
    drive = a_drive(id=0)
    late = replace(drive, starts_on=drive.starts_on + timedelta(days=14), ends_on=drive.ends_on + timedelta(days=14))
    over = replace(drive, starts_on=drive.starts_on - timedelta(days=32), ends_on=drive.ends_on - timedelta(days=32))
    money = replace(drive, kind=GoalKind.AMOUNT, currency="EUR", target=40_000_00)
    strange = replace(drive, target=40_000_000)
    return [
        _state(late, "too-early", half[:2]),
        _state(drive, "going-well", half),
        _state(drive, "behind", [n // 3 for n in half]),
        _state(strange, "unlike", [0] * 14 + [2_000_000, 3]),
        _state(drive, "reached", [n * 2 for n in half]),
        _state(over, "ended", list(IN_A_U)),
        (replace(money, slug="money", name="A year of reporting"), totals_of(money, half, gift=35_00)),
    ]


def _state(drive: Campaign, slug: str, came: list[int]) -> tuple[Campaign, list[DayTotal]]:
    return replace(drive, slug=slug, name=f"400 for autumn ({slug.replace('-', ' ')})"), totals_of(drive, came)


def _stand(db: Database, drive: Campaign, rows: list[DayTotal]) -> str:
    made = stand(db, drive, rows)
    with db.write() as session:
        if drive.slug == "ended":
            frozen = replace(made, frozen=Frozen(sum(row.amount for row in rows), 0, NOW))
            campaigns.save(session, frozen, "clock", "the count is finished", NOW)
        if drive.slug == "going-well":
            day = made.starts_on + timedelta(days=20)
            forecasts.plan_push(session, made.id, day, 60, "Letter to former members", "ana@example.org", NOW)
    return made.slug


if __name__ == "__main__":
    sys.exit(main())
