"""Ghost in the shapes of its own serializers: Admin API behind a token, webhooks signed over body and time."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from campaign.store import sources
from campaign.store.engine import Database
from config import Settings
from tests.sources.loopback import Json, Loopback
from tests.sources.world import Arrangement, Human, Sent

KEY_ID, KEY = "5f" * 12, "ab" * 32
TIER = "64" * 12


class GhostWorld(Loopback):
    kind = "ghost"
    lacks = {"test_mode": "Ghost has no test mode of its own"}  # noqa: RUF012 - read only

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.labels: dict[str, list[Json]] = {}
        self.pages = Pages()
        self.post_slug = "coming-soon"

    def settings(self) -> dict[str, Any]:
        return {
            "ghost_url": self.address,
            "ghost_admin_key": f"{KEY_ID}:{KEY}",
            "ghost_webhook_secret": self.secret,
        }

    def set_up(self, db: Database, settings: Settings) -> int:
        with db.write() as session:
            sources.ensure_from_env(session, settings, self.now)
            return sources.by_slug(session, "ghost").id

    def label(self, human: Human, *names: str) -> None:
        """The member carries these labels, and is said to have been edited."""
        self.labels[human.key] = [{"id": f"l{n}", "name": name, "slug": f"label-{n}"} for n, name in enumerate(names)]
        self.changed(human, "edited")

    # --- webhooks

    def event(self, human: Human, what: str) -> Json:
        current = {} if what == "deleted" else self.member(human)
        previous = self.member(human) if what == "deleted" else {"updated_at": said(self.now)}
        return {"member": {"current": current, "previous": previous}}

    def signed(self, told: Json, what: str, *, secret: str | None = None, age: timedelta = timedelta(0)) -> Sent:
        return self.sign_bytes(json.dumps(told).encode(), what, secret=secret, age=age)

    def sign_bytes(
        self, body: bytes, what: str = "edited", *, secret: str | None = None, age: timedelta = timedelta(0)
    ) -> Sent:
        at = int((self.now - age).timestamp() * 1000)
        digest = hmac.new((secret or self.secret).encode(), body + str(at).encode(), hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Ghost-Signature": f"sha256={digest}, t={at}"}
        return Sent(f"/webhooks/ghost/ghost/member.{what}", body, headers)

    def odd_ids(self, key: Any) -> list[Sent]:
        return [self.signed({"member": {"current": {"id": key}, "previous": {"id": key}}}, "edited")]

    # --- the Admin API

    def respond(self, path: str, asked: dict[str, str], headers: Any) -> tuple[int, Json]:
        if not has_key(headers):
            return 401, {"errors": [{"type": "UnauthorizedError", "code": "INVALID_JWT"}]}
        if path.startswith("/ghost/api/admin/pages/"):
            return self.pages.read(path, asked)
        if path == f"/ghost/api/admin/posts/slug/{self.post_slug}/":
            return 200, {"posts": [{"id": "ef", "slug": self.post_slug, "html": "<p>News</p>"}]}
        if path == "/ghost/api/admin/site/":
            return 200, {"site": {"title": "The News", "url": "https://news.example.org/", "version": "6.0"}}
        if path == "/ghost/api/admin/tiers/":
            free = {"id": "0" * 24, "name": "Free", "type": "free", "active": True}
            gold = {"id": TIER, "name": "Gold", "type": "paid", "active": True, "currency": "usd", "monthly_price": 500}
            return 200, {"tiers": [free, gold], "meta": {}}
        if path == "/ghost/api/admin/members/":
            return self.browse(asked)
        if one := re.fullmatch(r"/ghost/api/admin/members/([0-9a-f]{24})/", path):
            if self.human_gone(one[1]):
                return 404, {"errors": [{"type": "NotFoundError", "context": "Member not found."}]}
            return 200, {"members": [self.member(self.humans[one[1]])]}
        return 404, {"errors": [{"type": "NotFoundError", "message": "Resource not found"}]}

    def take(self, method: str, path: str, asked: dict[str, str], headers: Any, told: Json) -> tuple[int, Json]:
        self.asked.append(path)
        if not has_key(headers):
            return 401, {"errors": [{"type": "UnauthorizedError", "code": "INVALID_JWT"}]}
        if not path.startswith("/ghost/api/admin/pages/") or asked.get("source") != "html":
            return 404, {"errors": [{"type": "NotFoundError", "message": "Resource not found"}]}
        return self.pages.write(method, path, told["pages"][0])

    def browse(self, asked: dict[str, str]) -> tuple[int, Json]:
        limit = min(100, int(asked.get("limit", "15")))
        found = self.here()
        for wanted in filter(None, asked.get("filter", "").split("+")):
            field, sign, value = re.fullmatch(r"(\w+):(>=|>|)'([^']*)'", wanted).groups()  # type: ignore[union-attr]
            if field == "id":
                found = [h for h in found if (h.key > value if sign == ">" else h.key == value)]
            else:
                assert field == "updated_at"
                found = [h for h in found if f"{h.updated_at:%Y-%m-%d %H:%M:%S}" >= value]
        page = int(asked.get("page", "1"))
        rows = found[(page - 1) * limit : page * limit]
        return 200, {"members": [self.member(h) for h in rows], "meta": {"pagination": {"total": len(found)}}}

    def member(self, human: Human) -> Json:
        listed = [s for a in human.arrangements if (s := self.subscription(human, a)) is not None]
        status = "free"
        if listed:
            status = "comped" if all(s["id"] == "" for s in listed) else "paid"
        told = {
            "id": human.key,
            "uuid": f"uuid-{human.key}",
            "email": human.address,
            "name": "Somebody",
            "note": "met at the fair",
            "status": status,
            "created_at": said(human.created_at),
            "updated_at": said(human.updated_at),
            "labels": self.labels.get(human.key, []),
            "tiers": [],
            "subscriptions": [self.more(s) for s in listed],
        }
        if human.key in self.mute:
            for one in told["subscriptions"]:
                one.pop("start_date")
            told.pop("created_at")
        return self.more(told)

    def subscription(self, human: Human, a: Arrangement) -> Json | None:
        if a.kind != "paid":
            return None if a.ended_at is not None else self.given(human, a)
        last = a.periods[-1]
        status = "canceled" if a.ended_at else "past_due" if last.paid_at is None else "active"
        return {
            "id": a.key,
            "customer": {"id": "cus_1", "email": human.address, "name": "Somebody"},
            "status": status,
            "start_date": said(a.anchor),
            "cancel_at_period_end": a.leaves_at is not None and a.ended_at is None,
            "current_period_end": said(last.ends),
            "trial_start_at": None,
            "trial_end_at": None,
            "price": {
                "id": "price_row",
                "price_id": "price_1",
                "nickname": "Monthly",
                "amount": 500,
                "interval": "month",
                "type": "recurring",
                "currency": "USD",
                "tier": {"id": "row", "tier_id": TIER},
            },
            "tier": {"id": TIER, "name": "Gold", "expiry_at": None},
        }

    def given(self, human: Human, a: Arrangement) -> Json:
        """Complimentary or gifted: no id, and for a complimentary one Ghost may say the time of asking as its start."""
        nickname = "Complimentary" if a.kind == "comp" else "Gift Subscription"
        start = self.now if a.kind == "comp" and int(human.key, 16) % 2 else a.anchor
        price = {"id": "", "price_id": "", "nickname": nickname, "amount": 0, "interval": "year", "currency": "USD"}
        return {
            "id": "",
            "customer": {"id": "", "email": human.address},
            "plan": {"id": "", "nickname": nickname, "interval": "year", "currency": "USD", "amount": 0},
            "status": "active",
            "start_date": said(start),
            "cancel_at_period_end": False,
            "current_period_end": None if a.expires_at is None else said(a.expires_at),
            "price": {**price, "type": "recurring", "tier": {"id": "", "tier_id": TIER}},
            "tier": {"id": TIER, "expiry_at": None if a.expires_at is None else said(a.expires_at)},
        }


class Pages:
    """Pages as Ghost keeps them: any writing that readers may notice empties its whole cache."""

    def __init__(self) -> None:
        self.kept: dict[str, Json] = {}
        self.purges = 0
        self.writes = 0
        self.refuses: list[int] = []
        """Statuses that the next writings are answered with, without being carried out."""
        self.loses: list[int] = []
        """Statuses that the next writings are answered with, after they were carried out."""
        self.meanwhile: list[Json] = []
        """What somebody else changes just before the next writings."""

    def printed(self, slug: str) -> str:
        """What a theme prints with `{{#get "pages" filter="slug:…"}}`: published pages only."""
        found = [p for p in self.kept.values() if p["slug"] == slug and p["status"] == "published"]
        return "".join(re.sub(r"<!--kg-card-(begin|end): html-->\n?", "", page["html"]) for page in found)

    def change(self, key: str, **values: Any) -> None:
        """Somebody changes a page in Ghost's own editor."""
        self.kept[key] |= {**values, "updated_at": self._moment()}

    def read(self, path: str, asked: dict[str, str]) -> tuple[int, Json]:
        name = path.removeprefix("/ghost/api/admin/pages/").strip("/")
        slug = name.removeprefix("slug/")
        found = [p for k, p in self.kept.items() if (k == name if slug == name else p["slug"] == slug)]
        if not found:
            return 404, {"errors": [{"type": "NotFoundError", "message": "Page not found."}]}
        return 200, {"pages": [{k: v for k, v in found[0].items() if k != "html" or asked.get("formats") == "html"}]}

    def write(self, method: str, path: str, told: Json) -> tuple[int, Json]:
        self.writes += 1
        if self.refuses:
            return self.refuses.pop(0), {"errors": [{"type": "Refused"}]}
        key = path.removeprefix("/ghost/api/admin/pages/").strip("/")
        if self.meanwhile and key:
            self.change(key, **self.meanwhile.pop(0))
        if method == "POST":
            key = f"{len(self.kept) + 1:024x}"
            self.kept[key] = {"id": key, "status": "draft"}
        elif key not in self.kept:
            return 404, {"errors": [{"type": "NotFoundError"}]}
        elif told.pop("updated_at") != self.kept[key]["updated_at"]:
            return 409, {"errors": [{"type": "UpdateCollisionError", "code": "UPDATE_COLLISION"}]}
        was = self.kept[key]["status"]
        self.change(key, **told)
        self.purges += "published" in (was, self.kept[key]["status"])
        if self.loses:
            return self.loses.pop(0), {"errors": [{"type": "Lost"}]}
        return 201 if method == "POST" else 200, {"pages": [self.kept[key]]}

    def _moment(self) -> str:
        self._changes = getattr(self, "_changes", 0) + 1
        return said(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._changes))


def has_key(headers: Any) -> bool:
    """Whether the request carries a token made with the key."""
    try:
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        assert scheme == "Ghost"
        assert jwt.get_unverified_header(token)["kid"] == KEY_ID
        jwt.decode(token, bytes.fromhex(KEY), algorithms=["HS256"], audience="/admin/")
    except (jwt.PyJWTError, AssertionError, KeyError):
        return False
    return True


def said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
