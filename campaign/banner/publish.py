"""Publishing: the stored totals become every public file, once per change (T3)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from campaign.banner import beside, folder
from campaign.banner.files import files_of, picture_paths
from campaign.banner.kept import before_of, kept_body
from campaign.banner.snapshot import Snapshot, take
from campaign.domain.campaign import Campaign, EditorState
from campaign.domain.errors import CampaignTrackerError, DatabaseUnavailable
from campaign.store import (
    batches,
    campaigns,
    changes,
    day_totals,
    forecasts,
    inbox,
    ledger,
    public_facts,
    publications,
)
from campaign.store.engine import Database, Session
from campaign.store.publications import Body

LEAST_BETWEEN = timedelta(milliseconds=250)
"""Between two publications of one campaign."""
LEAST_BETWEEN_REFRESHES = timedelta(seconds=5)
"""While a delivery waits long, `as_of` stays old; that alone is not asked every quarter of a second."""
LEAST_BETWEEN_PICTURES = timedelta(seconds=30)
"""Drawing costs more than words; pictures say when they were true."""
OLDEST_PICTURE = timedelta(minutes=5)
REFRESH_AFTER = timedelta(seconds=60)
"""So old may `as_of` become before it is published again without any change."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What one round has published (slugs), and what went wrong beside it: the public folder can't be written."""

    published: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the last pictures of a campaign say, and when they were drawn."""

    said: tuple[Any, ...]
    at: datetime
    again_at: datetime
    """When they are drawn again."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What this publisher knows of its last publication of a campaign."""

    signature: tuple[Any, ...]
    at: datetime
    as_of: datetime
    again_at: datetime | None
    """When time alone changes what is shown."""
    drawn: _Drawn
    echo: bool
    """The number changed within the second of the `as_of` before, which open pages therefore do not take."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """Rendered, not yet published: valid as long as the campaign's files have the version it was made after."""

    campaign: Campaign
    files: list[Body]
    after_version: int
    snapshot: Snapshot | None = None
    drawn: _Drawn | None = None
    keep: frozenset[str] = frozenset()
    signature: tuple[Any, ...] = ()
    echo: bool = False
    is_new: bool = False
    body: dict[str, Any] = field(default_factory=dict[str, Any])


