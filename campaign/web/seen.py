"""`POST /g/<slug>/seen`: browsers tell of showings; 204 whatever was told, and nothing waits for the database."""

from __future__ import annotations

import json
import logging
import threading

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from campaign.banner.showings import MOST_BYTES, Gathering, read
from campaign.domain.errors import CampaignTrackerError
from campaign.runtime import Runtime
from campaign.web.shelf import Shelf

WRITE_EVERY_SECONDS = 5.0
_log = logging.getLogger(__name__)


def start_gathering(runtime: Runtime) -> Gathering:
    """A gathering that a thread of its own writes until the database is let go."""
    gathering = Gathering()
    _Writer(runtime, gathering).start()
    return gathering


def blueprint(shelf: Shelf, gathering: Gathering) -> Blueprint:
    """The route."""
    bp = Blueprint("seen", __name__)

    @bp.post("/g/<slug>/seen")
    def seen(slug: str) -> ResponseReturnValue:
        body = request.get_data(cache=False) if (request.content_length or 0) <= MOST_BYTES else b""
        told = read(slug, body, request.headers.get("User-Agent", ""))
        if told is not None and shelf.body(f"/g/{slug}.json") is not None:
            gathering.note(told, _stands_for(shelf, slug))
        answer = Response(status=204)
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return bp


def _stands_for(shelf: Shelf, slug: str) -> int:
    """How many page views one that was told stands for: where a tenth tells, ten."""
    rules = shelf.body(f"/g/{slug}/rules.json")
    share = json.loads(rules).get("say", 1) if rules else 1
    return max(1, round(1 / share))


class _Writer:
    def __init__(self, runtime: Runtime, gathering: Gathering) -> None:
        self._runtime = runtime
        self._gathering = gathering
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="seen", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._runtime.db.before_dispose(self._end)

    def _run(self) -> None:
        while not self._stop.wait(WRITE_EVERY_SECONDS):
            self._write()

    def _end(self) -> None:
        self._stop.set()
        self._thread.join(WRITE_EVERY_SECONDS)
        self._write()

    def _write(self) -> None:
        try:
            self._gathering.write(self._runtime.db, self._runtime.now())
        except CampaignTrackerError as error:
            _log.warning("showings wait to be written: %s", error)
        except Exception:  # noqa: BLE001 - the thread outlives whatever goes wrong; what is told is lossy by nature
            _log.exception("showings could not be written")
