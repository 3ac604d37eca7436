"""How dates, amounts and yes or no are written in lists, and read: what could mean two things is asked, not guessed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaign.domain.campaign import first_instant
from campaign.domain.money import EXPONENTS

DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
POINT, COMMA = ".", ","

_YES = frozenset(["1", "true", "yes", "y", "x", "on", "ja", "wahr", "oui", "si", "sí", "так", "tak"])
_NO = frozenset(["0", "false", "no", "n", "off", "nein", "falsch", "non", "ні", "nie"]) | {""}
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
_NAMED = re.compile(r"(?:(\d{1,2})\.?\s+([A-Za-z]{3,9})\.?|([A-Za-z]{3,9})\.?\s+(\d{1,2}),?),?\s+(\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([AaPp][Mm])?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_SIGNS = {"€": "EUR", "£": "GBP", "₴": "UAH", "zł": "PLN", "Kč": "CZK"}
_ANY_SIGN = re.compile("[" + "$¥₹" + "]|" + "|".join(_SIGNS))


class Unclear(ValueError):
    """A value can't be taken; the words say what is expected, never the value."""


@lru_cache(maxsize=20_000)
def instant(typed: str, zone: str, order: str, *, through: bool = False) -> datetime:
    """The instant of a date, with or without a time. A bare day is its first instant in `zone`.

    `through`: its last, which is the first of the next day. Raises Unclear.
    """
    day, rest = _day(typed, order)
    if not rest:
        return first_instant(day + timedelta(days=1) if through else day, zone)
    found = _CLOCK.fullmatch(rest)
    if found is None:
        raise Unclear("a day like 2026-11-30, perhaps with a time like 18:30, is expected")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    try:
        local = datetime(day.year, day.month, day.day, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone follows
    except ValueError:
        raise Unclear("there is no such time of day") from None
    return _in_zone(local, found[5], zone)


def order_said_by(typed: str) -> str | None:
    """Which of day and month comes first, where a date with slashes says; "?" where it could be either."""
    found = _SLASHED.match(typed.strip())
    if found is None:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12:
        return DAY_FIRST
    return MONTH_FIRST if second > 12 else "?"


def decimals_said_by(typed: str) -> str | None:
    """The decimal sign an amount shows; "?" where 1,234 could be a thousand or a bit more than one."""
    plain = _bare(typed)
    commas, points = plain.count(","), plain.count(".")
    if commas and points:
        return COMMA if plain.rindex(",") > plain.rindex(".") else POINT
    if commas + points == 0:
        return None
    sign = COMMA if commas else POINT
    if commas + points > 1:
        return POINT if commas else COMMA
    return "?" if re.search(r"[.,]\d{3}$", plain) else sign


def minor_units(typed: str, currency: str, decimals: str) -> int:
    """An amount in the minor units of its currency; negative where it is written so. Raises Unclear."""
    plain = _bare(typed)
    negative = plain.startswith(("-", "(")) or plain.endswith("-")
    plain = plain.strip("()+-")
    said = decimals_said_by(plain)
    sign = decimals if said in ("?", None) else said
    thousands = COMMA if sign == POINT else POINT
    try:
        value = Decimal(plain.replace(thousands, "").replace(sign or POINT, "."))
        minor = value.scaleb(EXPONENTS[currency])
    except (InvalidOperation, KeyError):
        raise Unclear("an amount like 1250 or 8.50 is expected") from None
    if not value.is_finite() or abs(value) > 10**12:
        raise Unclear("an amount like 1250 or 8.50 is expected")
    if minor != minor.to_integral_value():
        raise Unclear(f"{currency} has {EXPONENTS[currency]} decimals")
    return -int(minor) if negative else int(minor)


def currency_in(typed: str) -> str | None:
    """The currency an amount names by its sign or code, where that is one currency only."""
    for sign, code in _SIGNS.items():
        if sign in typed:
            return code
    found = re.search(r"\b([A-Z]{3})\b", typed)
    return found[1] if found and found[1] in EXPONENTS else None


def yes(typed: str) -> bool:
    """Yes or no, in a few languages. Raises Unclear."""
    word = typed.strip().casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unclear("yes or no is expected")


def _day(typed: str, order: str) -> tuple[date, str]:
    text = typed.strip()
    if found := _ISO.match(text):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    elif found := _DOTTED.match(text):
        parts = (_year(found[3]), int(found[2]), int(found[1]))
    elif found := _SLASHED.match(text):
        first, second = int(found[1]), int(found[2])
        is_day_first = (order or order_said_by(text)) == DAY_FIRST
        parts = (_year(found[3]), second, first) if is_day_first else (_year(found[3]), first, second)
    elif found := _NAMED.match(text):
        month = _MONTHS.get((found[2] or found[3])[:3].casefold(), 0)
        parts = (int(found[5]), month, int(found[1] or found[4]))
    elif found := _COMPACT.match(text):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    else:
        raise Unclear("a day like 2026-11-30 is expected")
    try:
        day = date(*parts)
    except ValueError:
        raise Unclear("there is no such day") from None
    if not 1970 <= day.year <= 2200:
        raise Unclear("the year must be from 1970 to 2200")
    return day, text[found.end() :].lstrip(" T,")


def _year(typed: str) -> int:
    return int(typed) + 2000 if len(typed) == 2 else int(typed)


def _in_zone(local: datetime, offset: str | None, zone: str) -> datetime:
    if offset is None:
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if offset in ("Z", "UTC", "GMT"):
        return local.replace(tzinfo=UTC)
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return (local - timedelta(minutes=minutes if offset[0] == "+" else -minutes)).replace(tzinfo=UTC)


def _bare(typed: str) -> str:
    plain = re.sub(r"[\s'’_]", "", typed.replace("−", "-"))
    return re.sub(r"[A-Z]{3}", "", _ANY_SIGN.sub("", plain))
