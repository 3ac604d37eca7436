"""What readers see, word for word. `pytest --update-golden tests/banner/test_golden.py` writes the files anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign.banner.page import page_html
from campaign.banner.render import fragment_html, fragment_view, number_json
from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import Campaign, GoalKind, Join, Opening, OpeningSource, Words
from campaign.domain.stage import Stage
from campaign.domain.standing import EntryKind
from campaign.store.ledger import Entry
from campaign.store.public_facts import JoinPrice, SourceCheck
from tests.banner.newsroom import NOON, PUBLIC_URL, a_campaign
from tests.banner.stages import example

GOLDEN = Path(__file__).parents[1] / "golden"
OWN_WORDS = {
    "en": {
        "default": Words(
            headline="{count} out of {target}",
            kicker="Quality journalism takes work — and a community that cares.",
            call="Help us reach {target} members by the end of 2026.",
            button="Become a member",
        )
    }
}
MONEY = a_campaign(slug="gift", name="A gift", kind=GoalKind.AMOUNT, currency="EUR", target=1_000_000)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> object:
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if update:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.exists(), f"{name} has never been written: use --update-golden and look at it"
        assert text == file.read_text(encoding="utf-8")

    return compare


def near(campaign: Campaign) -> Snapshot:
    return replace(example(campaign, Stage.NEAR), value=24_613, as_of=NOON)


@pytest.mark.parametrize("stage", list(Stage))
def test_the_fragment_and_the_number_of_each_stage(golden: object, stage: Stage) -> None:
    snapshot = example(a_campaign(), stage)
    view = fragment_view(snapshot, "en", PUBLIC_URL)
    golden(f"{stage}.html", fragment_html(view))
    golden(f"{stage}.json", number_json(snapshot, view).decode() + "\n")


@pytest.mark.parametrize("language", ["uk", "de", "ar"])
def test_the_fragment_in_other_languages(golden: object, language: str) -> None:
    snapshot = near(a_campaign(languages=(language,)))
    golden(f"near.{language}.html", fragment_html(fragment_view(snapshot, language, PUBLIC_URL)))


def test_the_fragment_with_the_newsrooms_own_words(golden: object) -> None:
    snapshot = near(a_campaign(words=OWN_WORDS))
    view = fragment_view(snapshot, "en", PUBLIC_URL)
    golden("near.own.html", fragment_html(view))
    assert view.plain == view.headline == "24,613 out of 25,000"


def test_the_fragment_of_a_campaign_for_money(golden: object) -> None:
    snapshot = replace(example(MONEY, Stage.RUNNING), value=612_350, as_of=NOON)
    view = fragment_view(snapshot, "en", PUBLIC_URL)
    golden("money.html", fragment_html(view))
    golden("money.json", number_json(snapshot, view).decode() + "\n")


def test_the_fragment_without_any_number(golden: object) -> None:
    snapshot = replace(example(a_campaign(words=OWN_WORDS), Stage.EARLY), value=None)
    golden("no_number.html", fragment_html(fragment_view(snapshot, "en", PUBLIC_URL)))


def test_the_campaign_page(golden: object) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    campaign = a_campaign(
        words=OWN_WORDS,
        opening=Opening(22_000, at, (OpeningSource("Earlier system"),)),
        join=Join(source_id=1, price_key="price_1"),
    )
    correction = Entry(
        9, 1, "campaign", 1, 1, EntryKind.ADJUSTMENT, -12, NOON, NOON, None, None, "staff", None, True, "an editor",
        "Twelve gift memberships were counted twice.",
    )  # fmt: skip
    snapshot = replace(
        near(campaign),
        checks=(SourceCheck("Patreon", None), SourceCheck("Stripe", NOON)),
        corrections=(correction,),
        price=JoinPrice(500, "USD", "month"),
    )
    page = page_html(snapshot, PUBLIC_URL)
    golden("page.html", page)
    assert "<script" not in page
    assert "style=" not in page
