"""What readers' browsers tell, gathered in memory and written in batches. No cookie, no identifier, no address."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from campaign.domain.about import article_of
from campaign.store import showings
from campaign.store.engine import Database
from campaign.store.showings import CLICKED, Told

MOST_BYTES = 400
MOST_KEYS = 5_000
"""Different things told between two writes; more are dropped, so that nobody can fill the memory."""
_WHAT = re.compile(
    r"shown|thanked|close[0-2]|off|dates|member|closed|quiet|blind|most|day|"
    r"(?:not|only)-(?:sections|tags|paths|languages|countries)"
)
_VARIANT = re.compile(r"(?:[a-z][0-9]{0,2})?")
_BOT = re.compile(
    r"bot|crawl|spider|slurp|preview|headless|lighthouse|pingdom|monitor|facebookexternalhit|curl|wget|python|httpx",
    re.IGNORECASE,
)


def read(slug: str, body: bytes, agent: str) -> Told | None:
    """What was told, "what,variant,article"; None for what no browser of ours says, and for bots."""
    if len(body) > MOST_BYTES or not agent or _BOT.search(agent):
        return None
    what, _, rest = body.decode("utf-8", "replace").partition(",")
    variant, _, article = rest.partition(",")
    if not _WHAT.fullmatch(what) or not _VARIANT.fullmatch(variant):
        return None
    return Told(slug, what, variant, article_of(article))


def clicked(slug: str, passed: Mapping[str, str], agent: str, purpose: str) -> Told | None:
    """A press of the button, under which words and article; None for bots and for a browser that only looks ahead."""
    if not agent or _BOT.search(agent) or "prefetch" in purpose:
        return None
    variant = passed.get("v", "")
    return Told(slug, CLICKED, variant if _VARIANT.fullmatch(variant) else "", passed.get("a", ""))


class Gathering:
    """Sums in this process's memory until they are written; those of a process that dies are lost."""

    def __init__(self) -> None:
        self._told: Counter[Told] = Counter()
        self._lock = threading.Lock()

    def note(self, told: Told, times: int = 1) -> None:
        """One more was told; `times`: how many page views it stands for, where only a part tells."""
        with self._lock:
            if told in self._told or len(self._told) < MOST_KEYS:
                self._told[told] += times

    def write(self, db: Database, now: datetime) -> int:
        """What was gathered is in the database; how many sums grew. Raises DatabaseUnavailable, then it is kept."""
        with self._lock:
            told, self._told = self._told, Counter()
        if not told:
            return 0
        try:
            with db.write() as session:
                return showings.add(session, told, now)
        except Exception:
            with self._lock:
                for one, number in told.items():
                    if len(self._told) < MOST_KEYS:
                        self._told[one] += number
            raise
