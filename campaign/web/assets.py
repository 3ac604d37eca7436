"""The element and its look, as they are served: at one short address, and at one that never changes its bytes."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from pathlib import Path

from campaign.banner.files import JSON, coded
from campaign.banner.render import as_json
from campaign.web.shelf import Headers, Page

STATIC = Path(__file__).parent / "static"
_ANYWHERE: Headers = [("Cross-Origin-Resource-Policy", "cross-origin")]
"""Sites that isolate themselves may load these too."""
_SHORT = "public, max-age=3600"
_FOR_GOOD = "public, max-age=31536000, immutable"
_PARTS = {"js": ("show.min.js", "mg.min.js"), "css": ("mg.min.css",)}
"""Who sees it stands before the element, which asks it."""
_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


def asset_pages() -> dict[str, Page]:
    """`/mg.js`, `/mg.css`, the same under their digests, and `/static/mg.json` with the digests for `integrity`."""
    pages: dict[str, Page] = {}
    pins: dict[str, dict[str, str]] = {}
    newest = datetime.fromtimestamp(0, UTC)
    for kind, content_type in _TYPES.items():
        files = [STATIC / name for name in _PARTS[kind]]
        body = b"".join(file.read_bytes() for file in files)
        modified = datetime.fromtimestamp(int(max(file.stat().st_mtime for file in files)), UTC)
        newest = max(newest, modified)
        digest = hashlib.sha384(body)
        pinned = f"/static/mg-{digest.hexdigest()[:16]}.{kind}"
        pages[f"/mg.{kind}"] = Page(coded(f"/mg.{kind}", content_type, body), modified, _SHORT, _ANYWHERE)
        pages[pinned] = Page(coded(pinned, content_type, body), modified, _FOR_GOOD, _ANYWHERE)
        pins[kind] = {"src": pinned, "integrity": f"sha384-{base64.b64encode(digest.digest()).decode()}"}
    pages["/static/mg.json"] = Page(coded("/static/mg.json", JSON, as_json(pins)), newest, _SHORT)
    return pages
