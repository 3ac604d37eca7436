"""How many bytes a reader's browser is sent for the banner."""

from __future__ import annotations

from typing import Any

from campaign.app import create_app
from campaign.runtime import build_runtime
from campaign.web.shelf import Shelf
from config import Settings
from tests.benchmarks.newsroom import NUMBER, Newsroom

FILES = {"element": "/mg.js", "look": "/mg.css", "fragment": "/g/25k.html", "live number": NUMBER}


def measure(newsroom: Newsroom) -> dict[str, Any]:
    """Bytes of each file by coding; None where a coding is not prepared, because it would not pay."""
    runtime = build_runtime(Settings.from_env(newsroom.environ))
    shelf: Shelf = create_app(runtime).extensions["shelf"]
    try:
        return {name: {"path": path, **_bytes(shelf, path)} for name, path in FILES.items()}
    finally:
        shelf.stop()
        runtime.db.dispose()


def _bytes(shelf: Shelf, path: str) -> dict[str, int | None]:
    coded = shelf.pages[path].by_coding
    return {coding: len(coded[coding].body[0]) if coding in coded else None for coding in ("identity", "gzip", "br")}
