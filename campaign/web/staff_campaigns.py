"""Making and changing campaigns: the form, its preview, the words of each stage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from campaign.dashboard import campaigns
from campaign.domain.campaign import Campaign, EditorState, Words
from campaign.domain.errors import Conflict, Invalid
from campaign.domain.staff import Role
from campaign.domain.stage import Stage
from campaign.domain.wording import MAX_CHARACTERS, PLACEHOLDERS, check_campaign_words
from campaign.runtime import Runtime
from campaign.web import staff_campaign_form as campaign_form
from campaign.web import staff_previews, staff_sessions
from campaign.web.staff_forms import ReasonForm
from campaign.web.staff_page import done, page
from campaign.web.staff_sessions import needs, route

PARTS = (("kicker", "Kicker"), ("headline", "Headline"), ("call", "Call"), ("button", "Button"))
STAGES = (
    ("default", "Every stage", "Used wherever a stage has no words of its own."),
    (Stage.EARLY, "Early", "Below the quiet threshold: words and count, no bar."),
    (Stage.RUNNING, "Running", "The bar and the count."),
    (Stage.NEAR, "Near", "How many are missing comes first."),
    (Stage.LAST_DAYS, "Last days", "The date comes first."),
    (Stage.REACHED, "Reached", "Thanks; the count goes on."),
    (Stage.ENDED_COUNTING, "Being counted", "After the end, until the result stands."),
    (Stage.ENDED_REACHED, "Ended, reached", "The result and thanks."),
    (Stage.ENDED_MISSED, "Ended, missed", "The result and thanks."),
)


def add_pages(bp: Blueprint, runtime: Runtime) -> None:
    pages = _Pages(runtime)
    route(bp, "/campaigns/new", pages.new_campaign, methods=("GET", "POST"))
    route(bp, "/campaigns/<slug>/edit", pages.edit_campaign, methods=("GET", "POST"))
    route(bp, "/campaigns/<slug>/previews/<int:preview_id>", pages.preview)
    route(bp, "/campaigns/<slug>/words", pages.words, methods=("GET", "POST"))


class _Pages:
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._db = runtime.db

    @needs(Role.EDITOR)
    def new_campaign(self) -> ResponseReturnValue:
        choices, now = campaigns.choices(self._db), self._runtime.now()
        form = campaign_form.campaign_form(choices, None, now.date())
        if form.is_submitted() and not form.slug.data and form.name.data:
            form.slug.data = campaigns.suggest_slug(form.name.data)
        if not form.validate_on_submit():
            return self._form_page(form, None)
        try:
            campaign = campaign_form.read_campaign(form, campaign_form.new_campaign(now.date()), choices)
            made = campaigns.create(self._db, campaign, actor=staff_sessions.staff().email, now=now)
        except Invalid as problem:
            campaign_form.put_error(form, problem)
            return self._form_page(form, None)
        return done(f"“{made.name}” exists. Now look at its words.", "words", slug=made.slug)

    @needs(Role.EDITOR)
    def edit_campaign(self, slug: str) -> ResponseReturnValue:
        base, choices = campaigns.find(self._db, slug), campaigns.choices(self._db)
        form = campaign_form.campaign_form(choices, base, self._runtime.now().date())
        if base.state is not EditorState.DRAFT:
            campaign_form.lock(form, base)
        if request.form.get("step") == "change" or not form.validate_on_submit():
            return self._form_page(form, base)
        try:
            campaign = campaign_form.read_campaign(form, base, choices)
            if request.form.get("step") != "save" and (preview_id := self._ask_preview(campaign, form.reason.data)):
                return redirect(url_for("staff.preview", slug=slug, preview_id=preview_id), 303)
            return self._save(campaign, form.reason.data)
        except Invalid as problem:
            campaign_form.put_error(form, problem)
            return self._form_page(form, base)
        except Conflict as problem:
            form.version.raw_data, form.version.data = None, str(base.version)
            return self._form_page(form, base, status=409, conflict=str(problem))

    @needs(Role.EDITOR)
    def preview(self, slug: str, preview_id: int) -> ResponseReturnValue:
        base, asked = campaigns.preview(self._db, slug, preview_id)
        if asked.answer is None:
            return page("edit_waits.html", campaign=base, asked=asked, preview_id=preview_id)
        return page("edit_preview.html", campaign=base, after=asked.campaign, preview=asked.answer, sent=asked.sent,
                    changed=campaigns.changed_fields(base, asked.campaign))  # fmt: skip

    @needs(Role.EDITOR)
    def words(self, slug: str) -> ResponseReturnValue:
        base = campaigns.find(self._db, slug)
        form = ReasonForm()
        form.reason.validators = ()
        typed, problem, status = base, "", 200
        if form.is_submitted():
            try:
                typed = _with_words(base)
                check_campaign_words(typed)
                if form.validate() and request.form.get("step") == "save":
                    return self._save(typed, form.reason.data)
            except Invalid as error:
                problem, status = error.message, 400
            except Conflict as error:
                problem, status, typed = str(error), 409, replace(typed, version=base.version)
        previews = staff_previews.all_stages(self._runtime, typed) if not problem else ()
        return page("words.html", status, campaign=base, typed=typed, form=form, problem=problem, previews=previews,
                    stages=STAGES, parts=PARTS, placeholders=PLACEHOLDERS, longest=MAX_CHARACTERS)  # fmt: skip

    def _save(self, campaign: Campaign, reason: str) -> ResponseReturnValue:
        actor = staff_sessions.staff().email
        saved = campaigns.change(self._db, campaign, actor=actor, reason=reason, now=self._runtime.now())
        return done("Saved.", "campaign", slug=saved.slug)

    def _ask_preview(self, campaign: Campaign, reason: str) -> int | None:
        """The id of a preview, when there is anything to say before saving."""
        campaigns.check_before_saving(self._db, campaign, reason)
        actor, now = staff_sessions.staff().email, self._runtime.now()
        return campaigns.ask_preview(self._db, campaign, _sent(), actor=actor, now=now)

    def _form_page(
        self, form: Any, base: Campaign | None, status: int | None = None, conflict: str = ""
    ) -> ResponseReturnValue:
        status = status or (400 if form.errors else 200)
        return page("campaign_form.html", status, form=form, campaign=base, conflict=conflict,
                    zones=campaign_form.ZONES, currencies=campaign_form.CURRENCIES)  # fmt: skip


def _sent() -> list[tuple[str, str]]:
    """Everything that was sent, to be sent again with the confirmation."""
    return [(k, v) for k, v in request.form.items(multi=True) if k not in ("step", "csrf_token")]


def _with_words(base: Campaign) -> Campaign:
    """The campaign with the words as typed. Raises Invalid for a version that is no number."""
    version = request.form.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise Invalid("version", "Load the page again.")
    words: dict[str, dict[str, Words]] = {}
    for language in base.languages:
        stages: dict[str, Words] = {}
        for stage, _, _ in STAGES:
            texts = {part: request.form.get(f"{language}.{stage}.{part}", "").strip() for part, _ in PARTS}
            if any(texts.values()):
                stages[str(stage)] = Words(**texts)
        words[language] = stages
    return replace(base, words=words, version=int(version))
