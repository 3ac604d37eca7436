"""Numbers, dates and money as people read them, by Babel, in one language and zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from campaign.domain.money import Money, exponent


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The locale of a language tag; English where Babel knows none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def autonym(language: str) -> str:
    """The name of a language in itself."""
    locale = locale_of(language)
    return locale.get_display_name(locale) or language


@dataclass(frozen=True, slots=True)
class Formats:
    """How a language writes things; instants are shown in `zone`."""

    language: str
    zone: str

    @property
    def direction(self) -> str:
        """ltr or rtl."""
        return locale_of(self.language).text_direction

    def number(self, value: int) -> str:
        """A whole number with the language's grouping."""
        return self._digits(format_decimal(value, locale=locale_of(self.language), numbering_system="default"))

    def plural(self, value: int) -> str:
        """The CLDR plural category of a whole number: one, few, many ..."""
        return locale_of(self.language).plural_form(value)

    def percent(self, value: int) -> str:
        """A whole percentage; it was floored before."""
        written = format_percent(Decimal(value) / 100, locale=locale_of(self.language), numbering_system="default")
        return self._digits(written)

    def money(self, money: Money) -> str:
        """An amount with its currency; decimals only where it has some."""
        locale = locale_of(self.language)
        whole = money.minor % 10 ** exponent(money.currency) == 0
        if not whole:
            return self._digits(
                format_currency(money.major(), money.currency, locale=locale, numbering_system="default")
            )
        pattern = str(locale.currency_formats["standard"].pattern).replace("0.00", "0")
        written = format_currency(
            money.major(), money.currency, pattern, locale, currency_digits=False, numbering_system="default"
        )
        return self._digits(written)

    def day(self, value: date) -> str:
        """A day, its month by name, with its year."""
        return self._digits(format_date(value, "long", locale_of(self.language)))

    def short_day(self, value: datetime) -> str:
        """The day of an instant in the zone, its month short, with its year."""
        return self._digits(format_date(value.astimezone(ZoneInfo(self.zone)), "medium", locale_of(self.language)))

    def instant(self, value: datetime) -> str:
        """A day and minute of the zone."""
        locale = locale_of(self.language)
        local = value.astimezone(ZoneInfo(self.zone))
        day, minute = format_date(local, "medium", locale), format_time(local, "short", locale=locale)
        return self._digits(f"{day}{'،' if locale.language == 'ar' else ','} {minute}")

    def _digits(self, text: str) -> str:
        """Babel writes Latin digits; where the language has others, all are the same."""
        return text.translate(_DIGITS.get(locale_of(self.language).default_numbering_system, {}))


_DIGITS = {
    "arab": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "beng": str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"),
    "deva": str.maketrans("0123456789", "०१२३४५६७८९"),
    "mymr": str.maketrans("0123456789", "၀၁၂၃၄၅၆၇၈၉"),
}
