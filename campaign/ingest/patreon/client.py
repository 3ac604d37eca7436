"""Asking Patreon's API v2: members with what they paid, page by page along its cursors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

from campaign.ingest.bodies import Json, inside
from campaign.ingest.errors import RefusedBySource, SourceUnavailable, UnknownAtSource
from campaign.ingest.members import Listed
from campaign.ingest.service import Service

HOST = "https://www.patreon.com"
PAGE = 200
CALLS_PER_SECOND = 1.5
"""Patreon allows a client 100 requests in 2 seconds and a token 100 a minute (docs.patreon.com, Rate Limiting)."""

MEMBER_FIELDS = (
    "patron_status,email,last_charge_status,last_charge_date,next_charge_date,pledge_relationship_start,pledge_cadence,"
    "is_gifted,is_free_trial"
)
EVENT_FIELDS = "type,date,payment_status,amount_cents,currency_code,tier_id"
ASKED = {
    "include": "currently_entitled_tiers,pledge_history,campaign",
    "fields[member]": MEMBER_FIELDS,
    "fields[pledge-event]": EVENT_FIELDS,
    "fields[tier]": "title,amount_cents,published",
    "fields[campaign]": "vanity",
}


class PatreonGateway:
    """One page at Patreon, asked with its creator's access token; thread-safe."""

    def __init__(self, token: str, campaign_id: str | None, base: str | None) -> None:
        self.service = Service("Patreon", f"{base or HOST}/api/oauth2/v2", lambda: {"Authorization": f"Bearer {token}"})
        self._lock = threading.Lock()
        self._campaign_id = campaign_id

    def campaign_id(self) -> str:
        """The page's own id: the one entered, else the only one the token opens. Raises RefusedBySource."""
        with self._lock:
            if self._campaign_id is None:
                rows = _rows(self.service.get("campaigns"))
                if len(rows) != 1:
                    raise RefusedBySource(f"this token opens {len(rows)} pages at Patreon: enter the id of one")
                self._campaign_id = str(rows[0].get("id"))
            return self._campaign_id

    def member(self, key: str) -> Json | None:
        """The member as it is now, with what they paid; None when Patreon knows it no more, though it answers."""
        try:
            answer = self.service.get(f"members/{key}", ASKED)
        except UnknownAtSource:
            self.service.get(f"campaigns/{self.campaign_id()}")
            return None
        data: Any = answer.get("data")
        if not isinstance(data, dict):
            raise SourceUnavailable("Patreon's answer holds no member")
        return _whole(cast(Json, data), _included(answer))

    def members(self, calls_per_second: float, after: str | None = None) -> Iterator[Listed]:
        """All members of the page, followers among them. `after`: where it goes on, as an earlier part told."""
        path = f"campaigns/{self.campaign_id()}/members"
        cursor = after
        while True:
            params = {**ASKED, "page[count]": str(PAGE), **({"page[cursor]": cursor} if cursor else {})}
            answer = self.service.get_patiently(path, params, calls_per_second)
            included = _included(answer)
            told = inside(answer, "meta", "pagination", "cursors", "next")
            following = told if isinstance(told, str) and told else None
            if following is not None and following == cursor:
                raise SourceUnavailable("Patreon's list of members goes round in a circle")
            yield Listed([_whole(row, included) for row in _rows(answer)], following)
            if following is None:
                return
            cursor = following

    def tiers(self) -> list[Json]:
        """What the page offers."""
        path = f"campaigns/{self.campaign_id()}"
        answer = self.service.get(path, {"include": "tiers", "fields[tier]": ASKED["fields[tier]"]})
        return [row for (kind, _), row in _included(answer).items() if kind == "tier"]


def _whole(row: Json, included: dict[tuple[str, str], Json]) -> Json:
    """The member with what belongs to it inside: `pledge_events` (None where Patreon did not tell them), `about`."""
    events = _related(row, "pledge_history", included)
    about = [*(_related(row, "currently_entitled_tiers", included) or ()), *(_related(row, "campaign", included) or ())]
    return {**row, "pledge_events": events, "about": about}


def _related(row: Json, name: str, included: dict[tuple[str, str], Json]) -> list[Json] | None:
    """What a relationship names and the answer brought along; None where it was not told."""
    told = inside(row, "relationships", name, "data")
    if not isinstance(told, list | dict):
        return None
    ones = cast(list[object], told if isinstance(told, list) else [told])
    names = [(str(inside(one, "type")), str(inside(one, "id"))) for one in ones]
    return [included[name] for name in names if name in included]


def _included(answer: Json) -> dict[tuple[str, str], Json]:
    rows: Any = answer.get("included") or []
    if not isinstance(rows, list):
        return {}
    found = [cast(Json, row) for row in cast(list[Any], rows) if isinstance(row, dict)]
    return {(str(row.get("type")), str(row.get("id"))): row for row in found}


def _rows(answer: Json) -> list[Json]:
    rows: Any = answer.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in cast(list[Any], rows)):
        raise SourceUnavailable("Patreon's answer holds no list")
    return cast(list[Json], rows)
