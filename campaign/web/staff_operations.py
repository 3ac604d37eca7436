"""Keeping the machine going: inbox, jobs, payments set apart."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import operations, overview
from campaign.domain.staff import Role
from campaign.ingest import quarantine
from campaign.runtime import Runtime
from campaign.web import staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/inbox", pages.inbox)
    route(bp, "/inbox/retry", pages.retry, methods=("POST",))
    route(bp, "/inbox/retry-all", pages.retry_all, methods=("POST",))
    route(bp, "/bursts/<int:burst_id>/undo", pages.undo_burst, methods=("POST",))
    route(bp, "/jobs", pages.jobs)
    route(bp, "/jobs/<name>/run", pages.run_job, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.VIEWER)
    def inbox(self) -> ResponseReturnValue:
        return page("inbox.html", view=operations.inbox_page(self._db), now=self._runtime.now())

    @needs(Role.EDITOR)
    def retry(self) -> ResponseReturnValue:
        form = request.form
        source_id = form.get("source_id", 0, type=int)
        actor = staff_sessions.staff().email
        kind, key = form.get("kind", ""), form.get("key", "")
        operations.retry(self._db, source_id, kind, key, actor=actor, now=self._runtime.now())
        return done(f"{kind} {key} is being fetched again.", "inbox")

    @needs(Role.EDITOR)
    def retry_all(self) -> ResponseReturnValue:
        number = operations.retry_all(self._db, actor=staff_sessions.staff().email, now=self._runtime.now())
        return done(f"{number} objects are being fetched again." if number else "Nothing was stuck.", "inbox")

    @needs(Role.EDITOR)
    def undo_burst(self, burst_id: int) -> ResponseReturnValue:
        quarantine.undo_set_apart(self._db, burst_id, staff_sessions.staff().email, self._runtime.now())
        return done("These payments count again, and the rule leaves them alone.", "sources")

    @needs(Role.VIEWER)
    def jobs(self) -> ResponseReturnValue:
        return page("jobs.html", health=overview.health_of(self._db, self._runtime.now()), now=self._runtime.now())

    @needs(Role.EDITOR)
    def run_job(self, name: str) -> ResponseReturnValue:
        operations.run_job(self._db, name, actor=staff_sessions.staff().email, now=self._runtime.now())
        return done(f"“{name}” is asked for; it begins within a second or two.", "jobs")
