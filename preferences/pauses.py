"""Reads when a reader wants no mails: "3 weeks", "until Monday", "from 3 to 17 August". Pure."""

from __future__ import annotations

from datetime import date

from delivery.spans import read_two_ends
from delivery.times import fold, without_opening
from delivery.until import LONGEST, LONGEST_TEXT, read_until, read_whole

Pause = tuple[date | None, date]
"""The first day without mail, None for today; and the first day on which mails come again."""


def read_pause(text: str, today: date, language: str = "en") -> Pause | None:
    """From when and until when, or None; at most two years. Both days of a span are without mail,
    as those of a holiday are; the day of "until Monday" has mail again."""
    if until := read_until(text, today, language):
        return None, until
    # Cut first: strangers write it, and no time is so long.
    text = " ".join(fold(text[:LONGEST_TEXT]).split()).strip(" .,!")
    whole = without_opening(text, "whole", language)
    span = read_whole(whole, today, language) if whole != text else None
    span = span or read_two_ends(without_opening(text, "from", language), today, language)
    if span is None or not today < span[1] <= today + LONGEST:
        return None
    return (span[0] if span[0] > today else None), span[1]
