"""Looking at campaigns: the list, the overview, the ledger, one entry, what was published, versions."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns, entries, overview
from campaign.dashboard.causes import KINDS
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.domain.standing import EntryKind
from campaign.runtime import Runtime
from campaign.web.staff_forms import HoldForm
from campaign.web.staff_page import page
from campaign.web.staff_sessions import needs, route


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/", pages.campaign_list)
    route(bp, "/campaigns/<slug>", pages.campaign)
    route(bp, "/campaigns/<slug>/entries", pages.ledger)
    route(bp, "/campaigns/<slug>/entries/<int:entry_id>", pages.entry)
    route(bp, "/campaigns/<slug>/published", pages.published)
    route(bp, "/campaigns/<slug>/versions", pages.versions)


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.VIEWER)
    def campaign_list(self) -> ResponseReturnValue:
        return page("campaigns.html", listed=campaigns.everything(self._db), now=self._runtime.now())

    @needs(Role.VIEWER)
    def campaign(self, slug: str) -> ResponseReturnValue:
        now = self._runtime.now()
        view = overview.overview_of(self._db, slug, now)
        sends_mail = self._runtime.settings.smtp_url is not None
        return page(
            "campaign.html", view=view, campaign=view.campaign, now=now, hold_form=HoldForm(), sends_mail=sends_mail
        )

    @needs(Role.VIEWER)
    def ledger(self, slug: str) -> ResponseReturnValue:
        kind, day = request.args.get("kind", ""), request.args.get("day", "")
        before = request.args.get("before", type=int)
        view = entries.ledger_page(
            self._db,
            slug,
            before_id=before if before is not None and before < 2**62 else None,
            kind=EntryKind(kind) if kind in list(EntryKind) else None,
            day=_day(day),
        )
        return page("ledger.html", view=view, campaign=view.campaign, kinds=KINDS, kind=kind, day=day)

    @needs(Role.VIEWER)
    def entry(self, slug: str, entry_id: int) -> ResponseReturnValue:
        view = entries.entry_page(self._db, slug, entry_id)
        return page("entry.html", view=view, campaign=view.campaign)

    @needs(Role.VIEWER)
    def published(self, slug: str) -> ResponseReturnValue:
        asked = request.args.get("at", "")
        before = request.args.get("before", type=int)
        view = entries.published_page(self._db, slug, before_id=before, local_time=_local_time(asked))
        return page("published.html", view=view, campaign=view.campaign, asked=asked)

    @needs(Role.VIEWER)
    def versions(self, slug: str) -> ResponseReturnValue:
        view = campaigns.histories(self._db, slug)
        return page("versions.html", view=view, campaign=view.campaign)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid("day", "This is not a day; choose one like 2025-11-03.") from None


def _local_time(typed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=None) if typed else None
    except ValueError:
        raise Invalid("at", "This is not a time; choose one like 2025-11-03 14:00.") from None
