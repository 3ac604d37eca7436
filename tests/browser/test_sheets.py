"""The rendering is what docs/looks.md shows. `pytest --update-golden tests/browser/test_sheets.py` takes it anew.

Fonts are the ones that we ship; the comparison is of pictures made four times smaller, so that it sees no antialiasing.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.sheets import SHEETS, Sheet, serve
from tests.browser.stand import ROOT, Stand

pytestmark = pytest.mark.browser

IMAGES = ROOT / "docs" / "images" / "looks"
DIFFERENT = ROOT / "build" / "looks"
"""Where a picture that is not the same is left, to be looked at."""
MOST_DIFFERENT = 0.002
"""Share of the small picture's points that may be off by more than a shade."""
COMPARE = """async ([one, other]) => {
  const small = async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width >> 2, image.height >> 2);
    const drawn = canvas.getContext("2d");
    drawn.imageSmoothingQuality = "high";
    drawn.drawImage(image, 0, 0, canvas.width, canvas.height);
    return [image.width, image.height, drawn.getImageData(0, 0, canvas.width, canvas.height).data];
  };
  const [width, height, a] = await small(one), [wide, high, b] = await small(other);
  if (width != wide || height != high) return 1;
  let off = 0;
  for (let at = 0; at < a.length; at += 4)
    if (Math.max(...[0, 1, 2].map((part) => Math.abs(a[at + part] - b[at + part]))) > 40) off++;
  return off / (a.length / 4);
}"""


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with Stand().serving() as opened:
        serve(opened)
        yield opened


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1320, "height": 900})
    yield opened
    opened.close()


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_stage_look_and_theme_is_as_shown(
    page: Page, stand: Stand, sheet: Sheet, request: pytest.FixtureRequest
) -> None:
    page.goto(f"{stand.address}/{sheet.name}")
    page.evaluate("document.fonts.ready")
    taken, kept = page.screenshot(full_page=True), IMAGES / f"{sheet.name}.png"
    if request.config.getoption("--update-golden"):
        _keep(kept, taken)
    assert kept.exists(), f"{kept.name} has never been taken: use --update-golden and look at it"
    off = page.evaluate(COMPARE, [_data(taken), _data(kept.read_bytes())])
    if off > MOST_DIFFERENT:
        DIFFERENT.mkdir(parents=True, exist_ok=True)
        (DIFFERENT / kept.name).write_bytes(taken)
    assert off <= MOST_DIFFERENT, f"{DIFFERENT / kept.name} is not {kept}"


def test_a_changed_word_is_seen(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.address}/{SHEETS[0].name}")
    page.locator(".mg-headline").first.evaluate("one => { one.textContent = 'No number' }")
    kept = (IMAGES / f"{SHEETS[0].name}.png").read_bytes()
    assert page.evaluate(COMPARE, [_data(page.screenshot(full_page=True)), _data(kept)]) > MOST_DIFFERENT


def _data(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _keep(path: Path, png: bytes) -> None:
    """The picture is written, as small as the machine can make it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png)
    quant: Any = shutil.which("pngquant")
    if quant:
        command = [quant, "--force", "--ext", ".png", "--strip", "--speed", "1", "--quality", "70-95", path]
        subprocess.run(command, check=True)
