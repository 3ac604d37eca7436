"""Short public pages: not found, joining closed, thanks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

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


def closed_html(text: str, slug: str, *, back_href: str = "", title: str = "Joining is not possible now") -> str:
    """The page that says why one can't join now."""
    return _page("closed", Notice(title, text, slug, back_href, "Back to the campaign" if slug else ""))


def thanks_html(slug: str, *, back_href: str, text: str) -> str:
    """The page after a payment, with the way back."""
    return _page("thanks", Notice("Thank you", text, slug, back_href))


def _page(template: str, notice: Notice) -> str:
    return environment().get_template(f"public/{template}.html").render(page=notice) + "\n"
