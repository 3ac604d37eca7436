"""The banner as it would stand on any day and at any number: for staff before launch, and behind a signed link.

A link's token says what is shown and until when it opens; without the installation's key nobody makes or changes one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from campaign.banner import beside
from campaign.banner.render import FragmentView, fragment_view
from campaign.banner.showing import closing_words, with_wording
from campaign.banner.snapshot import Snapshot
from campaign.domain.campaign import Campaign, EditorState, Frozen, first_instant
from campaign.domain.errors import NotFound
from campaign.domain.look import Shape, Theme
from campaign.domain.progress import Progress, fold
from campaign.domain.stage import is_shown_at, next_change, stage_at
from campaign.store import campaigns, day_totals, public_facts
from campaign.store.engine import Database, Session

LINK_LIVES = timedelta(days=7)
LONGEST_TOKEN = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to show: a day of the campaign's zone, a number (None: none is available yet), a language and a look.

    `variant`: the key of the headline under test, "" for the campaign's own words.
    """

    slug: str
    on: date
    count: int | None
    language: str
    shape: Shape
    theme: Theme
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a preview takes from today: how far it is, and what the button would lead to."""

    campaign: Campaign
    snapshot: Snapshot


def basis_of(db: Database, slug: str, now: datetime) -> Basis:
    """The campaign as it is saved, draft or not, with what its page would offer. Raises NotFound."""
    with db.read() as session:
        campaign = campaigns.by_slug(session, slug)
        return Basis(campaign, _snapshot(session, campaign, now))


def default_asked(basis: Basis, now: datetime) -> Asked:
    """Today, or the first day where that is still to come, with today's number."""
    campaign = basis.campaign
    on = min(max(campaign.local_day(now), campaign.starts_on), campaign.ends_on)
    look = campaign.look
    return Asked(campaign.slug, on, basis.snapshot.value, campaign.languages[0], look.shape, look.theme)


def preview_view(basis: Basis, asked: Asked, public_url: str) -> FragmentView:
    """The words and the look of an open page at noon of that day, also where readers would not see it then."""
    snapshot = staged(basis, asked)
    view = fragment_view(snapshot, asked.language, public_url)
    return replace(view, headline=view.soon or view.headline, show=True)


def file_headline(basis: Basis, asked: Asked, public_url: str) -> str:
    """The headline as files, pictures and mails of that day have it: with dates in place of days left."""
    return fragment_view(staged(basis, asked), asked.language, public_url).headline


def staged(basis: Basis, asked: Asked) -> Snapshot:
    """The snapshot of that day and number. After the deadline it is counted for as long as it may, then it is over."""
    campaign = replace(
        with_wording(basis.campaign, asked.variant),
        look=replace(basis.campaign.look, shape=asked.shape, theme=asked.theme),
        display=replace(basis.campaign.display, off=False),
        frozen=None,
        hold=None,
    )
    at = first_instant(asked.on, campaign.zone) + timedelta(hours=12)
    counted_at = campaign.deadline + timedelta(days=campaign.settle_days)
    if at >= counted_at:
        campaign = replace(campaign, frozen=Frozen(asked.count or 0, 0, counted_at))
    stage = stage_at(asked.count, campaign, at, None)
    return replace(
        basis.snapshot,
        campaign=campaign,
        value=asked.count,
        stage=stage,
        shown=is_shown_at(stage, campaign, at),
        as_of=at.replace(microsecond=0),
        until=next_change(stage, campaign, at),
        at=at,
    )


def payload_of(basis: Basis, asked: Asked, public_url: str) -> dict[str, Any]:
    """What a page with the link in its address is told: the finished words, and which of its elements shows them."""
    view = preview_view(basis, asked, public_url)
    parts = asdict(view)
    kept = ("slug", "lang", "dir", "label", "kicker", "headline", "call", "button", "bar", "as_of_text", "stage")
    closable = basis.campaign.display.closable
    return {
        **{name: parts[name] for name in kept},
        "look": view.shape,
        "skin": view.theme,
        "plain": view.plain,
        "close": closing_words(basis.campaign, asked.language) if closable else [],
        "note": f"Preview: {asked.on.isoformat()}, {'no number' if asked.count is None else asked.count}",
    }


def sign(asked: Asked, secret_key: str, expires_at: datetime) -> str:
    """A token that opens this preview until then."""
    look = [asked.shape.value, asked.theme.value, asked.variant]
    said = [asked.slug, asked.on.isoformat(), asked.count, asked.language, *look, int(expires_at.timestamp())]
    body = base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).rstrip(b"=").decode()
    return f"{body}.{_signature(body, secret_key)}"


def read(token: str, secret_key: str, now: datetime) -> Asked:
    """What a token asks for. Raises NotFound for one that is not ours, was changed, or is over."""
    body, _, signature = token.partition(".")
    ours = token.isascii() and hmac.compare_digest(_signature(body, secret_key), signature)
    if not ours or len(token) > LONGEST_TOKEN:
        raise NotFound("preview", "link")
    try:
        said = cast(list[Any], json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
        slug, on, count, language, shape, theme, variant, expires = said
        asked = Asked(slug, date.fromisoformat(on), count, language, Shape(shape), Theme(theme), variant)
    except (ValueError, TypeError, binascii.Error):
        raise NotFound("preview", "link") from None
    if now >= datetime.fromtimestamp(expires, UTC):
        raise NotFound("preview", "link")
    return asked


def open_preview(
    db: Database, slug: str, token: str, *, secret_key: str, public_url: str, now: datetime
) -> dict[str, Any]:
    """What a signed link shows, by the words as they are saved now. Raises NotFound where it opens nothing (more)."""
    asked = read(token, secret_key, now)
    if asked.slug != slug:
        raise NotFound("preview", "link")
    basis = basis_of(db, slug, now)
    if basis.campaign.state is EditorState.ARCHIVED or asked.language not in basis.campaign.languages:
        raise NotFound("preview", "link")
    return payload_of(basis, asked, public_url)


def _snapshot(session: Session, campaign: Campaign, now: datetime) -> Snapshot:
    totals = day_totals.load(session, campaign.id)
    progress: Progress = fold(totals, campaign)
    value = progress.value if totals else None
    stage = stage_at(value, campaign, now, None)
    snapshot = Snapshot(
        campaign=campaign,
        value=value,
        progress=progress,
        stage=stage,
        shown=True,
        as_of=now,
        until=None,
        price=public_facts.join_price(session, campaign),
        offers=public_facts.offers(session, campaign),
        signs_up=public_facts.signs_up_here(session, campaign),
        at=now,
    )
    return beside.with_beside(session, snapshot, [], now)


def _signature(body: str, secret_key: str) -> str:
    digest = hmac.new(secret_key.encode(), f"preview\0{body}".encode(), hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
