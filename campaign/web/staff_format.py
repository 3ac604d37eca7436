"""Numbers, money and times as staff read them: in English, instants in a campaign's zone or UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal
from flask import Flask

from campaign.dashboard.event_words import event_words
from campaign.dashboard.sweep_words import counted, sweep_words
from campaign.domain.campaign import Campaign, GoalKind
from campaign.domain.money import Money

_LOCALE = "en"
_MINUS = "−"


def install(app: Flask) -> None:
    """The filters are there for templates."""
    filters: dict[str, Any] = {
        "number": number,
        "signed": signed,
        "count": count,
        "signed_count": signed_count,
        "money": money,
        "day": day,
        "short_day": short_day,
        "moment": moment,
        "minute": minute,
        "ago": ago,
        "iso": iso,
        "event": event_words,
        "sweep": sweep_words,
        "counted": counted,
    }
    app.jinja_env.filters.update({f"staff_{name}": function for name, function in filters.items()})


def number(value: int) -> str:
    return format_decimal(value, locale=_LOCALE).replace("-", _MINUS)


def signed(value: int) -> str:
    return number(value) if value <= 0 else f"+{number(value)}"


def count(value: int, campaign: Campaign) -> str:
    """What a campaign counts: people, or money without its decimals when they are zero."""
    if campaign.kind is not GoalKind.AMOUNT or campaign.currency is None:
        return number(value)
    return money(value, campaign.currency)


def signed_count(value: int, campaign: Campaign) -> str:
    return count(value, campaign) if value <= 0 else f"+{count(value, campaign)}"


def money(minor: int, currency: str) -> str:
    whole = Money(minor, currency).major()
    if whole != whole.to_integral_value():
        text = format_currency(whole, currency, locale=_LOCALE)
    else:
        text = format_currency(whole, currency, locale=_LOCALE, format="¤#,##0", currency_digits=False)
    return text.replace("-", _MINUS)


def day(value: date) -> str:
    return format_date(value, "d MMMM y", locale=_LOCALE)


def short_day(value: date) -> str:
    return format_date(value, "d MMM", locale=_LOCALE)


def moment(value: datetime | None, zone: str = "UTC") -> str:
    if value is None:
        return "never"
    return format_datetime(value, "d MMM y, HH:mm:ss", tzinfo=ZoneInfo(zone), locale=_LOCALE)


def minute(value: datetime, zone: str = "UTC") -> str:
    return format_datetime(value, "d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=_LOCALE)


def iso(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(value: datetime | None, now: datetime) -> str:
    if value is None:
        return "never"
    delta = now - value
    if delta < timedelta(0):
        return f"in {_length(-delta)}"
    return "just now" if delta < timedelta(seconds=10) else f"{_length(delta)} ago"


def _length(delta: timedelta) -> str:
    seconds = int(delta.total_seconds())
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            whole = seconds // size
            return f"{whole} {name}{'' if whole == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
