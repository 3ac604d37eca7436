"""The table of tests/banner/test_one_number.py for the element in the browser, empty or with the fragment in it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from campaign.banner.render import fragment_html, fragment_view, number_json
from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import GoalKind
from campaign.domain.display import Display
from campaign.domain.stage import Stage
from tests.banner.newsroom import a_campaign
from tests.banner.stages import example
from tests.banner.test_one_number import LANGUAGES, WITHOUT_NUMBER, figure
from tests.browser.stand import Answer, Newsroom

pytestmark = pytest.mark.browser

TEXTS = """() => Object.fromEntries([...document.querySelectorAll("member-goal")].map(goal => [goal.id,
  [...goal.querySelectorAll(".mg > *")].filter(part => !part.hidden).map(part => part.textContent).join("\\n")]))"""
VALUES = """() => Object.fromEntries([...document.querySelectorAll("member-goal")].map(goal => [goal.id,
  (bar => bar && !bar.hidden ? bar.value : null)(goal.querySelector(".mg-bar"))]))"""


def snapshots() -> dict[str, Snapshot]:
    """One of each stage and kind, by the slug of its campaign; everybody is shown it, all day, every day."""
    made: dict[str, Snapshot] = {}
    for kind, stage in itertools.product(GoalKind, Stage):
        money = kind is GoalKind.AMOUNT
        slug = f"{kind}-{stage}".replace("_", "-")
        campaign = a_campaign(
            slug=slug, name="The campaign", kind=kind, target=2_000_000 if money else 25_000,
            currency="UAH" if money else None, languages=LANGUAGES,
            display=Display(closable=False, most=0, quiet_tags=()),
        )  # fmt: skip
        shown = example(campaign, stage)
        # "until" must not be over while the browser's own clock looks at it.
        made[slug] = replace(shown, until=None, at=None)
    return made


def test_the_element_says_the_same_number_on_every_stage_language_and_kind(
    browser: Browser, newsroom: Newsroom
) -> None:
    ours, told, goals = newsroom.ours, snapshots(), []
    for slug, snapshot in told.items():
        before = replace(snapshot, value=(snapshot.value or 0) - 200, as_of=snapshot.as_of - timedelta(minutes=1))
        for language in LANGUAGES:
            view = fragment_view(snapshot, language, ours.address)
            ours.answers[f"/g/{slug}.{language}.json"] = Answer(number_json(snapshot, view), "application/json")
            printed = fragment_html(fragment_view(before, language, ours.address))
            for inside, name in ((printed, "over"), ("", "empty")):
                marked = f'id="{name} {slug} {language}" campaign="{slug}" lang="{language}"'
                goals.append(f"<member-goal {marked}>{inside}</member-goal>")
    html = f'<!doctype html><meta charset="utf-8">{"".join(goals)}<script async src="{ours.address}/mg.js"></script>'
    newsroom.paper.answers["/"] = Answer(html.encode())
    page = browser.new_page()
    # Without one the element asks at once, wherever it stands.
    page.add_init_script("delete window.IntersectionObserver")
    page.goto(newsroom.page_address, wait_until="networkidle")
    texts, values = page.evaluate(TEXTS), page.evaluate(VALUES)
    page.close()
    assert len(texts) == 2 * len(told) * len(LANGUAGES)
    for name, text in texts.items():
        snapshot = told[name.split()[1]]
        expected = None if snapshot.stage in WITHOUT_NUMBER else snapshot.value
        assert figure(text, snapshot) == expected, (name, text)
        assert values[name] in (None, min(snapshot.value or 0, snapshot.campaign.target)), name
