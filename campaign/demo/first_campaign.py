"""The demo's campaign: 25,000 members by the end of the year, opened with a stated number of an earlier system."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from campaign.counting import edit
from campaign.demo.history import WEEKS
from campaign.domain.campaign import (
    Campaign,
    EditorState,
    GoalKind,
    Join,
    Opening,
    OpeningSource,
    Words,
    first_instant,
)
from campaign.domain.display import Display
from campaign.domain.errors import NotFound
from campaign.domain.stage import RUNNING_STAGES
from campaign.runtime import Runtime
from campaign.store import campaigns, sources

SLUG = "25k"
ZONE = "Europe/Kyiv"
OPENING = 22_000
TARGET = 25_000


def ensure_campaign(runtime: Runtime, price_key: str) -> Campaign:
    """The demo's campaign, made when there is none yet."""
    now = runtime.now()
    with runtime.db.write() as session:
        source = sources.ensure_from_env(session, runtime.settings, now)
        try:
            return campaigns.by_slug(session, SLUG)
        except NotFound:
            pass
    source_id = source.id if source is not None else None
    wanted = the_campaign(now, source_id, price_key, runtime.settings.public_url)
    return edit.create(runtime.db, wanted, "demo", "the demo begins", now)


def the_campaign(now: datetime, source_id: int | None, price_key: str, home_url: str) -> Campaign:
    """What the demo's campaign is when it begins at `now`: its chart is full from the first minute."""
    starts_on = (now - timedelta(weeks=WEEKS)).date()
    ends_on = deadline_after(now.date())
    own = Words(
        headline="{count} out of {target}",
        kicker="Quality journalism takes work — and a community that cares.",
        call=f"Help us reach {TARGET:,} members by the end of {ends_on.year}.",
        button="Become a member",
    )
    return Campaign(
        id=0,
        slug=SLUG,
        name=f"{TARGET:,} members by the end of {ends_on.year}",
        kind=GoalKind.MEMBERS,
        target=TARGET,
        currency=None,
        starts_on=starts_on,
        ends_on=ends_on,
        zone=ZONE,
        opening=Opening(OPENING, first_instant(starts_on, ZONE), (OpeningSource("Earlier system"),)),
        words={"en": {stage.value: own for stage in RUNNING_STAGES}},
        join=Join(source_id, price_key, f"{home_url}/"),
        # Whoever tries the demo opens the article often: no rule of showing, so that its page asks for none.
        display=Display(most=0, closable=False, quiet_tags=()),
        state=EditorState.PUBLIC,
    )


def deadline_after(today: date) -> date:
    """The next 31 December that is at least 20 days ahead."""
    end = date(today.year, 12, 31)
    return end if end - today >= timedelta(days=20) else date(today.year + 1, 12, 31)
