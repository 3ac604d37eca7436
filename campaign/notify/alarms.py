"""Alarms: what is wrong is found once a minute, shown to staff, and posted to ALERT_WEBHOOK_URL once, then when over.

Facts only: jobs that fail, received things that are not counted, sources that are silent, mail that did not go out,
pages at Ghost that can't be written, a published number that fell or jumped. None of the texts holds anything about a
reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from campaign.domain.campaign import Campaign, EditorState
from campaign.notify.deliver import NotifySettings
from campaign.store import alarms, campaigns, ghost_pages, inbox, job_runs, outbox, publications, sources, sweeps
from campaign.store.alarms import Alarm
from campaign.store.engine import Database, Session

FAILURES_IN_A_ROW = 3
UNCOUNTED_FOR = timedelta(minutes=15)
SILENT_FOR = timedelta(hours=36)
"""A source that was swept once is swept each night; longer than this means that a night was missed."""
UNWRITTEN_FOR = timedelta(hours=1)
"""A page at Ghost that can't be written for longer is told; what passes by itself is not."""
JUMP_WITHIN = timedelta(hours=1)
JUMP_PERCENT = 5
"""Of the target: a published number that moves by more within an hour is told, whichever way it went."""

JUMP = "jump"
KIND = "alarm"


def raise_alarms(db: Database, settings: NotifySettings, now: datetime) -> str | None:
    """What is wrong now stands as alarms; what is new, and what is over, is told outside."""
    with db.write() as session:
        wrong = dict(_wrong(session, now))
        before = {alarm.key: alarm for alarm in alarms.standing(session)}
        for key, text in wrong.items():
            alarms.stand(session, key, text, now)
            if key not in before:
                _tell(session, settings, key, text, "raised", now)
        over = [alarm for key, alarm in before.items() if key not in wrong]
        for alarm in over:
            alarms.end(session, alarm.key)
            if not alarm.key.startswith(f"{JUMP}:"):
                _tell(session, settings, alarm.key, f"Over: {alarm.text}", "over", now)
    new = len(wrong.keys() - before.keys())
    return f"{new} raised, {len(over)} over" if new or over else None


def standing(db: Database) -> list[Alarm]:
    """What is wrong now, for staff."""
    with db.read() as session:
        return alarms.standing(session)


def _tell(session: Session, settings: NotifySettings, key: str, text: str, state: str, now: datetime) -> None:
    if settings.alert_webhook_url is None:
        return
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    values: dict[str, Any] = {"v": 1, "text": text, "state": state, "key": key, "at": at, "from": settings.public_url}
    outbox.put(
        session,
        settings.secret_key,
        outbox.WEBHOOK,
        KIND,
        to=settings.alert_webhook_url,
        values=values,
        now=now,
        expires_at=now + timedelta(days=1),
    )


def _wrong(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    for run in job_runs.list_runs(session):
        if run.failures_in_a_row >= FAILURES_IN_A_ROW:
            yield f"job:{run.name}", f"The job “{run.name}” has failed {run.failures_in_a_row} times in a row."
    waiting_since = inbox.waiting_since(session)
    if waiting_since is not None and now - waiting_since > UNCOUNTED_FOR:
        yield "inbox", f"What was received since {_clock(waiting_since)} is not counted yet."
    yield from _silent_sources(session, now)
    if unsaid := outbox.number_in(session, outbox.FAILED, outbox.UNSURE):
        yield "outbox", f"{unsaid} messages did not go out, or may not have."
    yield from _unwritten_pages(session, now)
    for campaign in campaigns.all_campaigns(session):
        if campaign.state is EditorState.PUBLIC:
            yield from _jumps(session, campaign, now)


def _silent_sources(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    for source in sources.listing(session):
        if not source.enabled or source.kind not in sources.ASKED:
            continue
        last = sweeps.last_finished(session, source.id, sweeps.SWEEP, sweeps.IMPORT)
        if last is not None and now - last.began_at > SILENT_FOR:
            yield f"source:{source.slug}", f"{source.name} was last compared at {_clock(last.began_at)}."


def _unwritten_pages(session: Session, now: datetime) -> Iterator[tuple[str, str]]:
    for page in ghost_pages.every(session):
        if page.failing_since is not None and now - page.failing_since > UNWRITTEN_FOR:
            of, since = campaigns.load(session, page.campaign_id), _clock(page.failing_since)
            yield (
                f"ghost:{of.slug}",
                f"The page of “{of.name}” at Ghost can’t be written since {since}: {page.problem}.",
            )


def _jumps(session: Session, campaign: Campaign, now: datetime) -> Iterator[tuple[str, str]]:
    last = publications.last_snapshot(session, campaign.id)
    earlier = publications.snapshot_at(session, campaign.id, now - JUMP_WITHIN)
    if last is None or earlier is None:
        return
    new, old = last.body.get("value"), earlier.body.get("value")
    if not isinstance(new, int) or not isinstance(old, int) or abs(new - old) * 100 <= campaign.target * JUMP_PERCENT:
        return
    went = "rose" if new > old else "fell"
    unit = f" {campaign.currency} in minor units" if campaign.kind == "amount" else ""
    yield f"{JUMP}:{campaign.slug}", f"The number of “{campaign.name}” {went} from {old} to {new}{unit} within an hour."


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
