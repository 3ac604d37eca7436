"""Will we make it: the page of a campaign's forecast, planned pushes, and whether readers are told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns, forecasts
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Invalid
from campaign.domain.staff import Role
from campaign.runtime import Runtime
from campaign.web import staff_fields, staff_sessions
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route


class PushForm(staff_fields.Form):
    """A push that staff plan."""

    day = staff_fields.day("Day")
    size = staff_fields.text("How much you expect of it", "People, or money in a campaign for money.", longest=20)
    note = staff_fields.text("What it is", "For instance: letter to former members.", longest=200)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/forecast", pages.forecast)
    route(bp, "/campaigns/<slug>/pushes", pages.plan_push, methods=("POST",))
    route(bp, "/campaigns/<slug>/pushes/<int:push_id>/withdraw", pages.withdraw_push, methods=("POST",))
    route(bp, "/campaigns/<slug>/forecast/readers", pages.show_forecast, methods=("POST",))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.VIEWER)
    def forecast(self, slug: str) -> ResponseReturnValue:
        return self._page(slug, PushForm())

    @needs(Role.EDITOR)
    def plan_push(self, slug: str) -> ResponseReturnValue:
        campaign, form = campaigns.find(self._db, slug), PushForm()
        if not form.validate_on_submit():
            return self._page(slug, form, 400)
        try:
            forecasts.plan_push(
                self._db,
                slug,
                form.day.data,
                _size(campaign, form.size.data),
                form.note.data,
                actor=staff_sessions.staff().email,
                now=self._runtime.now(),
            )
        except Invalid as problem:
            field = form._fields.get(problem.field) or form.note
            field.errors = [*field.errors, problem.message]
            return self._page(slug, form, 400)
        return done("The push is planned; the forecast takes it in within a minute.", "forecast", slug=slug)

    @needs(Role.EDITOR)
    def withdraw_push(self, slug: str, push_id: int) -> ResponseReturnValue:
        actor = staff_sessions.staff().email
        forecasts.withdraw_push(self._db, slug, push_id, actor=actor, now=self._runtime.now())
        return done("The push is no longer planned.", "forecast", slug=slug)

    @needs(Role.EDITOR)
    def show_forecast(self, slug: str) -> ResponseReturnValue:
        is_public = request.form.get("show") == "yes"
        actor = staff_sessions.staff().email
        forecasts.show_to_readers(self._db, slug, is_public=is_public, actor=actor, now=self._runtime.now())
        words = "Readers see the range on the campaign’s page." if is_public else "Readers no longer see a forecast."
        return done(words, "forecast", slug=slug)

    def _page(self, slug: str, form: Any, status: int = 200) -> ResponseReturnValue:
        now = self._runtime.now()
        view = forecasts.forecast_page(self._db, slug, now)
        return page("forecast.html", status, campaign=view.campaign, outlook=view.outlook, form=form, now=now)


def _size(campaign: Campaign, typed: str) -> int:
    """How much is expected of a push, in the campaign's own unit. Raises Invalid."""
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is not None:
        return staff_fields.read_money("size", typed, campaign.currency)
    return staff_fields.read_number("size", typed)
