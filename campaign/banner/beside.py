"""What readers are shown beside the one number: the steps of a ladder, a linked campaign, a matching gift."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from campaign.banner.formats import Formats
from campaign.banner.snapshot import Linked, Snapshot
from campaign.banner.step_words import StepWords, step_words
from campaign.domain.campaign import Campaign, EditorState, GoalKind, first_instant
from campaign.domain.money import Money, exponent
from campaign.domain.stage import RUNNING_STAGES
from campaign.domain.steps import Step, ladder_at, match_at
from campaign.domain.wording import fill, nouns, plain_words
from campaign.store import matching, publications
from campaign.store.engine import Session


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in words. `is_next`: the one that comes next; the others are reached."""

    text: str
    promise: str
    is_next: bool


@dataclass(frozen=True, slots=True)
class LinkedView:
    """Another campaign shown together with this one."""

    name: str
    text: str
    href: str
    value: int | None
    target: int


@dataclass(frozen=True, slots=True)
class BesideView:
    """Finished words; empty where the campaign has nothing of the kind."""

    words: StepWords
    steps: tuple[StepView, ...]
    linked: tuple[LinkedView, ...]
    match: tuple[str, ...]


def with_beside(session: Session, snapshot: Snapshot, everywhere: list[Campaign], now: datetime) -> Snapshot:
    """The snapshot with what the database knows of the campaigns linked with it and of its matching gift."""
    campaign = snapshot.campaign
    linked = [told for other in linked_with(campaign, everywhere) if (told := _told(session, other)) is not None]
    snapshot = replace(snapshot, linked=tuple(linked))
    if campaign.match is None:
        return snapshot
    starts_at, ends_at = match_window(campaign)
    given = matching.given(session, campaign.id, starts_at, ends_at, campaign.match.tag)
    is_time = starts_at <= now < ends_at and snapshot.stage in RUNNING_STAGES
    match = match_at(campaign.match, given.gross, given.net, given.received, is_time=is_time)
    later = [at for at in (snapshot.until, starts_at, ends_at) if at is not None and at > now]
    return replace(snapshot, match=match, until=min(later, default=None))


def linked_with(campaign: Campaign, everywhere: list[Campaign]) -> list[Campaign]:
    """The public campaigns shown together with this one, whichever of the two names the other."""
    return [
        other
        for other in everywhere
        if other.id != campaign.id
        and other.state is EditorState.PUBLIC
        and (campaign.linked_id == other.id or other.linked_id == campaign.id)
    ]


def signature(session: Session, campaign: Campaign, everywhere: list[Campaign]) -> tuple[int, ...]:
    """What changes when a linked campaign publishes something new."""
    return tuple(publications.last_snapshot_id(session, other.id) for other in linked_with(campaign, everywhere))


def match_window(campaign: Campaign) -> tuple[datetime, datetime]:
    """[start, end) of the campaign's match."""
    match = campaign.match
    if match is None:
        raise ValueError("the campaign has no match")
    return first_instant(match.starts_on, campaign.zone), first_instant(
        match.ends_on + timedelta(days=1), campaign.zone
    )


def _told(session: Session, other: Campaign) -> Linked | None:
    """As it was published last: what stands there and here is the same."""
    last = publications.last_snapshot(session, other.id)
    if last is None:
        return None
    body = last.body
    return Linked(other, body["value"], body["percent"], body["stage"])


# -- in words


def beside_view(snapshot: Snapshot, language: str, public_url: str) -> BesideView:
    """The words in one language."""
    words = step_words(language)
    return BesideView(
        words=words,
        steps=tuple(_steps(snapshot, language, words)),
        linked=tuple(_linked(linked, language, public_url) for linked in snapshot.linked),
        match=tuple(_match(snapshot, language, words)),
    )