class Publisher:
    """Publishes what is due. One lives in the jobs process; others (a shell, a test) do no harm beside it."""

    def __init__(self, public_url: str, public_dir: Path) -> None:
        self._public_url = public_url
        self._public_dir = public_dir
        self._seen: dict[int, _Seen] = {}
        self._folder_agrees = False

    def publish_due(self, db: Database, now: datetime) -> Report:
        """Every public campaign whose number, words or stage changed, or whose `as_of` is old, is published once.

        Campaigns of a running batch wait until it is complete; drafts and archived ones are taken back.
        Raises DatabaseUnavailable; a public folder that can't be written is only reported.
        """
        return self._publish(db, now, only=None)

    def publish_now(self, db: Database, now: datetime, campaign_id: int) -> Report:
        """The same for one campaign, whether due or not; a running batch still holds it back."""
        self._seen.pop(campaign_id, None)
        return self._publish(db, now, only=campaign_id)

    def _publish(self, db: Database, now: datetime, only: int | None) -> Report:
        problems: list[str] = []
        done: list[str] = []
        for draft in self._drafts(db, now, only, problems):
            changed = _keep(db, draft, now)
            if changed is not None:
                self._remember(draft, now)
            if changed:
                done.append(draft.campaign.slug)
        problems += self._write_folder(db, done)
        return Report(tuple(done), tuple(problems))

    def _drafts(self, db: Database, now: datetime, only: int | None, problems: list[str]) -> list[_Draft]:
        """What is due, rendered. One campaign that can't be rendered is a problem told; the others are published."""
        drafts: list[_Draft] = []
        with db.read() as session:
            held, all_held = batches.held_campaigns(session, now)
            with_files = publications.campaigns_with_files(session)
            sums = publications.total_sums(session)
            everywhere = campaigns.all_campaigns(session)
            for campaign in everywhere:
                if only not in (None, campaign.id):
                    continue
                if campaign.state is not EditorState.PUBLIC:
                    if campaign.id in with_files:
                        drafts.append(_Draft(campaign, [], publications.last_version(session, campaign.id)))
                    continue
                signature = (
                    campaign.version,
                    sums.get(campaign.id),
                    ledger.last_entry_id(session, campaign.id),
                    *beside.signature(session, campaign, everywhere),
                )
                if all_held or campaign.id in held or not self._is_due(campaign.id, signature, now):
                    continue
                try:
                    drafts.append(self._draft(session, campaign, signature, now, everywhere))
                except (
                    CampaignTrackerError,
                    ArithmeticError,
                    LookupError,
                    TypeError,
                    ValueError,
                    TemplateError,
                ) as error:
                    if isinstance(error, DatabaseUnavailable):
                        raise
                    problems.append(f"{campaign.slug} can't be rendered: {error!r}")
                    _log.exception("%s can't be rendered", campaign.slug)
        return drafts

    def _is_due(self, campaign_id: int, signature: tuple[Any, ...], now: datetime) -> bool:
        seen = self._seen.get(campaign_id)
        if seen is None:
            return True
        if timedelta(0) <= now - seen.at < LEAST_BETWEEN:
            return False
        return (
            signature != seen.signature
            or (now - seen.as_of >= REFRESH_AFTER and now - seen.at >= LEAST_BETWEEN_REFRESHES)
            or (seen.again_at is not None and now >= seen.again_at)
            or (seen.echo and now.replace(microsecond=0) > seen.as_of)
        )

    def _draft(
        self,
        session: Session,
        campaign: Campaign,
        signature: tuple[Any, ...],
        now: datetime,
        everywhere: list[Campaign],
    ) -> _Draft:
        last = publications.last_snapshot(session, campaign.id)
        before = before_of(session, campaign, last)
        after_version = publications.last_version(session, campaign.id)
        snapshot = take(campaign, day_totals.load(session, campaign.id), before, inbox.waiting_since(session), now)
        snapshot = replace(
            snapshot,
            checks=public_facts.checks_of(session, campaign),
            corrections=tuple(ledger.public_corrections(session, campaign.id)),
            price=public_facts.join_price(session, campaign),
            offers=public_facts.offers(session, campaign),
            signs_up=public_facts.signs_up_here(session, campaign),
            forecast=forecasts.range_for_readers(session, campaign.id),
            last_entry_id=ledger.last_entry_id(session, campaign.id),
        )
        snapshot = beside.with_beside(session, snapshot, everywhere, now)
        body = kept_body(snapshot, self._public_url)
        drawn, is_drawn = self._draw(snapshot, body, now)
        echo = before is not None and before.value != snapshot.value and before.as_of >= snapshot.as_of
        return _Draft(
            campaign=campaign,
            files=files_of(snapshot, self._public_url, pictures=is_drawn),
            after_version=after_version,
            snapshot=snapshot,
            drawn=drawn,
            keep=frozenset() if is_drawn else picture_paths(campaign),
            signature=signature,
            echo=echo,
            is_new=last is None or dict(last.body) != body,
            body=body,
        )

    def _draw(self, snapshot: Snapshot, body: dict[str, Any], now: datetime) -> tuple[_Drawn, bool]:
        """What the pictures will say, and whether they are drawn now: when they say something else, or are old."""
        look = snapshot.campaign.look
        said = (snapshot.campaign.name, look.theme, snapshot.shown, body["value"], body["words"])
        seen = self._seen.get(snapshot.campaign.id)
        last = seen.drawn if seen is not None else None
        if last is not None:
            again_at = last.at + (OLDEST_PICTURE if said == last.said else LEAST_BETWEEN_PICTURES)
            if now < again_at:
                return _Drawn(last.said, last.at, again_at), False
        return _Drawn(said, now, now + OLDEST_PICTURE), True

    def _remember(self, draft: _Draft, now: datetime) -> None:
        snapshot = draft.snapshot
        if snapshot is None or draft.drawn is None:
            self._seen.pop(draft.campaign.id, None)
            return
        hold = draft.campaign.hold
        times = (snapshot.until, snapshot.day_ends_at, hold.until if hold else None, draft.drawn.again_at)
        moments = [m for m in times if m is not None and m > now]
        self._seen[draft.campaign.id] = _Seen(
            signature=draft.signature,
            at=now,
            as_of=snapshot.as_of,
            again_at=min(moments, default=None),
            echo=draft.echo,
            drawn=draft.drawn,
        )

    def _write_folder(self, db: Database, done: list[str]) -> list[str]:
        """The folder agrees with what is published; all of it after a start and after a failure, else what is new."""
        if self._folder_agrees and not done:
            return []
        with db.read() as session:
            files = publications.newer_than(session, self._folder_version if self._folder_agrees else 0)
        problems = folder.write(self._public_dir, files)
        self._folder_version = max((f.version for f in files), default=self._folder_version)
        self._folder_agrees = not problems
        if problems:
            _log.error("the public folder %s can't be written: %s", self._public_dir, "; ".join(problems))
        return problems

    _folder_version = 0


def _keep(db: Database, draft: _Draft, now: datetime) -> int | None:
    """The draft is published; how many files it changed. None where somebody published since it was made."""
    campaign_id = draft.campaign.id
    with db.write() as session:
        publications.lock(session)
        if publications.last_version(session, campaign_id) != draft.after_version:
            return None
        changed = publications.put(session, campaign_id, draft.files, now, draft.keep)
        snapshot = draft.snapshot
        if snapshot is not None and draft.is_new:
            publications.keep_snapshot(
                session,
                campaign_id,
                as_of=snapshot.as_of,
                body=draft.body,
                last_entry_id=snapshot.last_entry_id,
                now=now,
            )
        if changed:
            changes.announce(session, changes.PUBLIC)
    return changed
