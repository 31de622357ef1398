"""Reads the form with a reader's settings: fields in, wishes or errors out. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData

from delivery.days import read_day
from delivery.until import read_until
from storage.records import FILES, FORMATS, FREQUENCIES, LENGTHS, MailingList, Subscriber, Topic
from web.site import Site, field

Errors = Sequence[tuple[str, str]]
"""(field, what is wrong with it: a name in templates/pages/problems.html)"""

_CHOICES: dict[str, tuple[Sequence[str], str]] = {
    "frequency": (FREQUENCIES, "no_such_frequency"),
    "format": (FORMATS, "no_such_format"),
    "length": (LENGTHS, "no_such_length"),
    "attachments": (FILES, "no_such_files"),
}
_ALWAYS_SENT = ("frequency", "format")
PAUSE = ("paused_from", "paused_until")


def today(site: Site, sender: MailingList) -> date:
    """The list's local date."""
    return site.clock().astimezone(ZoneInfo(sender.timezone)).date()


def wanted_of(
    form: FormData,
    sender: MailingList,
    reader: Subscriber,
    topics: Sequence[Topic],
    today: date,
) -> tuple[dict[str, Any], Errors]:
    """The fields of Subscriber with their new values, and what is wrong with the form."""
    wanted: dict[str, Any] = {"topics": _topics(form, topics), **_own(form, reader, topics)}
    errors = []
    for name, (known, error) in _CHOICES.items():
        value = field(form, name)
        if value in known:
            wanted[name] = value
        elif value or name in _ALWAYS_SENT:
            errors.append((name, error))
    if field(form, "language") in sender.spoken:
        wanted["language"] = field(form, "language")
    pause, wrong = _pause(form, today, reader)
    return wanted | pause, [*errors, *wrong]


def _pause(form: FormData, today: date, reader: Subscriber) -> tuple[dict[str, Any], Errors]:
    """Days in a browser's own form, or in words. Without a first day it begins today."""
    first, last = (field(form, name, 40) for name in PAUSE)
    until = read_until(last, today, reader.language) if last else None
    since = _first_day(first, today, reader)
    if "paused_from" not in form and until == reader.paused_until:
        since = reader.paused_from  # What a form leaves out stays as it is.
    errors = []
    if (first or last) and until is None:
        errors.append(("paused_until", "no_day_to_come"))
    if first and since is None:
        errors.append(("paused_from", "no_day_to_come"))
    elif since and until and since >= until:
        errors.append(("paused_from", "not_before"))
    begun = since is not None and since <= today
    return {"paused_from": None if begun else since, "paused_until": until}, errors


def _first_day(typed: str, today: date, reader: Subscriber) -> date | None:
    """A day that has been counts too: a pause that has begun."""
    if not typed:
        return None
    return read_until(typed, today, reader.language) or read_day(typed, today, reader.language)


def _topics(form: FormData, topics: Sequence[Topic]) -> tuple[int, ...]:
    chosen = {value for value in form.getlist("topics") if isinstance(value, str)}
    ids = tuple(topic.id for topic in topics if topic.key in chosen)
    # All ticked and none ticked both mean everything, also what is added later.
    return () if len(ids) == len(topics) else ids


def _own(form: FormData, reader: Subscriber, topics: Sequence[Topic]) -> dict[str, Any]:
    own = dict(reader.topic_frequencies)
    for topic in topics:
        name = f"own-{topic.key}"
        value = field(form, name)
        if value in FREQUENCIES:
            own[topic.id] = value
        elif name in form and not value:
            own.pop(topic.id, None)
    return {"topic_frequencies": own}
