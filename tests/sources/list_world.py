"""Lists of members that staff bring in, with the columns that Patreon's own list has.

A delivery is a list of how things are, handed in; a sweep is one that is said to be complete. Nobody is called: what
the provider has is in the list, or it isn't.
"""

from __future__ import annotations

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from campaign.domain.errors import Invalid
from campaign.ingest.addresses import hasher_of
from campaign.ingest.files import booking, taking
from campaign.ingest.files.taking import Given
from campaign.store import day_totals, file_imports, sources
from campaign.store.engine import Database
from campaign.store.file_imports import ImportSeen, State
from config import Settings
from tests.sources.loopback import Faults
from tests.sources.pushed_line import PushedLine
from tests.sources.world import Arrangement, Human, Lives, Sent

HEADS = (
    *("Name", "Email", "Discord", "Patron Status", "Follows You", "Free Member", "Free Trial", "Lifetime Amount"),
    *("Pledge Amount", "Charge Frequency", "Tier", "Patronage Since Date", "Last Charge Date", "Last Charge Status"),
    *("Additional Details", "User ID", "Last Updated", "Currency", "Access Expiration", "Next Charge Date"),
)
UNKNOWN = tuple(f"Brand New {number}" for number in range(10))
ERROR_PAGE = b"<!doctype html><title>Error</title>\n<p>Something went wrong, try again later</p>\n"
TAKEN, UNFIT = 200, 422


