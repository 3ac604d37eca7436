"""Asking Ghost's Admin API: a token for five minutes, members by a hundred in the order of their ids, pages written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import jwt

from campaign.ingest.bodies import Json, inside
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.members import Listed, member_key
from campaign.ingest.service import Service

PAGE = 100
"""The most Ghost gives at once since its version 6."""
CALLS_PER_SECOND = 10.0

_TOKEN_SECONDS = 300
_RENEW_AFTER_SECONDS = 200


class GhostGateway:
    """One Ghost site, asked with an Admin API key (`id:secret`, from a custom integration); thread-safe."""

    def __init__(self, site: str, admin_key: str) -> None:
        key_id, _, secret = admin_key.partition(":")
        try:
            self._secret = bytes.fromhex(secret)
        except ValueError:
            raise RefusedBySource("the Admin API key must look like id:secret, both hexadecimal") from None
        if not key_id or not secret:
            raise RefusedBySource("the Admin API key must look like id:secret, both hexadecimal")
        self._key_id = key_id
        self._lock = threading.Lock()
        self._token: tuple[float, str] | None = None
        self.service = Service("Ghost", f"{site.rstrip('/')}/ghost/api/admin", self._headers)

    def member(self, key: str) -> Json | None:
        """The member as it is now; None when it is gone, which the list of members confirms."""
        try:
            return _first(self.service.get(f"members/{key}/", {"include": "tiers"}), "members")
        except UnknownAtSource:
            answer = self.service.get("members/", {"filter": f"id:'{key}'", "limit": "1", "include": "tiers"})
            rows = _rows(answer, "members")
            return rows[0] if rows else None

    def members(
        self, calls_per_second: float, since: datetime | None = None, after: str | None = None
    ) -> Iterator[Listed]:
        """All members, or those changed since a time, page by page; none is skipped when others come or go.

        `after`: only those behind this id.
        """
        after = after or ""
        while True:
            wanted = [f"id:>'{after}'"] if after else []
            wanted += [f"updated_at:>='{_instant(since)}'"] if since is not None else []
            params = {"limit": str(PAGE), "order": "id asc", "include": "tiers"}
            params |= {"filter": "+".join(wanted)} if wanted else {}
            rows = _rows(self.service.get_patiently("members/", params, calls_per_second), "members")
            if not rows:
                return
            last = member_key(rows[-1])
            if last is None or last <= after:
                raise SourceUnavailable("Ghost's list of members is not in order")
            after = last
            is_all = len(rows) < PAGE
            yield Listed(rows, None if is_all else last)
            if is_all:
                return

    def site(self) -> tuple[str, str]:
        """Title and address of the site, as it says them."""
        told = self.service.get("site/").get("site")
        title, address = inside(told, "title"), inside(told, "url")
        return title if isinstance(title, str) else "", address if isinstance(address, str) else ""

    def tiers(self, calls_per_second: float) -> list[Json]:
        """What the site sells."""
        params = {"limit": str(PAGE), "include": "monthly_price,yearly_price"}
        return _rows(self.service.get_patiently("tiers/", params, calls_per_second), "tiers")

    def page(self, key: str) -> Json | None:
        """The page with this id, published or not; None when it is gone, and the site itself is there."""
        return self._one("pages", key)

    def page_named(self, slug: str) -> Json | None:
        """The page with this slug, as `page`."""
        return self._one("pages", f"slug/{slug}")

    def post_named(self, slug: str) -> Json | None:
        """The post with this slug, as `page`; Ghost gives an address to only one of both."""
        return self._one("posts", f"slug/{slug}")

    def make_page(self, fields: Json) -> Json:
        """The page that was made; its `html` is taken as HTML. Raises as `Service.send`."""
        return _first(self.service.send("POST", "pages/", {"pages": [fields]}, {"source": "html"}), "pages")

    def change_page(self, before: Json, fields: Json) -> Json:
        """The page with these fields changed. Raises ChangedAtSource where it is no longer as it was read."""
        told = {"pages": [{**fields, "updated_at": before.get("updated_at")}]}
        return _first(self.service.send("PUT", f"pages/{before.get('id')}/", told, {"source": "html"}), "pages")

    def _one(self, kind: str, name: str) -> Json | None:
        try:
            return _first(self.service.get(f"{kind}/{name}/", {"formats": "html"}), kind)
        except UnknownAtSource:
            self.site()
            return None

    def _headers(self) -> Mapping[str, str]:
        with self._lock:
            if self._token is None or time.monotonic() - self._token[0] > _RENEW_AFTER_SECONDS:
                self._token = (time.monotonic(), self._new_token())
            return {"Authorization": f"Ghost {self._token[1]}", "Accept-Version": "v5.0"}

    def _new_token(self) -> str:
        issued = int(_real_now().timestamp())
        claims = {"iat": issued, "exp": issued + _TOKEN_SECONDS, "aud": "/admin/"}
        return jwt.encode(claims, self._secret, algorithm="HS256", headers={"kid": self._key_id})


def _real_now() -> datetime:
    """Ghost checks a token against the real time, whatever the demo's clock says."""
    return datetime.now(UTC)  # noqa: TID251 - the clock of another machine is the real one


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _rows(answer: Json, name: str) -> list[Json]:
    rows: Any = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in cast(list[Any], rows)):
        raise SourceUnavailable(f"Ghost's answer holds no list of {name}")
    return cast(list[Json], rows)


def _first(answer: Json, name: str) -> Json:
    rows = _rows(answer, name)
    if not rows:
        raise UnknownAtSource("unknown at Ghost")
    return rows[0]
