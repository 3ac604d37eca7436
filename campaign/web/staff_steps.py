"""What a campaign shows beside its one number: steps with promises, a campaign shown together with it, a match."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.domain.steps import MOST_STEPS, Match, Step
from campaign.runtime import Runtime
from campaign.web import staff_fields as fields
from campaign.web import staff_sessions
from campaign.web.staff_forms import ReasonForm
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

EMPTY_ROWS = 2
"""Rows for steps yet to be typed."""


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/campaigns/<slug>/steps", pages.steps, methods=("GET", "POST"))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.EDITOR)
    def steps(self, slug: str) -> ResponseReturnValue:
        base = campaigns.find(self._db, slug)
        form = ReasonForm()
        form.reason.validators = ()
        problem, status = "", 200
        if form.is_submitted() and form.validate():
            try:
                typed = read_steps(request.form.to_dict(), base)
                actor, now = staff_sessions.staff().email, self._runtime.now()
                campaigns.change(self._db, typed, actor=actor, reason=form.reason.data, now=now)
                return done("Saved.", "steps", slug=slug)
            except Invalid as error:
                problem, status = error.message, 400
            except Conflict as error:
                problem, status = str(error), 409
        others = [item.campaign for item in campaigns.everything(self._db) if item.campaign.id != base.id]
        shown = request.form if form.is_submitted() else written(base)
        return page("steps.html", status, campaign=base, form=form, problem=problem, others=others, shown=shown,
                    rows=_rows(shown), is_money=base.kind is GoalKind.AMOUNT)  # fmt: skip


def read_steps(sent: dict[str, str], base: Campaign) -> Campaign:
    """The campaign with the steps, the linked campaign and the match as typed. Raises Invalid."""
    version, linked = sent.get("version", ""), sent.get("linked", "")
    if not version.isdecimal() or len(version) > 9:
        raise Invalid("version", "Load the page again.")
    return replace(
        base,
        version=int(version),
        ladder=tuple(sorted(_ladder(sent, base), key=lambda step: step.at)),
        linked_id=int(linked) if linked.isdecimal() else None,
        match=_match(sent, base),
    )


def written(campaign: Campaign) -> dict[str, str]:
    """What the form shows of a campaign."""
    values = {"linked": str(campaign.linked_id or ""), "version": str(campaign.version)}
    for number, step in enumerate(campaign.ladder):
        values[f"step.{number}.at"] = _number_text(campaign, step.at)
        values |= {f"step.{number}.{language}": step.promise.get(language, "") for language in campaign.languages}
    match = campaign.match
    if match is not None:
        values |= {
            "match_sponsor": match.sponsor,
            "match_cap": fields.write_money(match.cap_minor, campaign.currency),
            "match_starts_on": match.starts_on.isoformat(),
            "match_ends_on": match.ends_on.isoformat(),
            "match_tag": match.tag,
        }
    return values


def _rows(shown: Any) -> range:
    """A row for each step, and some empty ones."""
    used = [n for n in range(MOST_STEPS) if any(shown.get(f"step.{n}.{part}") for part in ("at",))]
    return range(min(MOST_STEPS, (max(used) + 1 if used else 0) + EMPTY_ROWS))


def _ladder(sent: dict[str, str], base: Campaign) -> list[Step]:
    steps: list[Step] = []
    for number in range(MOST_STEPS):
        at = sent.get(f"step.{number}.at", "").strip()
        told = {language: sent.get(f"step.{number}.{language}", "").strip() for language in base.languages}
        promise = {language: text for language, text in told.items() if text}
        if at:
            steps.append(Step(_read_number("ladder", at, base), promise))
        elif promise:
            raise Invalid("ladder", "Say at which number the promise is kept.")
    return steps


def _match(sent: dict[str, str], base: Campaign) -> Match | None:
    sponsor = sent.get("match_sponsor", "").strip()
    if not sponsor:
        return None
    return Match(
        sponsor,
        _read_number("match_cap", sent.get("match_cap", ""), base),
        _day("match_starts_on", sent),
        _day("match_ends_on", sent),
        sent.get("match_tag", "").strip().lower() or "match",
    )


def _day(name: str, sent: dict[str, str]) -> date:
    try:
        return date.fromisoformat(sent.get(name, ""))
    except ValueError:
        raise Invalid(name, "Say from which day to which day gifts are matched.") from None


def _read_number(name: str, typed: str, campaign: Campaign) -> int:
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is not None:
        return fields.read_money(name, typed, campaign.currency)
    return fields.read_number(name, typed)


def _number_text(campaign: Campaign, value: int) -> str:
    return fields.write_money(value, campaign.currency) if campaign.kind is GoalKind.AMOUNT else str(value)
