"""The one sentence about how it will end that readers may be told: a range, never a single number or a chance."""

from __future__ import annotations

from collections.abc import Mapping

from campaign.banner.formats import Formats
from campaign.banner.render import amount_text
from campaign.banner.snapshot import Snapshot
from campaign.domain.stage import RUNNING_STAGES
from campaign.domain.wording import fill

_SENTENCES: Mapping[str, str] = {
    "en": "An estimate from how past campaigns went: 8 times in 10, one like this ends between {low} and {high}.",
    "uk": "Оцінка за перебігом минулих кампаній: 8 разів із 10 така кампанія завершується між {low} і {high}.",
    "de": "Eine Schätzung aus früheren Kampagnen: 8 von 10, die so verlaufen, enden zwischen {low} und {high}.",
    "ar": "تقدير بحسب حملات سابقة: 8 من كل 10 حملات كهذه تنتهي بين {low} و{high}.",
}


def forecast_sentence(snapshot: Snapshot, language: str) -> str:
    """The sentence; empty while there is nothing to tell, the number is held, or the campaign is not running."""
    if snapshot.forecast is None or snapshot.held or snapshot.stage not in RUNNING_STAGES:
        return ""
    formats = Formats(language, snapshot.campaign.zone)
    low, high = (amount_text(snapshot, formats, value) for value in snapshot.forecast)
    sentence = _SENTENCES.get(language.replace("_", "-").split("-")[0].lower(), _SENTENCES["en"])
    return fill(sentence, {"low": low, "high": high})
