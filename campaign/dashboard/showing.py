"""Who would see what here, and why not: the question staff ask before readers do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.domain.campaign import Campaign
from campaign.domain.display import Page, Reader, compiled, refusal, variant_of
from campaign.domain.stage import Stage, is_shown_at, showing_dates, stage_at
from campaign.store import showings
from campaign.store.engine import Database

REASONS = {
    "off": "It is switched off everywhere.",
    "dates": "It is outside of the days of showing.",
    "member": "This reader has joined and is left alone.",
    "closed": "This reader closed it and is left alone for a while.",
    "quiet": "The page has a quiet tag, an obituary for instance.",
    "not-sections": "The page’s section is one where it is not shown.",
    "not-tags": "A tag of the page is one where it is not shown.",
    "not-paths": "The page’s address is one where it is not shown.",
    "not-countries": "The reader’s country is one where it is not shown.",
    "only-sections": "It is shown in some sections only, and the page is in none of them.",
    "only-tags": "It is shown with some tags only, and the page has none of them.",
    "only-paths": "It is shown at some addresses only, and the page has another.",
    "only-languages": "It is shown in some languages only, and the page is in another.",
    "only-countries": "It is shown in some countries only, and the reader is elsewhere or nobody told.",
    "blind": "This reader’s browser keeps nothing, and such readers see it on a part of the page views only.",
    "most": "This reader has seen it as often as anybody may.",
    "day": "This reader has seen it as often today as anybody may on one day.",
}
_TOLD = {
    "shown": "It was shown.",
    "thanked": "A member was thanked.",
    "clicked": "The button was pressed.",
    "close0": "Closed: not now.",
    "close1": "Closed: already with us.",
    "close2": "Closed: not this campaign.",
}
_NOT_NOW = {
    Stage.SCHEDULED: "The campaign has not begun.",
    Stage.ENDED_REACHED: "The result has been shown for as long as it was to be.",
    Stage.ENDED_MISSED: "The result has been shown for as long as it was to be.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason` in words, "" when it is shown; `variant`: the words under test that this reader sees.

    `is_thanked`: as a member, in place of the call.
    """

    reason: str
    variant: str
    is_thanked: bool = False

    @property
    def is_shown(self) -> bool:
        """Whether the reader sees it."""
        return not self.reason


def was_told(db: Database, campaign: Campaign, now: datetime) -> tuple[tuple[str, int], ...]:
    """What browsers told in the last seven days: how often it was shown, closed, and why not, in words, most first."""
    with db.read() as session:
        since = campaign.local_day(now) - timedelta(days=6)
        reasons = showings.by_reason(session, campaign.id, since)
    return tuple((_TOLD.get(what) or REASONS.get(what, what), number) for what, number in reasons.items())


def who_sees(campaign: Campaign, value: int | None, page: Page, reader: Reader, now: datetime) -> Answer:
    """Whether a reader sees the banner on a page at `now`, by the rules that the browser follows, and why not."""
    rules = compiled(campaign.display, *showing_dates(campaign))
    stage = stage_at(value, campaign, now, None)
    why = refusal(rules, page, reader, int(now.timestamp()))
    if why not in ("off", "dates") and not is_shown_at(stage, campaign, now):
        return Answer(_NOT_NOW.get(stage, REASONS["dates"]), "")
    return Answer(REASONS.get(why, ""), variant_of(rules, reader.lot), reader.joined and not why)
