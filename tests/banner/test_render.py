"""Rendering: within its bytes, in the promised order, honest about what it rounds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.banner.formats import Formats
from campaign.banner.render import MOST_JSON_BYTES, fragment_html, fragment_view, number_json
from campaign.domain.campaign import Campaign, GoalKind, Words
from campaign.domain.money import Money
from campaign.domain.stage import Stage
from tests.banner.newsroom import PUBLIC_URL, a_campaign
from tests.banner.stages import example

LIVE = [Stage.EARLY, Stage.RUNNING, Stage.NEAR, Stage.LAST_DAYS, Stage.REACHED]
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200).filter(lambda t: not {"{", "}"} & set(t))
campaigns = st.builds(
    lambda kind, slug, language, target, headline, button: a_campaign(
        kind=kind,
        currency="UAH" if kind is GoalKind.AMOUNT else None,
        slug=slug,
        languages=(language,),
        target=target,
        words={language: {"default": Words(headline=headline, button=button)}},
    ),
    st.sampled_from(list(GoalKind)),
    st.from_regex(r"\A[a-z0-9]{1,48}\Z"),
    st.sampled_from(["en", "uk", "de", "ar", "pt-BR", "xx"]),
    st.integers(1, 10**12),
    texts,
    texts,
)


@given(campaigns, st.sampled_from(list(Stage)), st.none() | st.integers(-(10**13), 10**13))
def test_the_number_fits_its_bytes_whatever_a_newsroom_writes(c: Campaign, stage: Stage, value: int | None) -> None:
    snapshot = replace(example(c, stage), value=value)
    view = fragment_view(snapshot, c.languages[0], PUBLIC_URL)
    body = number_json(snapshot, view)
    assert len(body) <= MOST_JSON_BYTES
    known = json.loads(body)
    assert (known["count"], known["target"]) == (value, c.target)
    assert value is None or (known["percent"] >= 100) == (value >= c.target)
    fragment = fragment_html(view)
    assert "<script" not in fragment
    assert "style=" not in fragment


def test_the_keys_stand_in_the_promised_order_and_text_is_not_escaped() -> None:
    snapshot = example(a_campaign(languages=("uk",)), Stage.NEAR)
    body = number_json(snapshot, fragment_view(snapshot, "uk", PUBLIC_URL))
    promised = ["v", "slug", "kind", "count", "target", "percent", "stage", "text", "as_of", "until"]
    assert list(json.loads(body))[: len(promised)] == promised
    assert "Залишилося" in body.decode()


def test_money_adds_its_currency() -> None:
    snapshot = example(a_campaign(kind=GoalKind.AMOUNT, currency="EUR"), Stage.RUNNING)
    assert json.loads(number_json(snapshot, fragment_view(snapshot, "en", PUBLIC_URL)))["currency"] == "EUR"


@pytest.mark.parametrize(("value", "percent"), [(24_999, 99), (25_000, 100), (24_751, 99), (-5, 0), (30_000, 120)])
def test_percent_is_floored_and_the_bar_is_capped_but_the_text_never(value: int, percent: int) -> None:
    snapshot = replace(example(a_campaign(), Stage.REACHED), value=value)
    view = fragment_view(snapshot, "en", PUBLIC_URL)
    assert snapshot.percent == percent
    assert view.bar is not None
    assert 0 <= view.bar.value <= 25_000
    assert f"{value:,}" in view.headline.replace("\u2212", "-")


@pytest.mark.parametrize("stage", LIVE)
def test_what_a_newsroom_writes_stays_text(stage: Stage) -> None:
    evil = '<img src=x onerror=alert(1)>"&{count}'
    c = a_campaign(name=evil, words={"en": {"default": Words(evil, evil, evil, evil)}})
    fragment = fragment_html(fragment_view(example(c, stage), "en", PUBLIC_URL))
    assert "<img" not in fragment
    assert "&lt;img" in fragment


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (1_234_000, "USD", "en", "$12,340"),
        (1_234_050, "USD", "en", "$12,340.50"),
        (1_234_000, "EUR", "de", "12.340\xa0€"),
        (1_234, "JPY", "en", "¥1,234"),
        (1_234_000, "UAH", "uk", "12\xa0340\xa0₴"),
        (1_234_500, "KWD", "en", "KWD1,234.500"),
    ],
)
def test_money_reads_as_its_language_writes_it(minor: int, currency: str, language: str, text: str) -> None:
    assert Formats(language, "UTC").money(Money(minor, currency)) == text
