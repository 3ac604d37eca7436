"""PUBLISH_TO: every public file also in a folder or an S3-compatible bucket, for a CDN in front of nothing of ours.

What could not be written stays due and is tried again; readers at our own address wait for none of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, Protocol, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from campaign.banner import folder
from campaign.banner.caching import cache_of
from campaign.banner.element import element_files, page_files
from campaign.banner.files import HTML, coded
from campaign.store import publications
from campaign.store.engine import Database
from campaign.store.publications import OK, Published

_MOST_PROBLEMS = 5
"""In one round; a target that is gone is not asked for every file."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where PUBLISH_TO points and with what. Without keys, the machine's own role is asked."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    key_id: str | None = None
    secret: str | None = None
    region: str = "us-east-1"


class Target(Protocol):
    """A place that holds files; raises OSError or obstore's errors."""

    def put(self, file: Published, cache: str) -> None: ...

    def take_back(self, path: str) -> None: ...


class FolderTarget:
    """A folder; each file appears whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, file: Published, cache: str) -> None:  # noqa: ARG002 - a folder's server has its own headers
        _raise(folder.write(self._path, [file]))

    def take_back(self, path: str) -> None:
        (self._path / _key(path)).unlink(missing_ok=True)


class BucketTarget:
    """A bucket, by obstore. What it holds already, by its entity tags, is not sent again after a start."""

    def __init__(self, bucket: Bucket) -> None:
        keys: dict[str, Any] = {"region": bucket.region}
        if bucket.key_id and bucket.secret:
            keys |= {"access_key_id": bucket.key_id, "secret_access_key": bucket.secret}
        if bucket.endpoint:
            keys["endpoint"] = bucket.endpoint
        plain = bool(bucket.endpoint and bucket.endpoint.startswith("http://"))
        options: Any = {"allow_http": plain, "timeout": "20s"}
        retries: Any = {"max_retries": 3}
        prefix = bucket.prefix or None
        store: Any = S3Store(bucket.name, prefix=prefix, client_options=options, retry_config=retries, **keys)
        self._store = store
        self._held: dict[str, str] | None = None

    def put(self, file: Published, cache: str) -> None:
        if self._held is None:
            self._held = self._listed()
        key = _key(file.file.path)
        tag = hashlib.md5(file.file.body, usedforsecurity=False).hexdigest()
        if self._held.get(key) == tag:
            return
        attributes: Any = {"Content-Type": file.file.content_type, "Cache-Control": cache}
        obstore.put(self._store, key, file.file.body, attributes=attributes)
        self._held[key] = tag

    def take_back(self, path: str) -> None:
        if self._held is None:
            self._held = self._listed()
        if self._held.pop(_key(path), None) is not None:
            obstore.delete(self._store, _key(path))

    def _listed(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for chunk in cast(Iterable[Any], cast(Any, obstore).list(self._store)):
            found |= {meta["path"]: (meta["e_tag"] or "").strip('"') for meta in chunk}
        return found


class Mirror:
    """Follows what is published into one target. One lives in the jobs process."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._version = -1
        self._due: dict[str, Published] = {}
        self._caches = {file.body.path: file.cache for file in (*element_files(), *page_files())}

    def follow(self, db: Database) -> list[str]:
        """What changed since is in the target; returns what went wrong, due again. Raises DatabaseUnavailable."""
        with db.read() as session:
            files = publications.newer_than(session, max(self._version, 0))
        if self._version < 0:
            self._due |= {one.file.path: one for one in _element()}
            self._version = 0
        for file in files:
            self._due[file.file.path] = file
            self._due |= {one.file.path: one for one in _fallbacks(file)}
            self._version = max(self._version, file.version)
        return self._write()

    def has_written(self, path: str, version: int) -> bool:
        """Whether a path stands in the target in a version, or newer; may be asked from another thread."""
        return version <= self._version and path not in self._due

    def _write(self) -> list[str]:
        problems: list[str] = []
        for path, file in list(self._due.items()):
            try:
                if file.status == OK:
                    self._target.put(file, self._caches.get(path) or cache_of(path))
                else:
                    self._target.take_back(path)
            except (OSError, BaseError) as error:
                problems.append(f"{path}: {error}")
                if len(problems) >= _MOST_PROBLEMS:
                    break
                continue
            del self._due[path]
        return problems


def target_of(publish_to: str, bucket: Bucket | None = None) -> Target:
    """The place that PUBLISH_TO names: `s3://name/prefix`, else a folder."""
    if not publish_to.startswith("s3://"):
        return FolderTarget(Path(publish_to))
    name, _, prefix = publish_to.removeprefix("s3://").strip("/").partition("/")
    known = bucket or Bucket(name)
    return BucketTarget(Bucket(name, prefix, known.endpoint, known.key_id, known.secret, known.region))


def _key(path: str) -> str:
    return path.lstrip("/") + ("index.html" if path.endswith("/") else "")


def _raise(problems: list[str]) -> None:
    if problems:
        raise OSError("; ".join(problems))


def _element() -> list[Published]:
    return [Published(file.body, None, OK, 0, file.modified) for file in (*element_files(), *page_files())]


def _fallbacks(file: Published) -> list[Published]:
    """What needs us, while our own address is down: on to the newsroom's own page, else to the campaign's as it stands.

    Who came back from paying is known there as well, so that they are left alone.
    """
    base, name = file.file.path.rsplit("/", 1)
    if name != "data.json":
        return []
    slug = base.rsplit("/", 1)[1]
    home = cast(dict[str, Any], json.loads(file.file.body)).get("home") if file.status == OK else None
    to = home or f"{base}/"
    ways = {"go": to, "join": to, "thanks": f"{to.partition('#')[0]}#mg=joined-{slug}"}
    return [
        Published(
            coded(f"{base}/{way}", HTML, _ON.format(home=escape(leads_to)).encode()),
            *(file.campaign_id, file.status, file.version, file.last_modified),
        )
        for way, leads_to in ways.items()
    ]


_ON = (
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={home}">'
    '<meta name="robots" content="noindex"><a href="{home}">{home}</a>\n'
)
