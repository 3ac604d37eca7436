"""What a newsroom's checkout wrote into metadata becomes a fact; whatever else stands there is left out."""

from __future__ import annotations

from typing import Any

import pytest

from campaign.domain.about import MOST_TAGS
from campaign.ingest.stripe.fields import Thing
from campaign.ingest.stripe.metadata import OWN_WORDS, told_campaign, told_led, told_tags


def thing(metadata: Any) -> Thing:
    return Thing.of({"id": "sub_1", "object": "subscription", "metadata": metadata}, "subscription")


@pytest.mark.parametrize(
    ("metadata", "campaign", "tags"),
    [
        (None, None, ()),
        ({}, None, ()),
        ({"campaign": "25k", "tags": "Roof, spring drive,, roof"}, "25k", ("roof", "spring drive")),
        ({"campaign": "Not a slug!", "tags": "<b>, " + "x" * 49}, None, ()),
        ({"campaign": 7, "tags": ["roof"]}, None, ()),
    ],
)
def test_campaign_and_tags_are_read(metadata: Any, campaign: str | None, tags: tuple[str, ...]) -> None:
    assert (told_campaign(thing(metadata)), told_tags(thing(metadata))) == (campaign, tags)


def test_no_more_tags_than_anybody_needs_are_kept() -> None:
    assert len(told_tags(thing({"tags": ",".join(f"t{n}" for n in range(100))}))) == MOST_TAGS


@pytest.mark.parametrize(
    ("metadata", "led"),
    [
        (None, (None, None)),
        ({"campaign": "25k"}, (None, None)),
        ({"variant": "b2", "article": "/news/1"}, ("b2", "/news/1")),
        ({"variant": OWN_WORDS}, ("", "")),
        ({"article": "/@jane/why-we-stay.html"}, ("", "/@jane/why-we-stay.html")),
        ({"variant": "b", "article": "/letters?to=jane@example.org"}, ("b", "")),
        ({"variant": "DROP TABLE", "article": "x" * 500}, ("", "x" * 200)),
    ],
)
def test_what_led_there_is_read_and_never_somebodys_address(metadata: Any, led: tuple[str | None, str | None]) -> None:
    assert told_led(thing(metadata)) == led
