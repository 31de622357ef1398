"""Reads how long something shall last: "1 June", "01/06/2027", "3 weeks", "next Monday",
"after Easter". Day first. What has two ends is in delivery/spans.py.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from delivery.days import months, read_day, weekdays
from delivery.feasts import easter
from delivery.times import fold, ordered, without_ending, without_opening, words

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
LONGEST = timedelta(days=2 * 366)
LONGEST_TEXT = 80
LENGTHS = {
    "one_day": 1,
    "two_days": 2,
    "few_days": 3,
    "one_week": 7,
    "fortnight": 14,
    "one_month": 30,
    "two_months": 60,
}
"""Lengths that need no number: "a fortnight", and Arabic's forms for two of a thing."""
_UNITS = {"days": 1, "weeks": 7, "months": 30}
_COUNTED = re.compile(r"(\d+|\w+(?= )) ?(\w+)\Z")
_YEAR = re.compile(r"20\d\d\Z")
_NUMBER = re.compile(r"(?:the )?(\d{1,2})(st|nd|rd|th|\.)?\Z")


def read_until(text: str, today: date, language: str = "en") -> date | None:
    """The first day on which mails come again: after today, at most two years away; else None."""
    until = _read(_plain(text), today, language)
    return until if until and today < until <= today + LONGEST else None


def read_whole(text: str, today: date, language: str = "en") -> tuple[date, date] | None:
    """What is left of the week or the month that "this week", "next month" or "August" names: its
    first day, and the first one after it."""
    text = _plain(text)
    end, begin = _end(text, today, language), _day(text, today, language)
    if end and begin and begin < end:
        return begin, end
    return (today, end) if end and end - today <= timedelta(days=31) else None


def read_when(text: str, today: date, language: str = "en") -> date | None:
    """As ``read_until``, for what happens on that day: the end of a week is its last day."""
    plain = _bare(_plain(text), language)
    if (ahead := without_opening(plain, "ahead", language)) != plain:
        length = _length(ahead, language)
        return today + length if length else None
    found = read_until(text, today, language)
    if found and without_opening(plain, "end_of", language) != plain:
        return max(found - DAY, today + DAY)
    return found


def read_length(text: str, language: str = "en") -> timedelta | None:
    """The length that "two weeks", "another few days" or "a fortnight" names; else None."""
    return _length(_plain(text), language)


def _plain(text: str) -> str:
    # Cut first: strangers write it, and no time is so long.
    return " ".join(fold(text[:LONGEST_TEXT]).split()).strip(" .,!")


def _read(text: str, today: date, language: str) -> date | None:
    bare = _bare(text, language)
    if {bare, without_opening(text, "until", language)} & words(language, "tomorrow"):
        return today + DAY
    text = bare
    if length := _length(text, language):
        return today + length
    if (behind := without_opening(text, "after", language)) != text:
        if month_or_week := _end(behind, today, language):
            return month_or_week
        bare = without_opening(behind, "next", language)
        if bare in words(language, "weekend"):
            return today + (7 - today.weekday()) * DAY
        day = _feast(bare, today, language, after=True) or _day(behind, today, language)
        return day + DAY if day else None
    if (end := without_opening(text, "end_of", language)) != text:
        return _end(end, today, language)
    return _day(text, today, language)


def _bare(text: str, language: str) -> str:
    """ "until Monday morning, please" without what stands around the day."""
    while (shorter := without_ending(text, "behind", language)) != text:
        text = shorter.strip(" ,'")
    return without_opening(text, "until", language)


def _length(text: str, language: str) -> timedelta | None:
    text = without_opening(_bare(text, language), "during", language)
    more = words(language, "more")
    text = " ".join(word for word in text.split() if word not in more)
    if (another := without_opening(text, "another", language)) != text:
        counted = _COUNTED.match(another)
        text = another if counted else f"{ordered('en', 'numbers')[0]} {another}"
    if length := _counted(text, language) or _counted(
        without_opening(text, "next", language), language
    ):
        return length
    few = without_opening(text, "next", language)
    text = few if few in words(language, "few_days") else text
    single = without_opening(text, "numbers", language)
    named = (days for kind, days in LENGTHS.items() if single in words(language, kind))
    return next((timedelta(days=days) for days in named), None)


