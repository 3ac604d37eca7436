"""Every job on one page: its name, what it does, when it runs, and the function of Runtime that does it."""

from __future__ import annotations

import threading
from datetime import timedelta

from campaign.counting.check import check
from campaign.counting.freeze import freeze_due
from campaign.counting.passage import recheck_due
from campaign.domain.campaign import EditorState
from campaign.jobs.job import Job
from campaign.jobs.loops import Loop
from campaign.jobs.runner import Runner
from campaign.runtime import Runtime
from campaign.store import campaigns


def book_passage(runtime: Runtime) -> str | None:
    """What time alone changes (grace, scheduled ends, openings) is booked."""
    asked = recheck_due(runtime.db, runtime.now())
    return f"{asked} people and payments looked at again" if asked else None


def freeze_results(runtime: Runtime) -> str | None:
    """Campaigns whose count is finished have their result."""
    frozen = freeze_due(runtime.db, runtime.now())
    return f"the result of {', '.join(frozen)} stands" if frozen else None


def check_numbers(runtime: Runtime) -> str:
    """Each live campaign's stored number is compared with its ledger, and its ledger with the facts."""
    with runtime.db.read() as session:
        live = [c for c in campaigns.all_campaigns(session) if c.state is EditorState.PUBLIC]
    wrong: list[str] = []
    for campaign in live:
        found = check(runtime.db, campaign.id, runtime.now()).found
        if found:
            wrong.append(f"{campaign.slug}: {len(found)} differences")
    return "; ".join(wrong) if wrong else f"{len(live)} campaigns checked, no difference"


JOBS: tuple[Job, ...] = (
    Job("recheck", "books what time alone changes", book_passage, timedelta(minutes=5), every=timedelta(seconds=5)),
    Job("freeze", "settles ended campaigns", freeze_results, timedelta(minutes=5), every=timedelta(minutes=1)),
    Job("check", "compares number, ledger and facts", check_numbers, timedelta(hours=1), every=timedelta(hours=1)),
)


def make_loops(runtime: Runtime, runner: Runner, stop: threading.Event) -> list[Loop]:
    """The loops of a leading jobs process."""
    return []
