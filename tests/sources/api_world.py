"""A system of the newsroom's own that keeps members and pushes them to `/api/v1`, over HTTP and with a token.

What it can't deliver it delivers later, under the same key; every night it pushes everybody.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from itertools import count
from typing import Any

from campaign.accounts import tokens
from campaign.accounts.tokens import Scope
from campaign.store import inbox
from campaign.store.engine import Database
from config import Settings
from tests.sources.loopback import Faults, post
from tests.sources.newsroom_system import Memberships
from tests.sources.pushed_line import PushedLine
from tests.sources.world import Human, Sent

NOT_REACHED = 0
PEOPLE_A_PUSH = 20


class ApiWorld(Memberships):
    kind = "api"
    line = PushedLine
    refused_status = 401
    unfit_statuses = frozenset({400, 422})
    too_large_status = 413
    most = (1 << 20) - 20_000
    nights = 20
    lacks = {  # noqa: RUF012 - read only
        "test_mode": "a system of the newsroom's own has no test mode; what it tries out goes to a tracker on trial",
        "old_signature": "a token signs no time; what is old says so by its as_of, and takes nothing newer back",
        "listing": "it can't be asked what changed; its nightly push says everything",
        "unknown_fields": "an unknown field is refused by name: ignored, a misspelt one would count somebody for ever",
    }

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.base = ""
        self.secret = ""
        self.stale: list[str] = []
        self.queue: list[tuple[str, Sent]] = []
        self.chance = random.Random(seed)
        self.faults = Faults(self.chance)
        self.outage = False
        self.fail_share = 0.0
        self.mute: set[str] = set()
        self.troubles: dict[str, str] = {}
        self.keys = count(1)

    def settings(self) -> dict[str, Any]:
        return {}

    def deliver_to(self, base: str) -> None:
        self.base = base

    def set_up(self, db: Database, settings: Settings) -> int:
        made = tokens.make(db, name="CRM", source_slug="crm", scopes=[Scope.MEMBERSHIPS], days=700, **self.by())
        self.secret = made.secret
        revoked = tokens.make(db, name="old", source_slug="crm", scopes=list(Scope), days=700, **self.by())
        tokens.revoke(db, revoked.token.id, **self.by())
        self.stale = [revoked.secret]
        return made.token.source_id

    def by(self) -> dict[str, Any]:
        return {"actor": "ada", "now": self.now}

    # --- what it sends

    def changed(self, human: Human, what: str) -> None:
        super().changed(human, what)
        self.queue.append((human.key, self.sign(human.key)))

    def sign(self, key: str, *, secret: str | None = None, pad: int = 0, age: timedelta = timedelta(0)) -> Sent:
        return self.sign_bytes(self.body([self.humans[key]]) + b" " * pad, secret=secret)

    def sign_bytes(self, body: bytes, *, secret: str | None = None) -> Sent:
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {secret or self.secret}",
            "Idempotency-Key": f"push-{next(self.keys)}",
        }
        return Sent("/api/v1/memberships", body, headers)

    def forgeries(self, key: str) -> list[Sent]:
        good = self.sign(key)
        without = {name: value for name, value in good.headers.items() if name != "Authorization"}
        return [
            self.sign(key, secret=tokens.MARK + "x" * 43),
            self.sign(key, secret=self.stale[0]),
            Sent(good.path, good.body, without),
            Sent(good.path, good.body, {**without, "Authorization": "Basic " + self.secret}),
        ]

    def odd_ids(self, key: Any) -> list[Sent]:
        """Of the member that there is, with an odd number in each place for one."""
        said = json.loads(self.body([next(iter(self.humans.values()))]))
        sent = []
        for name in ("id", "account"):
            item = {**said["items"][0], name: key}
            sent.append(self.sign_bytes(json.dumps({**said, "items": [item]}).encode()))
        return sent

    def items(self, human: Human) -> list[dict[str, Any]]:
        said = super().items(human)
        for item in said if human.key in self.mute else ():
            del item["started_at"]
        return said

    def leave_out(self, key: str, *, mend: bool = False) -> None:
        """What it had said of them, or not yet, it says again."""
        self.mute = self.mute - {key} if mend else self.mute | {key}
        self.queue = [(whose, sent) for whose, sent in self.queue if whose != key]
        self.changed(self.humans[key], "edited")

    # --- how it arrives

    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None:
        self.faults.deliveries(drop=drop, duplicate=duplicate, shuffle=shuffle)

    def behave(self, *, outage: bool = False, fail_share: float = 0) -> None:
        """An outage: our address is not reached."""
        self.outage, self.fail_share = outage, fail_share

    def settle(self) -> None:
        waiting, self.queue = self.queue, []
        for whose, sent in self.faults.of(waiting):
            if self.try_to(sent, [whose]) == NOT_REACHED:
                self.queue.append((whose, sent))

    def try_to(self, sent: Sent, whose: list[str]) -> int:
        """Some that fail have arrived, and only the answer was lost."""
        fails = self.outage or self.chance.random() < self.fail_share
        if fails and (self.outage or self.chance.random() < 0.5):
            status, answer = NOT_REACHED, b""
        else:
            status, answer = post(self.base, sent)
        if fails or status == NOT_REACHED:
            self.troubles.update(dict.fromkeys(whose, "not reached"))
            return NOT_REACHED
        if status == 200:
            for key in whose:
                self.troubles.pop(key, None)
        else:
            self.troubles.update(refused(json.loads(answer), json.loads(sent.body)))
        return status

    def tell_all(self) -> None:
        humans = [h for h in self.humans.values() if h.arrangements]
        for first in range(0, len(humans), PEOPLE_A_PUSH):
            some = humans[first : first + PEOPLE_A_PUSH]
            self.try_to(self.sign_bytes(self.body(some)), [h.key for h in some])

    def post(self, sent: Sent) -> int:
        return post(self.base, sent)[0]

    def kept(self, db: Database) -> list[inbox.EventSeen]:
        with db.read() as session:
            return inbox.recent(session, 1000)

    def stop(self) -> None:
        pass


def refused(answer: dict[str, Any], sent: dict[str, Any]) -> dict[str, str]:
    """What the answer says of each item it refuses, by whose the item is."""
    found: dict[str, str] = {}
    for one in answer.get("errors", []):
        number = int(one["field"].partition("[")[2].partition("]")[0])
        found[sent["items"][number]["account"]] = f"{one['field']} {one['detail']}"
    return found