def _counted(text: str, language: str) -> timedelta | None:
    match = _COUNTED.match(text)
    count = _count(match[1], language) if match else None
    if not match or not count:
        return None
    for kind, days in _UNITS.items():
        if match[2] in words(language, kind):
            return timedelta(days=min(count, 999) * days)
    if match[2] in words(language, "hours"):
        # Mails go by the day: whatever is left of one counts as a whole.
        return timedelta(days=-(-min(count, 999) // 24))
    return None


def read_one_day(text: str, today: date, language: str = "en") -> date | None:
    """The day after today that "5 June", "next Friday", "the 5th" or "Easter" names."""
    if found := read_day(text, today + DAY, language):
        return found
    bare = without_opening(text, "next", language)
    bare = without_ending(bare, "next_behind", language)
    if found := read_day(bare, today + DAY, language) or _weekday(bare, today, language):
        return found
    if (match := _NUMBER.match(bare)) and (match[2] or bare != text):
        return _day_of_month(int(match[1]), today)
    return _feast(bare, today, language)


def _day(text: str, today: date, language: str) -> date | None:
    """Without a year the next such day is meant, and today is none to wait for."""
    if found := read_one_day(text, today, language):
        return found
    bare = without_opening(text, "next", language)
    bare = without_ending(bare, "next_behind", language)
    if bare != text and bare in words(language, "weeks"):
        return today + WEEK - today.weekday() * DAY
    if bare != text and bare in words(language, "months"):
        return _first_of(today.month + 1, today)
    if bare in words(language, "week_after_next"):
        return today + 2 * WEEK - today.weekday() * DAY
    name, _, year = bare.partition(" ")
    if name in months(language) and (not year or _YEAR.match(year)):
        found = _first_of(months(language)[name], today)
        return found.replace(year=int(year)) if year else found
    if bare in words(language, "weekend"):
        return today + ((5 - today.weekday()) % 7 or 7) * DAY
    return None


def _weekday(text: str, today: date, language: str) -> date | None:
    """The next of that name; "Monday week" is a week later."""
    name, _, behind = text.partition(" ")
    later = behind in ordered("en", "weeks") and _number_of(name, language) is not None
    number = _number_of(name if later else text, language)
    if number is None:
        return None
    ahead = (number - today.weekday()) % 7
    return today + (ahead or 7) * DAY + (WEEK if later else 0 * DAY)


def _number_of(name: str, language: str) -> int | None:
    """0 for Monday."""
    forms = enumerate(ordered(language, "weekdays"))
    bent = (number for number, names in forms if name in names.split("/"))
    return weekdays(language).get(name, next(bent, None))


def _day_of_month(number: int, today: date) -> date | None:
    """ "The 5th": of this month or the next that has it."""
    if not 1 <= number <= 31:
        return None
    day = today + DAY
    while day.day != number:
        day += DAY
    return day


def _first_of(month: int, today: date) -> date:
    """The first day of a month, the next such; 13 is January."""
    year, month = today.year + (month - 1) // 12, (month - 1) % 12 + 1
    found = date(year, month, 1)
    return found if found > today else date(year + 1, month, 1)


def _end(text: str, today: date, language: str) -> date | None:
    """The day after the end of "January", "the month", "next year" or "this week"."""
    bare = without_ending(without_opening(text, "next", language), "next_behind", language)
    following = without_ending(without_opening(text, "following", language), "following", language)
    one_more = int(following != text)
    if bare in months(language):
        number = months(language)[bare]
        return _first_of(number % 12 + 1, _first_of(number, today.replace(day=1) - DAY))
    if bare in words(language, "months"):
        return _first_of(today.month + 1 + one_more, today)
    if bare in words(language, "weeks"):
        return today + timedelta(days=7 * (1 + one_more) - today.weekday())
    if bare in words(language, "week_after_next"):
        return today + 3 * WEEK - today.weekday() * DAY
    return date(today.year + 1 + one_more, 1, 1) if bare in words(language, "years") else None


def _feast(text: str, today: date, language: str, *, after: bool = False) -> date | None:
    """Those that last longer end with their last day."""
    if text in words(language, "christmas"):
        return _next((12, 26 if after else 25), today)
    if text in words(language, "new_year"):
        return _next((1, 1), today)
    if text in words(language, "easter"):
        last = timedelta(days=1 if after else 0)
        days = (easter(today.year + more) + last for more in (0, 1))
        return next(day for day in days if day > today)
    return None


def _next(month_day: tuple[int, int], today: date) -> date:
    found = date(today.year, *month_day)
    return found if found > today else date(today.year + 1, *month_day)


def _count(number: str, language: str) -> int | None:
    if number.isdecimal():
        return int(number[:4])
    # "a" and "one" stand first and are both 1.
    for tried in (language, "en"):
        for place, forms in enumerate(ordered(tried, "numbers")):
            if number in forms.split("/"):
                return max(place, 1)
    return None
