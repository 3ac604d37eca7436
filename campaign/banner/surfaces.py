"""What is published beside fragment and number: sentence, badge, frame, screen, oEmbed, share text, QR code."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import urlsplit

import segno

from campaign.banner.render import FragmentView, environment
from campaign.domain.campaign import Campaign
from campaign.domain.look import Shape

FRAME_SHAPES = (Shape.CARD, Shape.THIN)
"""In a frame nothing can lie over the newsroom's page, so that it has no bottom bar."""
_FRAME_SIZES = {Shape.CARD: (640, 320), Shape.THIN: (900, 110)}
OEMBED_SECONDS = 60


@dataclass(frozen=True, slots=True)
class FrameView:
    """What the page for an iframe, and the one for a big screen, get."""

    lang: str
    dir: str
    title: str
    slug: str
    shape: str
    fragment: FragmentView
    base: str


def sentence(view: FragmentView) -> str:
    """One sentence, with when it was true; an empty line while nothing is shown."""
    return (" · ".join(part for part in (view.headline, view.as_of_text) if part) if view.show else "") + "\n"


def badge(campaign: Campaign, view: FragmentView) -> dict[str, Any]:
    """The shape of shields.io's endpoint badges (https://shields.io/badges/endpoint-badge), with the day."""
    said = f"{view.plain} ({view.as_of_day})" if view.as_of_day else view.plain
    return {
        "schemaVersion": 1,
        "label": campaign.name,
        "message": (said if view.show else "") or "–",
        "color": "0b5d6c",
        "cacheSeconds": 300,
    }


def frame_html(campaign: Campaign, view: FragmentView, shape: Shape, public_url: str) -> str:
    """The page for an iframe of fixed height, in one shape."""
    return _page("banner/frame.html", campaign, replace(view, shape=shape.value), public_url)


def screen_html(campaign: Campaign, view: FragmentView, public_url: str) -> str:
    """The page for a big screen or a live stream: the number as large as the screen."""
    return _page("banner/screen.html", campaign, replace(view, shape=Shape.CARD.value, rules=False), public_url)


def oembed_of(slug: str, name: str, language: str, public_url: str, most: tuple[int, int]) -> dict[str, Any]:
    """oEmbed 1.0 (https://oembed.com), `rich`, within the width and height the consumer allows."""
    shape = Shape.CARD if most[1] >= _FRAME_SIZES[Shape.CARD][1] else Shape.THIN
    width, height = (min(size, limit) for size, limit in zip(_FRAME_SIZES[shape], most, strict=True))
    address = f"{public_url}/g/{slug}/frame.{language}.{shape.value}.html"
    title = environment().from_string("{{ name }}").render(name=name)
    frame = (
        f'<iframe src="{address}" width="{width}" height="{height}" title="{title}" loading="lazy" '
        f'frameborder="0" style="border:0;max-width:100%"></iframe>'
    )
    return {
        "version": "1.0",
        "type": "rich",
        "title": name,
        "provider_name": urlsplit(public_url).hostname,
        "provider_url": public_url,
        "cache_age": OEMBED_SECONDS,
        "thumbnail_url": f"{public_url}/g/{slug}/share.{language}.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
        "html": frame,
        "width": width,
        "height": height,
    }


def share_text(view: FragmentView, address: str) -> str:
    """What somebody sends on: the number in words, the call, the address."""
    parts = [view.plain, view.call] if view.show else [view.label]
    return " ".join(f"{part.rstrip('.')}." for part in parts if part) + f" {address}"


def qr_svg(address: str) -> bytes:
    """The address as a QR code, an SVG that any size is right for."""
    target = io.BytesIO()
    code = cast(Any, segno).make(address, error="m")
    code.save(target, kind="svg", scale=8, border=4, xmldecl=False, svgclass=None, lineclass=None)
    return target.getvalue()


def _page(template: str, campaign: Campaign, view: FragmentView, public_url: str) -> str:
    page = FrameView(view.lang, view.dir, campaign.name, campaign.slug, view.shape, view, public_url)
    return environment().get_template(template).render(page=page) + "\n"
