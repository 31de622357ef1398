"""Dates, times, numbers and names in the reader's language, in the plain style of our letters.

Times are told as they stand: whoever asks has already moved them to the right time zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_decimal


def day(value: date, language: str = "en") -> str:
    """ "Monday 4 May 2026"."""
    if _english(language):
        return format_date(value, "EEEE d MMMM y", locale="en_GB")
    return format_date(value, "full", locale=_locale(language))


def short_day(value: date, language: str = "en") -> str:
    """ "Mon 4 May": for lists, where the year is plain."""
    return format_date(value, "E d MMM", locale=_locale(language))


def month(value: date, language: str = "en") -> str:
    """ "May": short, for the postmark."""
    return format_date(value, "LLL", locale=_locale(language))


def clock(value: datetime | time, language: str = "en") -> str:
    """ "10am", "10.30am", "midday": "12pm" means two things to two people."""
    if not _english(language):
        return format_time(value, "short", locale=_locale(language))
    if (value.hour, value.minute) in _NAMED_HOURS:
        return _NAMED_HOURS[value.hour, value.minute]
    minutes = f".{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


def moment(value: datetime, language: str = "en") -> str:
    """ "Monday 4 May 2026, 10am"."""
    return listed((day(value, language), clock(value, language)), language)


def listed(values: Iterable[str], language: str = "en") -> str:
    """ "Housing, Jobs": names one after the other, with the comma of the language."""
    return _comma(language).join(map(str, values))


def number(value: int, language: str = "en") -> str:
    """ "12,500"."""
    return str(format_decimal(value, locale=_locale(language)))


def size(count: int, language: str = "en") -> str:
    """A size in bytes as people say it: "240 KB", "1.4 MB"."""
    if count < 1_000_000:
        return f"{format_decimal(max(1, round(count / 1000)), locale=_locale(language))} KB"
    return f"{format_decimal(round(count / 1_000_000, 1), locale=_locale(language))} MB"


def tongue(code: str, language: str = "en") -> str:
    """The name of a language: "Arabic"; its code where it has no name that we know."""
    return _locale(language).languages.get(code) or code


def own_name(code: str, language: str = "en") -> str:  # noqa: ARG001 - as all of these
    """The name of a language in itself, for whoever looks for it: "العربية"."""
    return _locale(code).get_language_name(code) or code


def direction(language: str) -> str:
    """ "ltr" or "rtl", for the ``dir`` attribute."""
    return _locale(language).text_direction


_NAMED_HOURS = {(0, 0): "midnight", (12, 0): "midday"}


def _comma(language: str) -> str:
    # Not CLDR's pattern of a list: its "and" would look like a part of a name that holds one.
    return "، " if _locale(language).language in _ARABIC_LETTERS else ", "


_ARABIC_LETTERS = frozenset({"ar", "ckb", "fa", "ps", "sd", "ug", "ur"})


def _english(language: str) -> bool:
    return _locale(language).language == "en"


def _locale(language: str) -> Locale:
    """The locale of a language tag; British English for "en" and for what Babel does not know."""
    if language == "en":
        return _BRITISH
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return _BRITISH


_BRITISH = Locale("en", "GB")
