"""Holding the number against the newsroom's own list, before going live and whenever somebody doubts it."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns
from campaign.domain.campaign import Campaign
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.ingest.addresses import hasher_of
from campaign.ingest.own_list import Comparison, compare
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_page import page
from campaign.web.staff_sessions import needs, route

SHOWN = 200
"""Differences on the page; all of them are in the download."""


class CompareForm(fields.Form):
    """The list itself is a file beside these fields."""


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/compare", pages.compare, methods=("GET", "POST"))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.EDITOR)
    def compare(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._db, slug)
        form, found, problem = CompareForm(), None, ""
        if form.validate_on_submit():
            try:
                found = self._compared(campaign)
            except Invalid as error:
                problem = error.message
        if found is not None and request.form.get("step") == "download":
            return _download(found, slug)
        kept = campaigns.comparisons(self._db, campaign.id)
        return page("compare.html", 400 if problem else 200, campaign=campaign, form=form, found=found, problem=problem,
                    kept=kept, shown=SHOWN, now=self._runtime.now())  # fmt: skip

    def _compared(self, campaign: Campaign) -> Comparison:
        """What the list that was sent says. Raises Invalid."""
        sent = request.files.get("list")
        if sent is None or not sent.filename:
            raise Invalid("file", "Choose the list first: a CSV file with a column of e-mail addresses.")
        actor, now = staff_sessions.staff().email, self._runtime.now()
        hashed = hasher_of(self._runtime.settings)
        return compare(self._db, campaign, sent.read(), sent.filename, hashed, actor, now)


def _download(found: Comparison, slug: str) -> Response:
    """The differences as a list: by the line in the newsroom's own list, and never an address."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["side", "line of your list", "supporter here", "why"])
    for one in found.differences:
        rows.writerow([one.side, one.line or "", one.person or "", one.reason])
    answer = Response(out.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="differences-{slug}.csv"'
    return answer
