"""Patreon in the shapes of its API v2: JSON:API, cursors, pledge history; webhooks signed by HMAC-MD5."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.store import sources
from campaign.store.engine import Database
from config import Settings
from tests.sources.loopback import Json, Loopback
from tests.sources.world import Arrangement, Human, Sent

TOKEN, CAMPAIGN, TIER = "a creator's token", "9441253", "9512103"


class PatreonWorld(Loopback):
    kind = "patreon"
    tier_title = "Gold"
    forgotten_cursor = ""
    largest_page = 3
    """Small, so that cursors are used."""
    lacks = {  # noqa: RUF012 - read only
        "test_mode": "Patreon has no test mode",
        "old_signature": "Patreon signs no time; an old delivery only asks again",
        "listing": "Patreon can't be asked what changed; its sweep finds it",
    }

    def settings(self) -> dict[str, Any]:
        return {
            "patreon_token": TOKEN,
            "patreon_webhook_secret": self.secret,
            "patreon_api_base": self.address,
        }

    def set_up(self, db: Database, settings: Settings) -> int:
        with db.write() as session:
            sources.ensure_from_env(session, settings, self.now)
            return sources.by_slug(session, "patreon").id

    def give(self, human: Human, kind: str, days: float | None) -> None:
        """Patreon knows no complimentary ones, and gifts only to who does not pay."""
        if kind == "gift" and not any(a.kind == "paid" for a in human.arrangements):
            super().give(human, kind, days)

    def come_back(self, human: Human) -> None:
        """A former patron's pledge begins again: one member, more charges."""
        if not any(a.kind == "gift" and a.ended_at is None for a in human.arrangements):
            super().come_back(human)

    def leave(self, key: str, *, at_once: bool) -> None:
        """What was paid is kept to its end."""
        super().leave(key, at_once=False)

    # --- webhooks

    def event(self, human: Human, what: str) -> Json:
        data, included = self.member(human)
        return {"data": data, "included": included, "links": {"self": "https://example.org"}}

    def signed(self, told: Json, what: str, *, secret: str | None = None, age: timedelta = timedelta(0)) -> Sent:
        return self.sign_bytes(json.dumps(told).encode(), what, secret=secret)

    def sign_bytes(self, body: bytes, what: str = "edited", *, secret: str | None = None) -> Sent:
        event = {"added": "members:pledge:create", "deleted": "members:delete"}.get(what, "members:update")
        digest = hmac.new((secret or self.secret).encode(), body, hashlib.md5).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Patreon-Event": event,
            "X-Patreon-Signature": digest,
        }
        return Sent("/webhooks/patreon/patreon", body, headers)

    def odd_ids(self, key: Any) -> list[Sent]:
        return [self.signed({"data": {"id": key, "type": "member", "attributes": {}}}, "edited")]

    # --- the API

    def respond(self, path: str, asked: dict[str, str], headers: Any) -> tuple[int, Json]:
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"errors": [{"code_name": "Unauthorized", "status": "401"}]}
        if path == "/api/oauth2/v2/campaigns":
            return 200, {"data": [{"id": CAMPAIGN, "type": "campaign", "attributes": {}}]}
        if path == f"/api/oauth2/v2/campaigns/{CAMPAIGN}":
            tier = {"id": TIER, "type": "tier", "attributes": {"title": "Gold", "amount_cents": 500, "published": True}}
            return 200, {"data": {"id": CAMPAIGN, "type": "campaign"}, "included": [tier]}
        if path == f"/api/oauth2/v2/campaigns/{CAMPAIGN}/members":
            return self.browse(asked)
        if one := re.fullmatch(r"/api/oauth2/v2/members/(\w+)", path):
            if self.human_gone(one[1]):
                return 404, {"errors": [{"code_name": "ResourceNotFound", "status": "404"}]}
            data, included = self.member(self.humans[one[1]], asked)
            return 200, {"data": data, "included": included}
        return 404, {"errors": [{"status": "404"}]}

    def browse(self, asked: dict[str, str]) -> tuple[int, Json]:
        size = min(self.largest_page, int(asked.get("page[count]", "20")))
        after = asked.get("page[cursor]", "")
        if after and after == self.forgotten_cursor:
            return 400, {"errors": [{"code_name": "ParameterInvalid", "source": {"parameter": "page[cursor]"}}]}
        found = [h for h in self.here() if h.key > after]
        rows = [self.member(h, asked) for h in found[:size]]
        following = found[size - 1].key if len(found) > size else None
        meta = {"pagination": {"cursors": {"next": following}, "total": len(self.here())}}
        return 200, {"data": [row for row, _ in rows], "included": [i for _, some in rows for i in some], "meta": meta}

    def member(self, human: Human, asked: dict[str, str] | None = None) -> tuple[Json, list[Json]]:
        paid = [a for a in human.arrangements if a.kind == "paid"]
        gift = next((a for a in human.arrangements if a.kind == "gift" and a.ended_at is None), None)
        attributes = self.more(
            {
                "email": human.address,
                "full_name": "Somebody",
                "is_follower": not human.arrangements,
                "is_gifted": gift is not None,
                "is_free_trial": False,
                "note": "met at the fair",
                "pledge_cadence": 1 if paid else None,
                **self.status(paid, gift),
            }
        )
        events = [event for a in paid for event in self.events(a)]
        if human.key in self.mute:
            for event in events:
                event["attributes"].pop("date")
            attributes["patron_status"] = "a_new_status"
        wants_history = asked is not None and "pledge_history" in asked.get("include", "")
        tiers = [{"id": TIER, "type": "tier"}] if paid or gift else []
        relationships: Json = {
            "campaign": {"data": {"id": CAMPAIGN, "type": "campaign"}},
            "currently_entitled_tiers": {"data": tiers},
            "user": {"data": {"id": f"user{human.key}", "type": "user"}},
        }
        if wants_history:
            relationships["pledge_history"] = {"data": [{"id": e["id"], "type": e["type"]} for e in events]}
        data = {"id": human.key, "type": "member", "attributes": attributes, "relationships": relationships}
        brought = self.brought(asked, tiers) if asked is not None else []
        return self.more(data), [*brought, *(events if wants_history else [])]

    def brought(self, asked: dict[str, str], tiers: list[Json]) -> list[Json]:
        """What was asked to come along: tiers, and the page."""
        told = [{**tier, "attributes": {"title": self.tier_title}} for tier in tiers]
        if "campaign" in asked["include"].split(","):
            told.append({"id": CAMPAIGN, "type": "campaign", "attributes": {"vanity": "TheNews"}})
        return told

    def status(self, paid: list[Arrangement], gift: Arrangement | None) -> Json:
        if gift is not None:
            return {
                "patron_status": "active_patron",
                "pledge_relationship_start": said(gift.anchor),
                "next_charge_date": None if gift.expires_at is None else said(gift.expires_at),
                "last_charge_status": None,
                "last_charge_date": None,
            }
        if not paid:
            return {"patron_status": None, "pledge_relationship_start": None, "last_charge_status": None}
        last = paid[-1].periods[-1]
        is_over = paid[-1].ended_at is not None or paid[-1].leaves_at is not None
        status = "former_patron" if is_over else "declined_patron" if last.paid_at is None else "active_patron"
        return {
            "patron_status": status,
            "pledge_relationship_start": said(paid[0].anchor),
            "last_charge_status": "Declined" if last.paid_at is None else "Refunded" if last.back_at else "Paid",
            "last_charge_date": said(last.paid_at or last.starts),
            "next_charge_date": None if is_over else said(last.ends),
        }

    def events(self, a: Arrangement) -> list[Json]:
        start: Json = {"type": "pledge_start", "date": said(a.anchor), "payment_status": None, "amount_cents": 500}
        told = [self.event_of(f"pledge_start:{a.key}", start)]
        for period in a.periods:
            status = "Declined" if period.paid_at is None else "Refunded" if period.back_at else "Paid"
            charge = {"type": "subscription", "date": said(period.starts), "payment_status": status}
            told.append(self.event_of(f"subscription:{period.number}", {**charge, "amount_cents": 500}))
        return told

    def event_of(self, key: str, told: Json) -> Json:
        more = {"currency_code": "USD", "tier_id": TIER, "tier_title": "Gold"}
        return self.more({"id": key, "type": "pledge-event", "attributes": self.more({**told, **more})})


def said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
