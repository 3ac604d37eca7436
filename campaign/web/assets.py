"""The element's files as prepared pages."""

from __future__ import annotations

from pathlib import Path

from campaign.banner.element import element_files
from campaign.banner.files import JSON
from campaign.web.shelf import Headers, Page

STATIC = Path(__file__).parent / "static"
_ANYWHERE: Headers = [("Cross-Origin-Resource-Policy", "cross-origin")]
"""Sites that isolate themselves may load these too."""


def asset_pages() -> dict[str, Page]:
    """Path to page."""
    return {
        file.body.path: Page(file.body, file.modified, file.cache, [] if file.body.content_type == JSON else _ANYWHERE)
        for file in element_files()
    }
