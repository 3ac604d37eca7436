"""The element and its look, as they are served: at one short address, and at one that never changes its bytes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from campaign.banner.caching import FOR_GOOD, SHORT
from campaign.banner.files import JSON, coded
from campaign.banner.render import as_json
from campaign.store.publications import Body

STATIC = Path(__file__).parents[1] / "web" / "static"
_PARTS = {"js": ("mg.min.js", "show.min.js"), "css": ("mg.min.css",)}
"""The element first: it takes from the address that somebody joined, which who sees it reads."""
COMPILED_AT_ONCE = b"//# allFunctionsCalledOnLoad\n"
"""Chromium then compiles off the page's own thread, all in one go (https://v8.dev/blog/explicit-compile-hints).

It stands first in the script, costs 29 of its bytes and saves a seventh of its time.
"""
_FIRST = {"js": COMPILED_AT_ONCE, "css": b""}
PREVIEW_PATH = "/mg-p.js"
"""Where the element looks for it, on pages opened with a signed link only."""
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class ElementFile:
    """A file with how long it may be kept and since when it is what it is."""

    body: Body
    cache: str
    modified: datetime


@cache
def page_files() -> tuple[ElementFile, ...]:
    """What the campaign's page, the frame and the screen ask for besides, for where they stand without us."""
    kinds = {"public.css": _TYPES["css"], "staff-icon.svg": "image/svg+xml"}
    return tuple(
        ElementFile(
            coded(f"/static/{name}", kind, (STATIC / name).read_bytes()),
            SHORT,
            datetime.fromtimestamp(int((STATIC / name).stat().st_mtime), UTC),
        )
        for name, kind in kinds.items()
    )


@cache
def element_files() -> tuple[ElementFile, ...]:
    """`/mg.js`, `/mg.css`, the same under their digests, `/static/mg.json` with those for `integrity`, and previews.

    Read once in a process.
    """
    files: list[ElementFile] = []
    pins: dict[str, dict[str, str]] = {}
    newest = datetime.fromtimestamp(0, UTC)
    for kind, content_type in _TYPES.items():
        parts = [STATIC / name for name in _PARTS[kind]]
        body = _FIRST[kind] + b"".join(part.read_bytes() for part in parts)
        modified = datetime.fromtimestamp(int(max(part.stat().st_mtime for part in parts)), UTC)
        newest = max(newest, modified)
        digest = hashlib.sha384(body)
        pinned = f"/static/mg-{digest.hexdigest()[:16]}.{kind}"
        files.append(ElementFile(coded(f"/mg.{kind}", content_type, body), SHORT, modified))
        files.append(ElementFile(coded(pinned, content_type, body), FOR_GOOD, modified))
        pins[kind] = {"src": pinned, "integrity": f"sha384-{base64.b64encode(digest.digest()).decode()}"}
    preview = STATIC / "preview.min.js"
    since = datetime.fromtimestamp(int(preview.stat().st_mtime), UTC)
    files.append(ElementFile(coded(PREVIEW_PATH, _TYPES["js"], preview.read_bytes()), SHORT, since))
    files.append(ElementFile(coded("/static/mg.json", JSON, as_json(pins)), SHORT, newest))
    return tuple(files)
