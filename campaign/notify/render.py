"""What stands in the outbox becomes a mail: text and HTML from templates/email, no picture, nothing that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campaign.notify.words import confirm_words
from campaign.store.outbox import Message

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "email"

Values = Mapping[str, Any]


def as_mail(message: Message, mail_from: str, public_url: str) -> EmailMessage:
    """The mail of a message. Its Message-ID is the same whenever it is sent, so that a server can know a repeat."""
    values = {"lang": "en", **_KINDS[message.kind](message.values)}
    mail = EmailMessage(policy=SMTP if message.to.isascii() else SMTPUTF8)
    name, address = parseaddr(mail_from)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = message.to
    mail["Subject"] = values["subject"]
    mail["Date"] = format_datetime(message.created_at)
    stamp = int(message.created_at.timestamp())
    mail["Message-ID"] = f"<outbox-{message.id}-{stamp}@{urlsplit(public_url).hostname or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    values["dir"] = _direction(values["lang"])
    mail.set_content(_texts().get_template(f"{message.kind}.txt").render(values))
    mail.add_alternative(_pages().get_template(f"{message.kind}.html").render(values), subtype="html")
    return mail


def _confirm(values: Values) -> dict[str, Any]:
    """Values: `language`, `name` of the campaign, `confirm_url` (None: confirmed already), `withdraw_url`."""
    words = asdict(confirm_words(values["language"]))
    name = {"name": values["name"]}
    filled = {key: text.replace("{name}", name["name"]) for key, text in words.items()}
    return {
        **filled,
        "lang": values["language"],
        "confirm_url": values["confirm_url"],
        "withdraw_url": values["withdraw_url"],
    }


_KINDS: dict[str, Callable[[Values], dict[str, Any]]] = {"sign_up_confirm": _confirm}


def _direction(language: str) -> str:
    return "rtl" if Locale.parse(language, sep="-").text_direction == "rtl" else "ltr"


@cache
def _texts() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=False, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701 - plain text


@cache
def _pages() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
