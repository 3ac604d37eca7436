"""One table: every surface, stage, language and kind of goal, rendered from one snapshot, says the same number."""

from __future__ import annotations

import json
import re
import unicodedata
from html import unescape

import pytest

from campaign.banner.files import files_of
from campaign.banner.picture import png_of, share_svg
from campaign.banner.render import fragment_view
from campaign.banner.snapshot import Snapshot
from campaign.banner.surfaces import oembed_of
from campaign.domain.campaign import GoalKind
from campaign.domain.stage import Stage
from tests.banner.newsroom import PUBLIC_URL, a_campaign
from tests.banner.stages import example

LANGUAGES = ("en", "uk", "de", "ar")
WITHOUT_NUMBER = (Stage.SCHEDULED, Stage.ENDED_COUNTING)
"""Nothing is shown yet, or the words say that the count is being finished."""


def visible(html: str) -> str:
    """What a page says, its attributes and head left out."""
    body = re.sub(r"<head>.*?</head>|<title>.*?</title>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "\n", body))


def figure(text: str, snapshot: Snapshot) -> int | None:
    """The number said just before the target: "24,613 of 25,000 members"; None where the text names no target."""
    written = [re.sub(r"\D", "", found) for found in re.findall(r"\d(?:[\d.,٬٫\u00a0\u202f’]*\d)?", text)]
    numbers = [int("".join(str(unicodedata.digit(letter)) for letter in digits)) for digits in written]
    minor = 100 if snapshot.campaign.kind is GoalKind.AMOUNT else 1
    for place, number in enumerate(numbers):
        if number * minor == snapshot.campaign.target and place > 0:
            return numbers[place - 1] * minor
    return None


def said(snapshot: Snapshot, language: str, files: dict[str, bytes]) -> dict[str, int | None]:
    """Surface to the number that it says in words."""
    base = f"/g/{snapshot.campaign.slug}"
    page = f"{base}/" if language == snapshot.campaign.languages[0] else f"{base}/{language}/"
    texts = {
        "text": json.loads(files[f"{base}.{language}.json"])["text"],
        "sentence": files[f"{base}.{language}.txt"].decode(),
        "fragment": visible(files[f"{base}.{language}.html"].decode()),
        "card frame": visible(files[f"{base}/frame.{language}.card.html"].decode()),
        "thin frame": visible(files[f"{base}/frame.{language}.thin.html"].decode()),
        "screen": visible(files[f"{base}/screen.{language}.html"].decode()),
        "page": visible(files[page].decode().partition('<section id="how"')[0]),
        "picture": visible(files[f"{base}.{language}.svg"].decode()).replace("\n", " "),
    }
    share = share_svg(fragment_view(snapshot, language, PUBLIC_URL), snapshot.campaign.name, "paper")
    texts["share picture"] = visible(share).replace("\n", " ")
    frame = oembed_of("25k", "x", language, PUBLIC_URL, (900, 900))["html"]
    framed = re.search(r'src="([^"]+)"', frame)
    assert framed is not None
    texts["oembed"] = visible(files[framed[1].removeprefix(PUBLIC_URL)].decode())
    assert files[f"{base}.{language}.png"] == png_of(files[f"{base}.{language}.svg"].decode())
    assert files[f"{base}/share.{language}.png"] == png_of(share, 1)
    return {surface: figure(text.replace("\u2068", " "), snapshot) for surface, text in texts.items()}


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("kind", list(GoalKind))
def test_every_surface_says_the_same_number(kind: GoalKind, stage: Stage) -> None:
    money = kind is GoalKind.AMOUNT
    campaign = a_campaign(
        kind=kind, target=2_000_000 if money else 25_000, currency="UAH" if money else None, languages=LANGUAGES,
        name="The campaign",
    )  # fmt: skip
    snapshot = example(campaign, stage)
    files = {body.path: body.body for body in files_of(snapshot, PUBLIC_URL)}
    kept = {"data": json.loads(files["/g/25k/data.json"])["count"]}
    for language in LANGUAGES:
        kept[language] = json.loads(files[f"/g/25k.{language}.json"])["count"]
        expected = None if stage in WITHOUT_NUMBER else snapshot.value
        for surface, number in said(snapshot, language, files).items():
            assert number == expected, f"{surface}, {stage}, {language}, {kind}"
        badge = json.loads(files[f"/g/25k/badge.{language}.json"])["message"]
        assert figure(badge, snapshot) == (None if stage is Stage.SCHEDULED else snapshot.value)
    assert set(kept.values()) == {snapshot.value}


def test_the_share_text_and_the_frame_without_a_language_say_it_too() -> None:
    snapshot = example(a_campaign(languages=LANGUAGES), Stage.NEAR)
    files = {body.path: body.body for body in files_of(snapshot, PUBLIC_URL)}
    for text in json.loads(files["/g/25k/data.json"])["share"].values():
        assert figure(text, snapshot) == snapshot.value
    assert files["/g/25k/frame.html"] == files["/g/25k/frame.en.card.html"]


def test_digits_that_are_not_ours_are_the_same_number() -> None:
    snapshot = example(a_campaign(languages=("ar-eg", "fa")), Stage.NEAR)
    files = {body.path: body.body for body in files_of(snapshot, PUBLIC_URL)}
    for language in ("ar-eg", "fa"):
        assert "٢٢٬٥٠٠" in files["/g/25k.ar-eg.txt"].decode()
        assert figure(files[f"/g/25k.{language}.txt"].decode(), snapshot) == snapshot.value


def test_a_picture_shows_another_number_as_other_pixels_and_needs_no_font_of_the_machine() -> None:
    svgs = []
    for stage in (Stage.NEAR, Stage.RUNNING):
        files = {b.path: b.body for b in files_of(example(a_campaign(), stage), PUBLIC_URL)}
        svgs.append(files["/g/25k.svg"].decode())
    assert png_of(svgs[0]) != png_of(svgs[1])
    bare = re.sub(r">[^<]*</text>", "></text>", svgs[0])
    assert len(png_of(svgs[0])) > 2 * len(png_of(bare))
    assert png_of(svgs[0]).startswith(b"\x89PNG")
