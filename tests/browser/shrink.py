"""The element and its look as they are served: `python -m tests.browser.shrink` writes them after an edit."""

from __future__ import annotations

from pathlib import Path

import minify
import rcssmin

STATIC = Path(__file__).parents[2] / "campaign" / "web" / "static"


def shrunk() -> dict[Path, str]:
    """The served files and what should be in them."""
    return {
        **{STATIC / f"{name}.min.js": _script(STATIC / f"{name}.js") for name in ("show", "mg", "preview")},
        STATIC / "mg.min.css": rcssmin.cssmin((STATIC / "mg.css").read_text(encoding="utf-8")),
    }


def _script(source: Path) -> str:
    return minify.string("application/javascript", source.read_text(encoding="utf-8")) + ";"


if __name__ == "__main__":
    for path, text in shrunk().items():
        path.write_text(text, encoding="utf-8")
