"""Words: what a newsroom may write, and what is said where it wrote nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.domain.campaign import Campaign, GoalKind, Words
from campaign.domain.errors import Invalid
from campaign.domain.stage import Stage
from campaign.domain.wording import (
    PLACEHOLDERS,
    check_campaign_words,
    check_words,
    days_left_words,
    fill,
    needs_number,
    nouns,
    plain_words,
    until_words,
    words_for,
)

CAMPAIGN = Campaign(
    1, "25k", "Members", GoalKind.MEMBERS, 25_000, None, date(2026, 10, 1), date(2026, 12, 31), "Europe/Kyiv"
)
MONEY = replace(CAMPAIGN, kind=GoalKind.AMOUNT, currency="EUR")


def test_every_known_placeholder_is_taken() -> None:
    check_words(" ".join(f"{{{name}}}" for name in PLACEHOLDERS))


@pytest.mark.parametrize("text", ["{cuont} members", "{}", "{count", "count}", "{{count}}", "{count.__class__}", "{0}"])
def test_an_unknown_placeholder_or_a_lone_brace_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_words(text)


def test_the_refusal_names_the_placeholder() -> None:
    with pytest.raises(Invalid, match=r"\{cuont\}"):
        check_words("{cuont} members")


def test_money_and_people_have_placeholders_of_their_own() -> None:
    with pytest.raises(Invalid, match="amount"):
        check_words("{amount}", GoalKind.MEMBERS)
    with pytest.raises(Invalid, match="joined"):
        check_words("{joined}", GoalKind.AMOUNT)


def test_a_campaigns_own_words_are_checked_with_the_place_of_the_problem() -> None:
    with pytest.raises(Invalid, match="en, near, call"):
        check_campaign_words(replace(CAMPAIGN, words={"en": {"near": Words(call="{gaol}")}}))
    with pytest.raises(Invalid, match="'nearly' is not a stage"):
        check_campaign_words(replace(CAMPAIGN, words={"en": {"nearly": Words()}}))


@given(st.text(), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_filling_never_fails_and_takes_braces_in_values_as_they_are(text: str, values: dict[str, str]) -> None:
    assert fill("", values) == ""
    assert fill("a {count} b", {"count": text}) == f"a {text} b"
    fill(text, values)


def test_own_words_of_the_stage_come_first_then_the_own_default_then_ours() -> None:
    own = {"en": {"default": Words(headline="{count} out of {target}", button="Join"), "near": Words(call="Nearly!")}}
    c = replace(CAMPAIGN, words=own)
    near = words_for(c, "en", Stage.NEAR)
    assert (near.headline, near.call, near.button) == ("{count} out of {target}", "Nearly!", "Join")
    assert words_for(c, "en", Stage.RUNNING).call == "Help us reach {target} {members_goal} by {deadline}."
    assert words_for(c, "uk", Stage.NEAR).headline.startswith("Залишилося {remaining}")


def test_an_end_never_says_what_was_said_while_it_ran() -> None:
    c = replace(CAMPAIGN, words={"en": {"default": Words("{count} out of {target}", "Quality", "Help us", "Join")}})
    over = words_for(c, "en", Stage.ENDED_MISSED)
    assert (over.headline, over.call, over.button) == (
        "{count} of {target} {members}",
        "The campaign has ended. Thank you to everyone who joined.",
        "",
    )
    assert words_for(c, "en", Stage.SCHEDULED).headline == ""


@pytest.mark.parametrize("language", ["en", "uk", "de", "ar", "de-AT", "fr"])
@pytest.mark.parametrize("c", [CAMPAIGN, replace(CAMPAIGN, kind=GoalKind.NEW_MEMBERS), MONEY])
@pytest.mark.parametrize("stage", list(Stage))
def test_our_words_are_complete_and_filled_by_what_there_is(language: str, c: Campaign, stage: Stage) -> None:
    values = dict.fromkeys(PLACEHOLDERS, "x") | nouns(c.kind, language, "other")
    for has_number in (True, False):
        words = words_for(c, language, stage, has_number=has_number)
        for text in (words.headline, words.kicker, words.call, words.button, plain_words(c, language)):
            assert "{" not in fill(text, values)
        assert bool(words.headline) == (stage is not Stage.SCHEDULED or not has_number)


@pytest.mark.parametrize("stage", list(Stage))
def test_without_a_number_no_word_needs_one(stage: Stage) -> None:
    own = {"en": {s: Words("{count}", "{percent}", "{remaining} to go", "Join {joined}") for s in ["default", *Stage]}}
    for c in (CAMPAIGN, replace(CAMPAIGN, words=own)):
        words = words_for(c, "en", stage, has_number=False)
        assert not any(needs_number(t) for t in (words.headline, words.kicker, words.call, words.button))


def test_plain_words_are_the_newsrooms_own_where_they_stay_true() -> None:
    own = {"en": {"default": Words(headline="{count} out of {target}")}}
    assert plain_words(replace(CAMPAIGN, words=own), "en") == "{count} out of {target}"
    dated = {"en": {"default": Words(headline="{count}, {remaining} to go")}}
    assert plain_words(replace(CAMPAIGN, words=dated), "en") == "{count} of {target} {members}"


@pytest.mark.parametrize(
    ("language", "plural", "after_of", "after_number"),
    [
        ("uk", "one", "учасника", "учасник"),
        ("uk", "few", "учасників", "учасники"),
        ("uk", "many", "учасників", "учасників"),
        ("de", "other", "Mitgliedern", "Mitglieder"),
        ("ar", "few", "أعضاء", "أعضاء"),
        ("ar", "zero", "عضو", "عضو"),
        ("xx", "other", "members", "members"),
    ],
)
def test_nouns_take_the_form_of_their_number(language: str, plural: str, after_of: str, after_number: str) -> None:
    assert nouns(GoalKind.MEMBERS, language, plural) == {"members": after_of, "members_goal": after_number}


def test_days_left_are_a_date_in_what_is_kept_and_days_only_on_the_day() -> None:
    assert fill("{days_left}: x", {"days_left": until_words("en", "31 December")}) == "Until 31 December: x"
    assert days_left_words("en", 3, "other", "3") == "3 days left"
    assert days_left_words("en", 1, "one", "1") == "final day"
    assert days_left_words("uk", 2, "few", "2") == "залишилося 2 дні"
    assert days_left_words("ar", 2, "two", "2") == "بقي يومان"


def test_a_text_kept_from_before_with_an_unknown_placeholder_is_not_shown() -> None:
    own = {"en": {"near": Words(headline="{gaol} nearly there", call="Nearly!")}}
    near = words_for(replace(CAMPAIGN, words=own), "en", Stage.NEAR)
    assert (near.headline, near.call) == ("{remaining} to go: {count} of {target} {members}", "Nearly!")
