"""Our address stopped shortly before the deadline: what the mirrored files say a day after it is still true."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

from campaign.banner.mirror import Mirror, target_of
from campaign.domain.campaign import Join
from campaign.domain.default_words import phrases
from campaign.store.engine import Database
from tests.banner.newsroom import Newsroom, a_campaign
from tests.banner.test_one_number import visible

LANGUAGES = ("en", "uk", "de", "ar")


def mirrored(db: Database, folder: Path, home: str = "https://news.example.org/") -> Path:
    """The files of a campaign of which three days are left; nobody writes them again."""
    campaign = a_campaign(languages=LANGUAGES, join=Join(home_url=home))
    room = Newsroom(db, folder / "public", campaign, campaign.deadline - timedelta(days=2, hours=12))
    room.book(24_600)
    room.publish()
    assert Mirror(target_of(str(folder / "cdn"))).follow(db) == []
    return folder / "cdn" / "g"


def relative(language: str) -> list[str]:
    """What is true on one day only, as patterns."""
    words = phrases(language)
    forms = [re.escape(form).replace(re.escape("{n}"), r"[\\d٠-٩]+") for form in words.days_left.values()]
    return [*forms, re.escape(words.final_day)]


def test_no_file_says_what_was_true_on_one_day_only(db: Database, tmp_path: Path) -> None:
    said = 0
    for file in mirrored(db, tmp_path).rglob("*"):
        if file.is_dir() or file.suffix == ".png":
            continue
        text = file.read_text()
        if file.suffix == ".json":
            # Told apart, with the instant at which it ends; the element heeds it.
            kept = json.loads(text)
            if kept.pop("soon", None):
                assert kept["until"] < "2026-12-31T22:00:01Z"
            text = json.dumps(kept, ensure_ascii=False)
        for language in LANGUAGES:
            for pattern in relative(language):
                assert not re.search(pattern, text, re.IGNORECASE), (file.name, pattern)
        said += 1
    assert said > 40


def test_each_surface_says_when_its_number_was_true(db: Database, tmp_path: Path) -> None:
    base = mirrored(db, tmp_path)
    for surface in ("25k.en.html", "25k.en.svg", "25k.en.txt", "25k/frame.en.card.html", "25k/screen.en.html"):
        words = visible((base / surface).read_text()).replace("\n", " ")
        assert "24,600" in words, surface
        assert "Dec 29, 2026" in words, surface
    number = json.loads((base / "25k.en.json").read_text())
    assert number["as_of"] == "2026-12-29T10:00:01Z"


def test_what_needs_us_leads_to_the_newsroom_or_to_the_campaigns_page(db: Database, tmp_path: Path) -> None:
    base = mirrored(db, tmp_path) / "25k"
    for way in ("go", "join"):
        assert '0;url=https://news.example.org/"' in (base / way).read_text()
    assert '0;url=https://news.example.org/#mg=joined-25k"' in (base / "thanks").read_text()


def test_without_a_page_of_the_newsroom_the_campaigns_page_stands_in(db: Database, tmp_path: Path) -> None:
    base = mirrored(db, tmp_path, home="") / "25k"
    assert '0;url=/g/25k/"' in (base / "go").read_text()
    assert (base / "index.html").is_file()
