"""The demo newspaper's pages at `/`: an article with the banner in it, as a newsroom's own server would include it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from markupsafe import Markup

from campaign.demo.first_campaign import SLUG
from campaign.demo.stand_in import Refused, StandIn
from campaign.demo.traffic import Traffic
from campaign.domain.errors import DatabaseUnavailable, NotFound
from campaign.domain.standing import EntryKind
from campaign.runtime import Runtime
from campaign.store import campaigns, ledger
from campaign.web.shelf import Shelf

SITE_NAME = "The Saltmere Courier"
_FOLDER = Path(__file__).parent / "newsroom"
_FIRST_ITEMS = 5
_HAPPENINGS = 3
_HAPPENED = {
    EntryKind.JOINED: "A reader became a member",
    EntryKind.LEFT: "A membership ended",
    EntryKind.RETURNED: "A member came back",
    EntryKind.CORRECTION: "An earlier entry was corrected",
    EntryKind.ADJUSTMENT: "The number was adjusted by hand",
}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One line of the news feed."""

    when: str
    title: str


FEED = (
    FeedItem("9.40", "Council adjourns vote on the early ferry until the passengers are counted again"),
    FeedItem("9.05", "Sluice gate at Ostley open for the first spring tide since 2019"),
    FeedItem("8.30", "School kitchen returns to cooking on site, starting with soup"),
    FeedItem("7.55", "Two trawlers share one licence while the second waits for its engine"),
    FeedItem("7.20", "Fog on the causeway until noon, says the harbour office"),
    FeedItem("Yesterday", "Library keeps its Sunday hours for another winter"),
    FeedItem("Yesterday", "The bakery on Rope Walk has found an apprentice"),
    FeedItem("Yesterday", "Lifeboat crew asks for wool socks, and gets three hundred pairs"),
    FeedItem("Tuesday", "How the county counts passengers, and what it leaves out"),
    FeedItem("Tuesday", "Choir finds its missing bass in the fish market"),
)


def blueprint(runtime: Runtime, shelf: Shelf, provider: StandIn) -> Blueprint:
    """`/` with the article, and the demo desk's button below it."""
    bp = Blueprint(
        "newsroom",
        __name__,
        template_folder=str(_FOLDER / "templates"),
        static_folder=str(_FOLDER / "static"),
        static_url_path="/newsroom",
    )

    @bp.get("/")
    def article() -> Response:
        shown = article_value(runtime, shelf, shows_all=request.args.get("feed") == "more")
        response = Response(render_template("article.html", article=shown), mimetype="text/html")
        response.headers["Cache-Control"] = "no-cache"
        return response

    @bp.post("/demo/pay")
    def pay() -> Response:
        if request.headers.get("Origin", request.host_url.rstrip("/")) != request.host_url.rstrip("/"):
            abort(403)
        try:
            Traffic(provider, SystemRandom()).join()
        except (Refused, OSError):
            abort(503, "The demo's payment provider does not answer.")
        return redirect("/#goal", code=303)  # type: ignore[return-value]

    return bp


def article_value(runtime: Runtime, shelf: Shelf, *, shows_all: bool) -> dict[str, Any]:
    """What the article's template is given. The number stands in its HTML: the fragment as readers' servers get it."""
    fragment = shelf.body(f"/g/{SLUG}.html") or b""
    now = runtime.now()
    return {
        "fragment_html": Markup(fragment.decode()),  # noqa: S704 - our own published file
        "slug": SLUG,
        "lang": "en",
        "dir": "ltr",
        "site_name": SITE_NAME,
        "published_iso": f"{now:%Y-%m-%d}",
        "published_text": f"{now.day} {now:%B}",
        "feed": FEED if shows_all else FEED[:_FIRST_ITEMS],
        "feed_more": not shows_all,
        "staff_href": f"/staff/campaigns/{SLUG}",
        "campaign_href": f"/g/{SLUG}/",
        "pay_action": "/demo/pay",
        "happenings": happenings(runtime, now),
    }


def happenings(runtime: Runtime, now: datetime) -> list[str]:
    """The last entries of the ledger in words; none while the database is away."""
    try:
        with runtime.db.read() as session:
            campaign = campaigns.by_slug(session, SLUG)
            entries = ledger.last_entries(session, campaign.id, _HAPPENINGS)
    except (DatabaseUnavailable, NotFound):
        return []
    return [
        f"{_ago(now - entry.booked_at)}: {_HAPPENED.get(entry.kind, str(entry.kind))} ({entry.amount:+,})"
        for entry in entries
    ]


def _ago(passed: Any) -> str:
    seconds = max(0, int(passed.total_seconds()))
    if seconds < 60:
        return f"{seconds} s ago"
    return f"{seconds // 60} min ago" if seconds < 3600 else f"{seconds // 3600} h ago"
