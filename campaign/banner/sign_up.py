"""The pages of signing up by mail: check your mail, confirm, take it back."""

from __future__ import annotations

from dataclasses import dataclass

from campaign.banner import notices
from campaign.banner.formats import Formats
from campaign.banner.render import environment
from campaign.banner.sign_up_words import sign_up_words
from campaign.domain.wording import fill


@dataclass(frozen=True, slots=True)
class Question:
    """One sentence and one button that sends a form."""

    title: str
    text: str
    action: str
    button: str
    slug: str
    lang: str
    dir: str


def confirm_html(slug: str, name: str, action: str, language: str) -> str:
    """The page behind the link of a mail: only its button confirms, since mail scanners open links too."""
    words = sign_up_words(language)
    return _question(
        words.confirm_title, fill(words.confirm, {"name": name}), action, words.confirm_button, slug, language
    )


def withdraw_html(slug: str, name: str, action: str, language: str) -> str:
    """The page that asks whether to take a sign-up back."""
    words = sign_up_words(language)
    return _question(
        words.withdraw_title, fill(words.withdraw, {"name": name}), action, words.withdraw_button, slug, language
    )


def sent_html(slug: str, language: str) -> str:
    """The page after the form was sent, whatever was typed."""
    words = sign_up_words(language)
    return notices.closed_html(words.sent, slug, back_href=f"/g/{slug}/", title=words.sent_title, language=language)


def told_html(slug: str, text: str, language: str, title: str) -> str:
    """One sentence about signing up, and the way back."""
    return notices.closed_html(text, slug, back_href=f"/g/{slug}/", title=title, language=language)


def _question(title: str, text: str, action: str, button: str, slug: str, language: str) -> str:
    page = Question(title, text, action, button, slug, language, Formats(language, "UTC").direction)
    return environment().get_template("public/sign_up.html").render(page=page) + "\n"
