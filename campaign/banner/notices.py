"""Short public pages: not found, joining closed, thanks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from campaign.banner.formats import Formats
from campaign.banner.notice_words import notice_words
from campaign.banner.render import environment


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence and where to go from there."""

    title: str
    text: str
    slug: str = ""
    back_href: str = ""
    back_text: str = ""
    lang: str = "en"
    dir: str = "ltr"


@cache
def not_found_html(text: str = "There is no public campaign at this address.") -> str:
    """The page for an address that has nothing."""
    return _page("not_found", Notice("Not found", text))


def closed_html(text: str, slug: str, *, back_href: str = "", title: str = "", language: str = "en") -> str:
    """The page that says why one can't join now."""
    words = notice_words(language)
    back_text = words.back_to_campaign if slug else ""
    notice = Notice(title or words.closed_title, text, slug, back_href, back_text, language, _direction(language))
    return _page("closed", notice)


def thanks_html(slug: str, *, back_href: str, language: str = "en", text: str = "") -> str:
    """The page after a payment, or after what `text` says, with the way back."""
    words = notice_words(language)
    notice = Notice(
        words.thanks_title, text or words.thanks, slug, back_href, words.back_to_page, language, _direction(language)
    )
    return _page("thanks", notice)


def _direction(language: str) -> str:
    return Formats(language, "UTC").direction


def _page(template: str, notice: Notice) -> str:
    return environment().get_template(f"public/{template}.html").render(page=notice) + "\n"
