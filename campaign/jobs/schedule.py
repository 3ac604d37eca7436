"""Every job on one page: its name, what it does, when it runs, and the function of Runtime that does it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta

from campaign.accounts.sign_in import forget_old_attempts
from campaign.banner import ghost_page
from campaign.banner.mirror import Bucket, Mirror, target_of
from campaign.banner.publish import Publisher
from campaign.banner.purge import Cdn, Purger
from campaign.counting import previews, recounts
from campaign.counting.check import check
from campaign.counting.freeze import freeze_due
from campaign.counting.passage import recheck_due
from campaign.domain.campaign import EditorState
from campaign.domain.errors import CampaignTrackerError
from campaign.forecast.run import forecast_all
from campaign.ingest import api, endpoints, ghost_pages, imports, sign_up_form
from campaign.ingest.accounts import Accounts
from campaign.ingest.files import booking
from campaign.ingest.listing import list_all_events
from campaign.ingest.quarantine import set_apart_bursts
from campaign.ingest.sweep import sweep_all
from campaign.ingest.work import Worker
from campaign.jobs.job import Job
from campaign.jobs.loops import Loop, Nudge
from campaign.jobs.runner import Runner
from campaign.notify.alarms import raise_alarms
from campaign.notify.deliver import deliver_due
from campaign.runtime import Runtime
from campaign.store import campaigns, objects, sources
from campaign.store.changes import INBOX, PUBLIC, Changes


def book_passage(runtime: Runtime) -> str | None:
    """What time alone changes (grace, scheduled ends, openings) is booked."""
    asked = recheck_due(runtime.db, runtime.now())
    return f"{asked} people and payments looked at again" if asked else None


def recount_campaigns(runtime: Runtime) -> str | None:
    """Recounts that an edit or the prices of a source asked for are finished, and published once."""
    number = recounts.run_due(runtime.db, runtime.now())
    return f"{number} campaigns recounted" if number else None


def work_out_previews(runtime: Runtime) -> str | None:
    """Whoever waits to see what an edit would do to the number can see it."""
    number = previews.run_due(runtime.db, runtime.now())
    return f"{number} previews worked out" if number else None


def freeze_results(runtime: Runtime) -> str | None:
    """Campaigns whose count is finished have their result."""
    frozen = freeze_due(runtime.db, runtime.now())
    return f"the result of {', '.join(frozen)} stands" if frozen else None


def list_missed_events(runtime: Runtime) -> str:
    """Events that were never delivered are in the inbox."""
    listed = list_all_events(runtime.db, Accounts(runtime.db, runtime.settings), runtime.now())
    missed = sum(one.never_delivered for one in listed)
    return f"{sum(one.events for one in listed)} events listed, {missed} of them never delivered"


def sweep_sources(runtime: Runtime) -> str:
    """Everything the sources hold was held against what is known; the difference is reported, then taken in."""
    swept = sweep_all(runtime.db, Accounts(runtime.db, runtime.settings), runtime.now)
    calls = sum(one.calls for one in swept)
    return f"{len(swept)} sources swept with {calls} calls" if swept else "no source was imported yet"


def import_sources(runtime: Runtime) -> str | None:
    """Imports that staff asked for, or that were stopped, are gone on with."""
    number = imports.go_on(Accounts(runtime.db, runtime.settings), runtime.now)
    return f"{number} sources imported" if number else None


def tidy_endpoints(runtime: Runtime) -> str | None:
    """Signing secrets that ran out are forgotten, replaced endpoints deleted."""
    accounts = Accounts(runtime.db, runtime.settings)
    number = endpoints.tidy(accounts, runtime.settings.public_url, runtime.now())
    return f"{number} tidied" if number else None


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


def set_bursts_apart(runtime: Runtime) -> str | None:
    """Bursts of tiny or failing payments no longer count, by a recorded decision."""
    number = set_apart_bursts(runtime.db, runtime.now())
    return f"{number} payments set apart" if number else None


def import_files(runtime: Runtime) -> str | None:
    """Lists that were handed in are looked at, booked or undone, in short steps; one that was stopped goes on."""
    number = booking.run_due(runtime.db, runtime.now)
    return f"{number} lists worked on" if number else None


def prune(runtime: Runtime) -> str | None:
    """What only throttling needed is forgotten when it is old."""
    gone = forget_old_attempts(runtime.db, runtime.now())
    addresses = sign_up_form.forget_expired(runtime.db, runtime.now())
    api.forget_old_requests(runtime.db, runtime.now())
    words = [f"{gone} sign-in attempts forgotten"] if gone else []
    words += [f"{addresses} addresses forgotten that nobody confirmed"] if addresses else []
    return ", ".join(words) or None


def deliver(runtime: Runtime) -> str | None:
    """What was to be said to somebody outside is said, or noted as not said."""
    return deliver_due(runtime.db, runtime.settings, runtime.now)


def watch(runtime: Runtime) -> str | None:
    """What is wrong stands as alarms, and is told outside once."""
    return raise_alarms(runtime.db, runtime.settings, runtime.now())


def push_to_ghost(runtime: Runtime) -> str | None:
    """The pages at Ghost sites say what is published, as far as the sites may be written to."""
    accounts = Accounts(runtime.db, runtime.settings)
    public_url = runtime.settings.public_url
    came = ghost_pages.push_due(accounts, runtime.now(), lambda s, one: ghost_page.words_of(s, one, public_url))
    words = {"written": came.written, "taken back": came.taken_back, "failed: see “Kits”": came.failed}
    return ", ".join(f"{number} {what}" for what, number in words.items() if number) or None


def make_forecasts(runtime: Runtime) -> str | None:
    """Every running campaign has its forecast."""
    new = forecast_all(runtime.db, runtime.now())
    return f"news of {', '.join(new)}" if new else None


JOBS: tuple[Job, ...] = (
    Job("recheck", "books what time alone changes", book_passage, timedelta(minutes=5), every=timedelta(seconds=5)),
    Job(
        *("listing", "finds events that were never delivered", list_missed_events, timedelta(minutes=10)),
        every=timedelta(minutes=5),
    ),
    Job(
        *("sweep", "holds sources against what is known", sweep_sources, timedelta(hours=3)),
        daily_at=time(3, 10),
    ),
    Job(
        "preview",
        "works out what an edit would do",
        work_out_previews,
        timedelta(minutes=10),
        every=timedelta(seconds=1),
    ),
    Job("recount", "books what edits change", recount_campaigns, timedelta(hours=1), every=timedelta(seconds=2)),
    Job("freeze", "settles ended campaigns", freeze_results, timedelta(minutes=5), every=timedelta(minutes=1)),
    Job(
        *("bursts", "sets bursts of card tests apart", set_bursts_apart, timedelta(minutes=5)),
        every=timedelta(minutes=1),
    ),
    Job("check", "compares number, ledger and facts", check_numbers, timedelta(hours=1), every=timedelta(hours=1)),
    Job(
        *("source_import", "goes on with imports that were asked for", import_sources, timedelta(hours=6)),
        every=timedelta(seconds=5),
    ),
    Job(
        *("endpoints", "tidies secrets and endpoints of sources", tidy_endpoints, timedelta(minutes=5)),
        every=timedelta(minutes=1),
    ),
    Job("import", "books lists brought in as files", import_files, timedelta(hours=6), every=timedelta(seconds=2)),
    Job("deliver", "sends mail and alarms", deliver, timedelta(minutes=30), every=timedelta(seconds=5)),
    Job("watch", "raises alarms", watch, timedelta(minutes=5), every=timedelta(minutes=1)),
    Job("forecast", "tells how campaigns will end", make_forecasts, timedelta(minutes=10), every=timedelta(minutes=10)),
    Job(
        *("ghost_pages", "writes what is published into pages at Ghost", push_to_ghost, timedelta(minutes=10)),
        every=timedelta(minutes=1),
    ),
    Job("prune", "forgets what is too old to matter", prune, timedelta(minutes=5), every=timedelta(hours=1)),
)


def make_loops(runtime: Runtime, runner: Runner, stop: threading.Event) -> list[Loop]:
    """The loops of a leading jobs process. Raises Invalid.

    The environment's source is known from then on, and what a process that died was fetching is due at once.
    """
    db = runtime.db
    with db.write() as session:
        sources.ensure_from_env(session, runtime.settings, runtime.now())
        objects.release_leases(session)
    sign_up_form.ensure_source(db, runtime.settings, runtime.now())
    worker = Worker(db, Accounts(db, runtime.settings), runtime.now)
    publisher = Publisher(runtime.settings.public_url, runtime.public_dir)
    booked = Nudge()

    def work() -> int:
        in_hand = worker.step()
        if in_hand:
            booked.give()
        return in_hand

    def publish() -> int:
        report = publisher.publish_due(db, runtime.now())
        if report.problems:
            raise PublicFolderError("; ".join(report.problems))
        return 0

    return [
        Loop(
            *("inbox", "works off what was received", work),
            runner=runner,
            wakes=Changes(db, INBOX),
            stop=stop,
            idle_seconds=0.15,
            limit=timedelta(minutes=2),
        ),
        Loop(
            *("publisher", "publishes what changed", publish),
            runner=runner,
            wakes=booked,
            stop=stop,
            idle_seconds=0.2,
            limit=timedelta(minutes=2),
        ),
        *_mirrors(runtime, runner, stop),
    ]


def _mirrors(runtime: Runtime, runner: Runner, stop: threading.Event) -> list[Loop]:
    """What PUBLISH_TO and PURGE_URLS ask for: loops of their own, so that a slow bucket or CDN keeps nobody waiting."""
    settings = runtime.settings
    mirror = None
    loops: list[Loop] = []
    if settings.publish_to is not None:
        keys = Bucket(
            *("", "", settings.s3_endpoint, settings.aws_access_key_id, settings.aws_secret_access_key),
            settings.aws_region,
        )
        mirror = Mirror(target_of(settings.publish_to, keys))
        loops.append(_mirror_loop(runtime, runner, stop, mirror))
    if settings.purge_urls:
        loops.append(_purge_loop(runtime, runner, stop, mirror))
    return loops


def _mirror_loop(runtime: Runtime, runner: Runner, stop: threading.Event, mirror: Mirror) -> Loop:
    def follow() -> int:
        if problems := mirror.follow(runtime.db):
            raise PublicFolderError(f"PUBLISH_TO can't be written: {'; '.join(problems)}")
        return 0

    return _follower("mirror", "writes what is published to PUBLISH_TO", follow, runtime, runner, stop)


def _purge_loop(runtime: Runtime, runner: Runner, stop: threading.Event, mirror: Mirror | None) -> Loop:
    """Where a CDN fetches from PUBLISH_TO, a path is purged once it stands there."""
    settings = runtime.settings
    cdns = tuple(Cdn(url, settings.purge_method, settings.purge_header) for url in settings.purge_urls)
    purger = Purger(cdns) if mirror is None else Purger(cdns, mirror.has_written)

    def follow() -> int:
        if problems := purger.follow(runtime.db, runtime.now()):
            raise CdnError(f"PURGE_URLS: {'; '.join(problems)}")
        return 0

    return _follower("purge", "tells the CDN of PURGE_URLS what changed", follow, runtime, runner, stop)


def _follower(
    name: str, words: str, follow: Callable[[], int], runtime: Runtime, runner: Runner, stop: threading.Event
) -> Loop:
    """A loop that goes after what is published, woken by it."""
    wakes = Changes(runtime.db, PUBLIC)
    limit = timedelta(minutes=5)
    return Loop(name, words, follow, runner=runner, wakes=wakes, stop=stop, idle_seconds=1.0, limit=limit)


class PublicFolderError(CampaignTrackerError):
    """The public folder can't be written; readers are served from the database all the same."""


class CdnError(CampaignTrackerError):
    """A CDN did not take what it was told; it keeps what it has for as long as Cache-Control allows."""
