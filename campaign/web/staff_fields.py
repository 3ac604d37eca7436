"""Form fields for staff: typed makers round WTForms, and how what people type is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from zoneinfo import ZoneInfo

import flask_wtf
import wtforms
from wtforms import validators

from campaign.domain.errors import Invalid
from campaign.domain.money import EXPONENTS, exponent

Choices = Sequence[tuple[str, str]]
_wtforms = cast(Any, wtforms)
_validators = cast(Any, validators)
Form: Any = cast(Any, flask_wtf).FlaskForm
"""A form whose CSRF token is checked with the rest of it."""


def _text(value: str | None) -> str:
    return (value or "").strip()


def text(label: str, hint: str = "", *, required: bool = True, longest: int = 200, **attributes: str) -> Any:
    """One line of text, without the space around it."""
    return _wtforms.StringField(
        label, _checks(required, longest), filters=[_text], description=hint, render_kw=_keywords(attributes)
    )


def long_text(label: str, hint: str = "", *, required: bool = True, longest: int = 2000) -> Any:
    """Several lines of text."""
    return _wtforms.TextAreaField(
        label, _checks(required, longest), filters=[_text], description=hint, render_kw={"rows": "3"}
    )


def password(label: str, hint: str = "", *, new: bool = False) -> Any:
    """A password, never sent back to the page."""
    autocomplete = "new-password" if new else "current-password"
    return _wtforms.PasswordField(
        label, _checks(required=True, longest=1000), description=hint, render_kw={"autocomplete": autocomplete}
    )


def options(choices: Choices) -> list[Any]:
    """(value, label) pairs as the library takes them."""
    return [_wtforms.fields.SelectChoice(value, label) for value, label in choices]


def select(label: str, choices: Choices, hint: str = "") -> Any:
    """One of some values."""
    return _wtforms.SelectField(label, choices=options(choices), description=hint)


def check(label: str, hint: str = "") -> Any:
    """Yes or no."""
    return _wtforms.BooleanField(label, description=hint)


def checks(label: str, choices: Choices, hint: str = "") -> Any:
    """Any of some values."""
    return _wtforms.SelectMultipleField(
        label,
        choices=options(choices),
        description=hint,
        widget=_wtforms.widgets.ListWidget(prefix_label=False),
        option_widget=_wtforms.widgets.CheckboxInput(),
    )


def day(label: str, hint: str = "") -> Any:
    """A date."""
    return _wtforms.DateField(label, [_validators.InputRequired("Choose a day.")], description=hint)


def local_time(label: str, hint: str = "", *, required: bool = True) -> Any:
    """A wall-clock time, in whatever zone the page says."""
    first = _validators.InputRequired("Choose a time.") if required else _validators.Optional()
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    return _wtforms.DateTimeLocalField(label, [first], format=formats, description=hint)


def whole(
    label: str, hint: str = "", *, least: int = 0, most: int = 365, required: bool = True, default: int | None = None
) -> Any:
    """A small whole number."""
    first = _validators.InputRequired("Enter a number.") if required else _validators.Optional()
    ranged = _validators.NumberRange(least, most, f"Enter a whole number from {least} to {most}.")
    return _wtforms.IntegerField(label, [first, ranged], description=hint, default=default)


def hidden() -> Any:
    return _wtforms.HiddenField()


def _checks(required: bool, longest: int) -> list[Any]:
    first = _validators.DataRequired("Fill this in.") if required else _validators.Optional()
    return [first, _validators.Length(max=longest, message=f"Use at most {longest} characters.")]


def _keywords(attributes: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in attributes.items()}


# -- how numbers, money and times are typed ----------------------------------------------------------------------------


def read_number(field: str, typed: str, *, signed: bool = False) -> int:
    """A whole number as people type it: "25,000", "25 000", "+12". Raises Invalid naming the field."""
    plain = re.sub(r"[\s,'’_]", "", typed).replace("−", "-")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}" if signed else r"\+?[0-9]{1,15}", plain):
        raise Invalid(field, "Enter a whole number like 25,000.")
    return int(plain)


def read_money(field: str, typed: str, currency: str, *, signed: bool = False) -> int:
    """Minor units of an amount as people type it: "12,500", "8.50". Raises Invalid naming the field."""
    plain = re.sub(r"[\s,'’_]", "", typed).replace("−", "-")
    if re.search(r",[0-9]{1,2}$", typed.strip()) and "." not in typed:
        raise Invalid(field, "Write decimals with a point, as in 1,250.50.")
    if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,3})?" if signed else r"\+?[0-9]{1,15}(\.[0-9]{1,3})?", plain):
        raise Invalid(field, "Enter an amount like 1,250 or 8.50.")
    try:
        minor = Decimal(plain).scaleb(exponent(currency))
    except InvalidOperation:
        raise Invalid(field, "Enter an amount like 1,250 or 8.50.") from None
    if minor != minor.to_integral_value():
        raise Invalid(field, f"{currency} has {exponent(currency)} decimals.")
    return int(minor)


def write_money(minor: int, currency: str | None) -> str:
    """The same the other way round, for a field's value."""
    places = EXPONENTS.get(currency or "", 0)
    text_of = f"{Decimal(minor).scaleb(-places):f}"
    return text_of.rstrip("0").rstrip(".") if "." in text_of else text_of


def instant(local: datetime, zone: str) -> datetime:
    """The instant of a wall-clock time in a zone; the earlier one where a clock change makes two."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(at: datetime, zone: str) -> datetime:
    """The wall-clock time of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
