"""What staff do to the number: adjust, take back, check, hold and release."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from campaign.counting import adjust as counting_adjust
from campaign.counting.check import check
from campaign.dashboard import campaigns, entries, overview
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_fields, staff_sessions
from campaign.web.staff_forms import AdjustForm, HoldForm, ReasonForm
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/adjust", pages.adjust, methods=("GET", "POST"))
    route(bp, "/campaigns/<slug>/entries/<int:entry_id>/take-back", pages.take_back, methods=("GET", "POST"))
    route(bp, "/campaigns/<slug>/check", pages.check_now, methods=("POST",))
    route(bp, "/campaigns/<slug>/hold", pages.hold, methods=("POST",))
    route(bp, "/campaigns/<slug>/release", pages.release, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.EDITOR)
    def adjust(self, slug: str) -> ResponseReturnValue:
        campaign, form = campaigns.find(self._db, slug), AdjustForm()
        if not form.validate_on_submit():
            return page("adjust.html", 400 if form.errors else 200, campaign=campaign, form=form)
        try:
            campaigns.adjust_number(
                self._db,
                slug,
                _amount(campaign, form.amount.data),
                reason=form.reason.data,
                public=form.public.data,
                author=staff_sessions.staff().email,
                now=self._runtime.now(),
            )
        except Invalid as problem:
            _put(form, problem)
            return page("adjust.html", 400, campaign=campaign, form=form)
        return done("The adjustment is booked.", "campaign", slug=slug)

    @needs(Role.EDITOR)
    def take_back(self, slug: str, entry_id: int) -> ResponseReturnValue:
        view, form = entries.entry_page(self._db, slug, entry_id), ReasonForm()
        if not form.validate_on_submit():
            return page("take_back.html", 400 if form.errors else 200, view=view, campaign=view.campaign, form=form)
        author = staff_sessions.staff().email
        counting_adjust.reverse_adjustment(self._db, entry_id, form.reason.data, author, self._runtime.now())
        return done("The adjustment is taken back.", "campaign", slug=slug)

    @needs(Role.EDITOR)
    def check_now(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._db, slug)
        report = check(self._db, campaign.id, self._runtime.now(), actor=staff_sessions.staff().email)
        if report.found:
            return done(f"{len(report.found)} differences were found.", "campaign", "bad", slug=slug)
        return done("No difference: the number is what the facts say.", "campaign", slug=slug)

    @needs(Role.EDITOR)
    def hold(self, slug: str) -> ResponseReturnValue:
        campaign, form = campaigns.find(self._db, slug), HoldForm()
        now = self._runtime.now()
        if form.validate_on_submit():
            until = staff_fields.instant(form.until.data, campaign.zone)
            try:
                counting_adjust.hold(self._db, campaign.id, until, form.reason.data, staff_sessions.staff().email, now)
                return done("Readers keep seeing the number as it is.", "campaign", slug=slug)
            except Invalid as problem:
                _put(form, problem)
        view = overview.overview_of(self._db, slug, now)
        return page("campaign.html", 400, view=view, campaign=view.campaign, now=now, hold_form=form)

    @needs(Role.EDITOR)
    def release(self, slug: str) -> ResponseReturnValue:
        campaign = campaigns.find(self._db, slug)
        counting_adjust.release(self._db, campaign.id, staff_sessions.staff().email, self._runtime.now())
        return done("The published number follows the ledger again.", "campaign", slug=slug)


def _amount(campaign: Campaign, typed: str) -> int:
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is not None:
        return staff_fields.read_money("amount", typed, campaign.currency, signed=True)
    return staff_fields.read_number("amount", typed, signed=True)


def _put(form: Any, problem: Invalid) -> None:
    field = form._fields.get(problem.field) or form.reason
    field.errors = [*field.errors, problem.message]