class ListWorld(Lives):
    kind = "file"
    line = PushedLine
    refused_status = UNFIT
    unfit_statuses = frozenset({UNFIT})
    too_large_status = UNFIT
    most = 900_000
    """A line ends at a million characters."""
    nights = 15
    lacks = {  # noqa: RUF012 - read only
        "signature": "a list is handed in by staff who are signed in, and its maker signs nothing",
        "old_signature": "a list has no signature; an old one says so by the day of its export",
        "test_mode": "no maker of lists has a test mode",
        "listing": "nobody can be asked what changed; a complete list says everything",
        "calls": "nobody is called: a list is handed in, or it isn't",
    }

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.chance = random.Random(seed)
        self.faults = Faults(self.chance)
        self.is_news = False
        self.drawer: list[Sent] = []
        self.ticks = count(1)
        self.outage = self.talkative = False
        self.mute: set[str] = set()
        self.troubles: dict[str, str] = {}

    def settings(self) -> dict[str, Any]:
        return {}

    def deliver_to(self, base: str) -> None:
        """Lists are handed in, not sent."""

    def set_up(self, db: Database, settings: Settings) -> int:
        self.db, self.of_ours = db, settings
        with db.write() as session:
            self.source_id = sources.add_pushed(session, sources.FILE, "list", "List", self.now).id
        return self.source_id

    def stop(self) -> None:
        pass

    # --- lives, as Patreon's are

    def changed(self, human: Human, what: str) -> None:
        super().changed(human, what)
        self.is_news = True

    def give(self, human: Human, kind: str, days: float | None) -> None:
        """Patreon knows no complimentary ones, and gifts only to who does not pay."""

    def leave(self, key: str, *, at_once: bool) -> None:
        """What was paid is kept to its end."""
        super().leave(key, at_once=False)

    # --- lists

    def sheet(self, humans: list[Human], pads: dict[str, int] | None = None) -> bytes:
        text = io.StringIO()
        heads = [*HEADS, *(UNKNOWN if self.talkative or pads else ())]
        writer = csv.DictWriter(text, heads, restval="")
        writer.writeheader()
        for human in humans:
            pad = (pads or {}).get(human.key, 0)
            more = {name: "x" * (pad // len(UNKNOWN)) for name in UNKNOWN} if pad or self.talkative else {}
            writer.writerow({**self.row(human), **more})
        return text.getvalue().encode()

    def row(self, human: Human) -> dict[str, str]:
        last = human.arrangements[-1]
        period = last.periods[-1]
        told = {
            "Name": "Somebody",
            "Email": human.address,
            "Follows You": "Yes",
            "Patron Status": self.status(last),
            "Charge Frequency": "monthly",
            "Pledge Amount": "5.00",
            "Tier": "Gold",
            "Patronage Since Date": said(last.anchor),
            "Last Charge Date": said(period.paid_at or period.starts),
            "Last Charge Status": "Declined" if period.paid_at is None else "Paid",
            "Additional Details": "met at the fair",
            "User ID": human.key,
            "Last Updated": said(human.updated_at),
            "Currency": "USD",
            "Access Expiration": said(self.ends(last)),
        }
        return told if human.key not in self.mute else {**told, "Email": "", "User ID": ""}

    def status(self, a: Arrangement) -> str:
        if a.ended_at is not None or a.leaves_at is not None:
            return "Former patron"
        return "Declined patron" if a.periods[-1].paid_at is None else "Active patron"

    def ends(self, a: Arrangement) -> datetime:
        """What is paid gives access until then; who left while a payment was missing has it until they left."""
        paid = max((p.ends for p in a.periods if p.paid_at is not None), default=a.anchor)
        if a.left_said_at is not None:
            paid = max(paid, min(a.left_said_at, paid + timedelta(days=14)))
        return paid if a.ended_at is None else min(paid, a.ended_at)

    def listed(self, humans: list[Human], *, is_complete: bool = False) -> Sent:
        return self.sign_bytes(self.sheet(humans), is_complete=is_complete)

    def sign_bytes(self, body: bytes, *, is_complete: bool = False) -> Sent:
        at = self.now + timedelta(microseconds=next(self.ticks))
        return Sent("members.csv", body, {"exported_at": at.isoformat(), "complete": "yes" if is_complete else ""})

    def sign(self, key: str, *, pad: int = 0) -> Sent:
        """A list of one."""
        human = self.humans[key]
        return self.sign_bytes(self.sheet([human], {key: pad} if pad else None))

    def odd_ids(self, key: Any) -> list[Sent]:
        human = self.here()[0]
        rows = self.sheet([human]).decode()
        return [self.sign_bytes(rows.replace(human.key, str("" if key is None else key)).encode())]

    def here(self) -> list[Human]:
        return [h for h in self.humans.values() if not h.is_gone]

    def say_more(self) -> None:
        self.talkative = True

    def leave_out(self, key: str, *, mend: bool = False) -> None:
        self.mute = self.mute - {key} if mend else self.mute | {key}
        self.is_news = True

    # --- how they arrive

    def deliveries(self, *, drop: float = 0, duplicate: float = 0, shuffle: int = 0) -> None:
        """Rows are missing, a list is handed in twice, its rows are in any order and it comes after a newer one."""
        self.faults.deliveries(drop=drop, duplicate=duplicate, shuffle=shuffle)

    def behave(self, *, outage: bool = False) -> None:
        """An outage: instead of a list its maker gives a page that says so."""
        self.outage = outage

    def settle(self) -> None:
        held, self.drawer = self.drawer, []
        if self.is_news:
            self.is_news = False
            rows = list(dict.fromkeys(h.key for h in self.here()))
            here = [self.humans[key] for key in rows if self.chance.random() >= self.faults.drop]
            if self.faults.shuffle:
                self.chance.shuffle(here)
            if here:
                self.bring(self.listed(here), held)
        for sent in held:
            self.hand_in(sent)

    def bring(self, sent: Sent, held: list[Sent]) -> None:
        if self.outage:
            self.hand_in(self.sign_bytes(ERROR_PAGE))
        elif self.faults.shuffle and self.chance.random() < 0.5:
            self.drawer.append(sent)
        else:
            self.hand_in(sent)
        if self.chance.random() < self.faults.duplicate:
            held.append(sent)

    def tell_all(self) -> None:
        self.hand_in(self.sign_bytes(ERROR_PAGE) if self.outage else self.listed(self.here(), is_complete=True))

    def post(self, sent: Sent) -> int:
        """What it answers; what staff were told before stays before them."""
        before = dict(self.troubles)
        status = self.hand_in(sent)
        self.troubles = before
        return status

    def hand_in(self, sent: Sent) -> int:
        """The list is read, looked at and booked, as far as it can be."""
        self.troubles.clear()
        given = Given(
            source_id=self.source_id,
            file=io.BytesIO(sent.body),
            file_name=sent.path,
            exported_at=datetime.fromisoformat(sent.headers["exported_at"]),
            actor="ana",
            is_complete=bool(sent.headers["complete"]),
        )
        key = self.of_ours.secret_key
        try:
            taken = taking.take_in(self.db, given, key, hasher_of(self.of_ours), self.clock)
        except Invalid as problem:
            self.troubles["list"] = f"{problem.field} {problem.message}"
            return UNFIT
        if taken.is_new:
            return self.book(taken.seen, sent.body)
        return TAKEN

    def book(self, seen: ImportSeen, body: bytes) -> int:
        booking.go_on(self.db, seen.id, self.clock)
        with self.db.read() as session:
            shown = file_imports.load(session, seen.id)
            refused = file_imports.refusals(session, seen.id)
        whose = list(csv.DictReader(io.StringIO(body.decode())))
        for one in refused:
            at = one.line - 2
            self.troubles[self.key_of_line(whose[at], at)] = f"{one.field} {one.reason}"
        if shown.refused and not shown.rows:
            booking.drop(self.db, seen.id, "ana", self.now)
            return UNFIT
        booking.confirm(self.db, seen.id, "ana", self.clock(), mine=True)
        booking.go_on(self.db, seen.id, self.clock)
        assert shown.preview is not None
        told = {one["id"]: one["after"] for one in shown.preview["campaigns"]}
        assert told == {campaign_id: self.counted(campaign_id) for campaign_id in told}
        return TAKEN

    def counted(self, campaign_id: int) -> int:
        with self.db.read() as session:
            return sum(total.amount for total in day_totals.load(session, campaign_id))

    def key_of_line(self, row: dict[str, str], at: int) -> str:
        since = row["Patronage Since Date"]
        muted = [k for k in self.mute if said(self.humans[k].arrangements[-1].anchor) == since]
        return muted[0] if muted else row["User ID"] or f"line {at + 2}"

    def clock(self) -> datetime:
        return self.now + timedelta(seconds=1)

    def kept(self, db: Database) -> list[tuple[int, str]]:
        with db.read() as session:
            seen = file_imports.listing(session, 1000)
        return [(one.id, one.digest) for one in seen if one.state is State.BOOKED]


def said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.000000")
