"""Every public file of a campaign, rendered once from one snapshot, with its codings."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import asdict
from typing import Any, cast

import brotli

from campaign.banner.beside import public_beside
from campaign.banner.formats import Formats
from campaign.banner.page import page_html, page_path
from campaign.banner.picture import card_svg, png_of, share_svg
from campaign.banner.render import FragmentView, as_json, fragment_html, fragment_view, instant_text, number_json
from campaign.banner.showing import rules_json, rules_of, variant_numbers
from campaign.banner.snapshot import Snapshot
from campaign.banner.surfaces import FRAME_SHAPES, badge, frame_html, qr_svg, screen_html, sentence, share_text
from campaign.domain.campaign import Campaign
from campaign.domain.look import Shape
from campaign.domain.stage import Stage
from campaign.domain.wording import fill, nouns, words_for
from campaign.store.publications import Body

JSON = "application/json"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
SVG = "image/svg+xml"
PNG = "image/png"
TYPES = {".json": JSON, ".html": HTML, ".txt": TEXT, ".svg": SVG, ".png": PNG}
"""The type of a public file by how its name ends."""
LEAST_CODED_BYTES = 500
"""Bodies up to this size fit one packet either way."""


def files_of(snapshot: Snapshot, public_url: str, *, pictures: bool = True) -> list[Body]:
    """The files of a public campaign: for each language (the first also without it) number, fragment, sentence, frames,
    screen, badge and page; data and QR code; pictures unless told otherwise.
    """
    campaign = snapshot.campaign
    base = f"/g/{campaign.slug}"
    files: list[Body] = []
    for place, language in enumerate(campaign.languages):
        view = fragment_view(snapshot, language, public_url)
        named = _of_language(snapshot, view, public_url)
        if pictures:
            named |= _pictures(campaign, view)
        for name, (kind, body) in named.items():
            files.append(coded(f"{base}{name.replace('*', f'.{language}')}", kind, body))
            if place == 0 and not name.startswith("/share"):
                files.append(coded(f"{base}{name.replace('*', '')}", kind, body))
        for key, number in variant_numbers(snapshot, language, public_url).items():
            names = (f"{key}.{language}", key) if place == 0 else (f"{key}.{language}",)
            files += [coded(f"{base}/v-{name}.json", JSON, number) for name in names]
        files.append(coded(page_path(campaign, language), HTML, page_html(snapshot, public_url, language).encode()))
    first = fragment_view(snapshot, campaign.languages[0], public_url)
    files.append(coded(f"{base}/frame.html", HTML, frame_html(campaign, first, Shape.CARD, public_url).encode()))
    files.append(coded(f"{base}/data.json", JSON, as_json(public_data(snapshot, public_url))))
    rules = rules_of(campaign)
    if rules is not None:
        files.append(coded(f"{base}/rules.json", JSON, rules_json(rules)))
    files.append(coded(f"{base}/qr.svg", SVG, qr_svg(f"{public_url}{base}/")))
    return files


def picture_paths(campaign: Campaign) -> frozenset[str]:
    """The files that `files_of` leaves out without pictures."""
    base = f"/g/{campaign.slug}"
    names = [f".{language}.{kind}" for language in campaign.languages for kind in ("svg", "png")]
    shares = [f"/share.{language}.png" for language in campaign.languages]
    return frozenset(f"{base}{name}" for name in (*names, ".svg", ".png", *shares))


def _of_language(snapshot: Snapshot, view: FragmentView, public_url: str) -> dict[str, tuple[str, bytes]]:
    """Name (with * for the language) to type and bytes."""
    campaign = snapshot.campaign
    return {
        "*.json": (JSON, number_json(snapshot, view)),
        "*.html": (HTML, fragment_html(view).encode()),
        "*.txt": (TEXT, sentence(view).encode()),
        "/badge*.json": (JSON, as_json(badge(campaign, view))),
        "/screen*.html": (HTML, screen_html(campaign, view, public_url).encode()),
        **{
            f"/frame*.{shape.value}.html": (HTML, frame_html(campaign, view, shape, public_url).encode())
            for shape in FRAME_SHAPES
        },
    }


def _pictures(campaign: Campaign, view: FragmentView) -> dict[str, tuple[str, bytes]]:
    theme = campaign.look.theme.value
    card = card_svg(view, theme)
    return {
        "*.svg": (SVG, card.encode()),
        "*.png": (PNG, png_of(card)),
        "/share*.png": (PNG, png_of(share_svg(view, campaign.name, theme), 1)),
    }


def coded(path: str, content_type: str, body: bytes) -> Body:
    """A file with its tag, and with gzip and brotli where they pay."""
    zipped: bytes | None = None
    squeezed: bytes | None = None
    if len(body) > LEAST_CODED_BYTES and content_type != PNG:
        zipped = gzip.compress(body, 9, mtime=0)
        squeezed = cast(Any, brotli).compress(body, quality=9)
    return Body(path, content_type, body, zipped, squeezed, hashlib.sha256(body).hexdigest()[:24])


def public_data(snapshot: Snapshot, public_url: str) -> dict[str, Any]:
    """All that is public of a campaign."""
    campaign = snapshot.campaign
    return {
        "v": 1,
        "slug": campaign.slug,
        "name": campaign.name,
        "kind": campaign.kind.value,
        "target": campaign.target,
        "currency": campaign.currency,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "zone": campaign.zone,
        "deadline": instant_text(campaign.deadline),
        **public_beside(snapshot),
        **_numbers(snapshot),
        "stage": snapshot.stage.value,
        "shown": snapshot.shown,
        "as_of": instant_text(snapshot.as_of),
        "until": None if snapshot.until is None else instant_text(snapshot.until),
        "result": _result(snapshot),
        "languages": list(campaign.languages),
        "share": {
            language: share_text(fragment_view(snapshot, language, public_url), f"{public_url}/g/{campaign.slug}/")
            for language in campaign.languages
        },
        "words": {language: _words(campaign, language) for language in campaign.languages},
        "checks": [
            {"source": check.source, "checked_at": instant_text(check.checked_at) if check.checked_at else None}
            for check in snapshot.checks
        ],
        "corrections": [
            {"occurred_at": instant_text(e.occurred_at), "amount": e.amount, "reason": e.note or ""}
            for e in snapshot.corrections
        ],
        "page": f"{public_url}/g/{campaign.slug}/",
        "home": campaign.join.home_url or None,
        "joinable": snapshot.price is not None or snapshot.signs_up,
    }


def _numbers(snapshot: Snapshot) -> dict[str, int | None]:
    """Where it stands, and how it came there; null while no number was ever available."""
    progress = asdict(snapshot.progress)
    parts = ("opening", "joined", "left", "returned", "raised", "refunded", "after_deadline")
    return {
        "count": snapshot.value,
        "percent": snapshot.percent,
        "remaining": snapshot.remaining,
        **{part: None if snapshot.value is None else progress[part] for part in parts},
    }


def _words(campaign: Campaign, language: str) -> dict[str, dict[str, str]]:
    """The words of every stage, placeholders for numbers and dates left in."""
    known = nouns(campaign.kind, language, Formats(language, campaign.zone).plural(campaign.target))
    return {
        stage.value: {part: fill(text, known) for part, text in asdict(words_for(campaign, language, stage)).items()}
        for stage in Stage
    }


def _result(snapshot: Snapshot) -> dict[str, Any] | None:
    frozen = snapshot.campaign.frozen
    if frozen is None:
        return None
    return {"count": frozen.result, "at": instant_text(frozen.at), "silent_sources": list(frozen.silent_sources)}
