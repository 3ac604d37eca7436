"""Did it work? What of the banner a newsroom's page has, read from the page's own HTML."""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from campaign.domain.errors import Invalid

MOST_BYTES = 2 * 1024 * 1024
_SECONDS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, in words for staff; `works`: readers get the number here."""

    works: bool
    words: tuple[str, ...]


def fetch(address: str) -> str:
    """The page at an address as anybody gets it. Raises Invalid in words: not public, not there, not answering."""
    parts = urlsplit(address.strip())
    if parts.scheme != "https" or not parts.hostname:
        raise Invalid("address", "Enter the address of a page that begins with https://.")
    try:
        places = {info[4][0] for info in socket.getaddrinfo(parts.hostname, parts.port or 443)}
    except OSError:
        raise Invalid("address", f"There is no {parts.hostname}.") from None
    if not all(ipaddress.ip_address(place).is_global for place in places):
        raise Invalid("address", "This address is not a public one.")
    connection = http.client.HTTPSConnection(parts.hostname, parts.port or 443, timeout=_SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "campaign-check", "Accept": "text/html"})
        answer = connection.getresponse()
        body = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Invalid("address", f"The page can’t be fetched: {error}") from None
    finally:
        connection.close()
    if answer.status in (301, 302, 303, 307, 308):
        raise Invalid(
            "address", f"The page sends on to {answer.headers.get('Location', 'another one')}: enter that one."
        )
    if answer.status != http.client.OK:
        raise Invalid("address", f"The page answers {answer.status}.")
    return body.decode("utf-8", "replace")


def look(html: str, slug: str, public_url: str) -> Found:
    """What a page has of the banner of a campaign."""
    not_included = re.search(
        rf"<!--#include\b[^>]*/g/{re.escape(slug)}\.|<esi:include\b[^>]*/g/{re.escape(slug)}\.", html
    )
    not_printed = re.search(r"\{\{(#get ['\"“”]?pages|> ?['\"“”]?member-goal)", unescape(html))
    page = re.sub(r"<!--.*?-->", " ", html, flags=re.DOTALL)
    address = re.escape(public_url)
    element = re.search(rf"<member-goal\b[^>]*\bcampaign=[\"']?{re.escape(slug)}\b", page) is not None
    script = re.search(rf"<script\b[^>]*\bsrc=[\"']?{address}/(?:static/)?mg[.-]", page) is not None
    style = re.search(rf"<link\b[^>]*\bhref=[\"']?{address}/(?:static/)?mg[.-]", page) is not None
    headline = re.search(r'class="?mg-headline"?[^>]*>([^<]+)<', page)
    as_of = re.search(r'class="?mg-asof"?[^>]*>([^<]+)<', page)
    frame = re.search(rf"<iframe\b[^>]*\bsrc=[\"']?{address}/g/{re.escape(slug)}/frame", page) is not None
    picture = re.search(rf"<img\b[^>]*\bsrc=[\"']?{address}/g/{re.escape(slug)}\.", page) is not None
    shared = re.search(rf"og:image[\"']?\s+content=[\"']?{address}/g/{re.escape(slug)}/share", page) is not None
    words: list[str] = []
    if not_included is not None:
        words.append("The include stands in the page as it was written: your server does not carry includes out here.")
    if not_printed is not None:
        words.append(
            "The theme’s lines stand in the page as they were written: they belong into the theme, not a post."
        )
    if headline is not None:
        when = f" ({unescape(as_of[1]).strip()})" if as_of is not None else ""
        words.append(f"The words stand in the page itself: “{unescape(headline[1]).strip()}”{when}.")
    if element:
        words.append("The element is there." if script else "The element is there, but the script is missing.")
    if (element or headline is not None) and not style:
        words.append("The stylesheet is missing: the banner has no look of its own.")
    if frame:
        words.append("The frame is there.")
    if picture:
        words.append("The picture is there.")
    if shared:
        words.append("Links to this page show the campaign’s picture.")
    works = (element and script) or headline is not None or frame or picture or shared
    if not words:
        words.append("Nothing of this campaign was found in the page. Is it published, and not behind a sign-in?")
    return Found(works, tuple(words))
