"""The public folder: the last published files on disk, for a restart without the database, and for a CDN or nginx."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from campaign.banner.files import TYPES, coded
from campaign.store.publications import OK, Published

_INDEX = "index.html"


def write(folder: Path, files: Iterable[Published]) -> list[str]:
    """Each file stands in the folder, whole (taken back: is gone); returns what went wrong, a full disk for instance.

    The time of each file is its Last-Modified, so that nothing beside the files has to be kept.
    """
    problems: list[str] = []
    for published in files:
        target = folder / _name(published.file.path)
        try:
            if published.status != OK:
                target.unlink(missing_ok=True)
            else:
                _replace(target, published.file.body, published.last_modified)
        except OSError as error:
            problems.append(f"{target.name}: {error.strerror}")
    return problems


def read(folder: Path) -> list[Published]:
    """The files of the folder as they were published; a file that can't be read is left out. Versions are 0."""
    found: list[Published] = []
    base = folder / "g"
    for file in sorted(base.rglob("*")) if base.is_dir() else ():
        content_type = TYPES.get(file.suffix)
        if content_type is None or file.name.startswith(".") or not file.is_file():
            continue
        try:
            body = file.read_bytes()
            modified = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        except OSError:
            continue
        if body:
            path = "/" + file.relative_to(folder).as_posix().removesuffix(_INDEX)
            found.append(Published(coded(path, content_type, body), None, OK, 0, modified))
    return found


def _name(path: str) -> str:
    return path.lstrip("/") + (_INDEX if path.endswith("/") else "")


def _replace(target: Path, body: bytes, modified: datetime) -> None:
    """Readers of the folder see the old file or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(body)
        seconds = modified.timestamp()
        os.utime(part, (seconds, seconds))
        part.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