def public_beside(snapshot: Snapshot) -> dict[str, Any]:
    """The same for `data.json`."""
    campaign, shown = snapshot.campaign, ladder_at(snapshot.campaign.ladder, snapshot.value)
    steps = [*shown.reached, *([shown.next] if shown.next is not None else [])]
    match = snapshot.match
    return {
        "ladder": [
            {"target": step.at, "reached": step is not shown.next, "promise": dict(step.promise)} for step in steps
        ],
        "linked": [
            {
                "slug": linked.campaign.slug,
                "kind": linked.campaign.kind.value,
                "count": linked.value,
                "target": linked.campaign.target,
                "percent": linked.percent,
                "currency": linked.campaign.currency,
                "stage": linked.stage,
            }
            for linked in snapshot.linked
        ],
        "match": None
        if match is None or campaign.match is None
        else {
            "sponsor": match.match.sponsor,
            "cap": match.match.cap_minor,
            "matched": match.matched_minor,
            "received": match.received_minor,
            "running": match.runs,
            "used_up": match.used_up,
            "starts_on": match.match.starts_on.isoformat(),
            "ends_on": match.match.ends_on.isoformat(),
        },
    }


def next_step(snapshot: Snapshot) -> Step | None:
    """The step of the ladder that comes next."""
    return ladder_at(snapshot.campaign.ladder, snapshot.value).next


def number_text(campaign: Campaign, formats: Formats, value: int) -> str:
    """A number of a campaign as people read it: people, or money with its currency."""
    if campaign.kind is GoalKind.AMOUNT and campaign.currency is not None:
        return formats.money(Money(value, campaign.currency))
    return formats.number(value)


def match_text(snapshot: Snapshot, language: str) -> str | None:
    """The matching gift in one sentence while it runs; None when it does not."""
    match = snapshot.match
    return _running(snapshot, language, step_words(language)) if match is not None and match.runs else None


def _steps(snapshot: Snapshot, language: str, words: StepWords) -> list[StepView]:
    campaign = snapshot.campaign
    formats = Formats(language, campaign.zone)
    shown = ladder_at(campaign.ladder, snapshot.value)
    views: list[StepView] = []
    for step in (*shown.reached, shown.next):
        if step is not None:
            noun = nouns(campaign.kind, language, formats.plural(step.at)).get("members_goal", "")
            number = f"{number_text(campaign, formats, step.at)} {noun}".strip()
            text = fill(words.next if step is shown.next else words.reached, {"step": number})
            views.append(StepView(text, step.promise_in(language), step is shown.next))
    return views


def _linked(linked: Linked, language: str, public_url: str) -> LinkedView:
    other = linked.campaign
    formats = Formats(language, other.zone)
    values = {"target": number_text(other, formats, other.target)} | nouns(
        other.kind, language, formats.plural(other.target)
    )
    text = ""
    if linked.value is not None:
        text = fill(plain_words(other, language), values | {"count": number_text(other, formats, linked.value)})
    return LinkedView(other.name, text, f"{public_url}/g/{other.slug}/", linked.value, other.target)


def _match(snapshot: Snapshot, language: str, words: StepWords) -> list[str]:
    match, campaign = snapshot.match, snapshot.campaign
    if match is None or campaign.local_day(snapshot.taken_at) < match.match.starts_on:
        return []
    values = _match_values(snapshot, language)
    if match.runs:
        first = _running(snapshot, language, words)
    else:
        first = fill(words.match_used_up if match.used_up else words.match_over, values)
    second = fill(words.match_received if match.received_minor > 0 else words.match_not_received, values)
    return [first, second]


def _running(snapshot: Snapshot, language: str, words: StepWords) -> str:
    return fill(words.match_runs, _match_values(snapshot, language))


def _match_values(snapshot: Snapshot, language: str) -> dict[str, str]:
    match, campaign = snapshot.match, snapshot.campaign
    formats = Formats(language, campaign.zone)
    if match is None:
        return {}
    unit = 10 ** exponent(campaign.currency or "EUR")
    return {
        "sponsor": match.match.sponsor,
        "one": number_text(campaign, formats, unit),
        "two": number_text(campaign, formats, 2 * unit),
        "date": formats.day(match.match.ends_on),
        "cap": number_text(campaign, formats, match.match.cap_minor),
        "used": number_text(campaign, formats, match.matched_minor),
        "received": number_text(campaign, formats, match.received_minor),
    }
