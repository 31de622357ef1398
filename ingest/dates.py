"""Reads the Date header, the broken forms included, as a moment with its offset.

It never guesses a date where none stands: what cannot be read is None.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from ingest import headers

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            # English, then how programs abbreviate months in the languages of their users.
            "jan janv ene gen", "feb fev fév févr", "mar mär mrz mars mrt", "apr avr abr",
            "may mai mag mei maj", "jun juin giu", "jul juil lug", "aug août aoû ago",
            "sep sept set", "oct okt ott out", "nov", "dec dez déc dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ZONES = {
    # Minutes east of Greenwich: RFC 5322 §4.3, and the names that programs add in brackets.
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "ast": -240, "adt": -180, "nst": -210,
    "bst": 60, "wet": 0, "west": 60, "cet": 60, "met": 60, "mez": 60, "cest": 120, "mest": 120,
    "mesz": 120, "eet": 120, "eest": 180, "sast": 120, "msk": 180, "msd": 240, "ist": 330,
    "pkt": 300, "wib": 420, "hkt": 480, "sgt": 480, "awst": 480, "jst": 540, "kst": 540,
    "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "brt": -180, "art": -180,
}  # fmt: skip


def moment(value: str) -> datetime | None:
    """The moment that a raw Date header names, with its offset (UTC where it names none)."""
    text = headers.decoded(value[:200])
    # Comments and blanks inside the time of day are legal too (RFC 5322 §4.3).
    text = re.sub(r"(\d)(?:\([^()]*\))?\s*:\s*(?=\d)", r"\1:", text)
    if not text:
        return None
    for reading in (_internet, _iso, _numbers):
        try:
            found = reading(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None and found.year >= 1900:
            return found
    return None


_TIME = re.compile(
    r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d+)?(?:\s?([ap])\.?m\b)?", re.I
)


def _internet(text: str) -> datetime | None:
    """A date with a month in letters: RFC 5322, asctime, and what people make of them."""
    for found in re.finditer(r"[^\W\d_]{3,9}", text):
        month = _MONTHS.get(found[0].lower()) or _MONTHS.get(found[0][:3].lower())
        if month is not None:
            return _around_month(text[: found.start()], month, text[found.end() :])
    return None


def _around_month(before: str, month: int, after: str) -> datetime | None:
    time = _TIME.search(after)
    clock = _clock(time or _TIME.search(before))
    zone = after[time.end() :] if time else ""
    dates = after[: time.start()] + " " + zone if time else after
    day = re.search(r"(\d{1,2})(?:st|nd|rd|th)?\W*$", before)
    numbers = re.findall(r"(?<![+\-:\d])\d{1,4}(?![:\d])", dates.lstrip(" ,.-"))
    if day is None and not numbers:
        return None
    date = int(day[1]) if day else int(numbers.pop(0))
    year = next((int(number) for number in numbers if len(number) == 4), None)
    if year is None:
        year = _century(int(numbers[0])) if numbers else None
    if year is None:
        return None
    return datetime(year, month, date, tzinfo=_zone(zone)) + clock


def _clock(time: re.Match[str] | None) -> timedelta:
    """The time of day; 24:00 and leap seconds are legal to write, but Python has no such time."""
    if time is None:
        return timedelta(0)
    hour, minute, second = (int(time[at] or 0) for at in (1, 2, 3))
    if time[4]:
        hour = hour % 12 + (12 if time[4] in "pP" else 0)
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(time[0])
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def _century(year: int) -> int:
    """Two and three digits as RFC 5322 §4.3 has them: 49 is 2049, 50 is 1950, 103 is 2003."""
    return year + (2000 if year < 50 else 1900) if year < 1000 else year


def _zone(text: str) -> timezone:
    """The first offset or zone name in ``text``; without one, or with an impossible one, UTC."""
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})(?!\d)", text)
    if found:
        minutes = int(found[2]) * 60 + int(found[3])
        if minutes < 24 * 60:
            return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    names = re.findall(r"[A-Za-z]{2,5}", text)
    minutes = next((_ZONES[name.lower()] for name in names if name.lower() in _ZONES), 0)
    return timezone(timedelta(minutes=minutes))


_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?)?",
    re.I,
)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")


def _iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    if found is None:
        return None
    year, month, day = (int(found[at]) for at in (1, 2, 3))
    hour, minute, second = (int(found[at] or 0) for at in (4, 5, 6))
    zone = _zone(text[found.end() :])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def _numbers(text: str) -> datetime | None:
    """ "4/21/2004 3:45 PM", "21.04.2004 15:45": American unless the numbers say otherwise."""
    found = _SLASHED.search(text)
    if found is None:
        return None
    month, day, year = (int(found[at]) for at in (1, 2, 3))
    if month > 12 or "." in found[0][:3]:
        month, day = day, month
    rest = text[found.end() :]
    time = _TIME.search(rest)
    zone = _zone(rest[time.end() :] if time else "")
    return datetime(_century(year), month, day, tzinfo=zone) + _clock(time)
