"""Reads files of readers, and of those who run a list: our own, and what other programs hand out.
Adds nobody.

A roster of Mailman is one address a line (``list_members``, with or without names), or the JSON of
its REST API. Mailchimp, Google Groups and listmonk write CSV with heads and words of their own.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.utils import parseaddr
from itertools import count
from typing import Any

COLUMNS = ("email", "name", "frequency", "topics", "format", "language", "consent")
MORE_COLUMNS = (
    "state",
    "joined_at",
    "paused_until",
    "length",
    "attachments",
    "paused_from",
    "topic_frequencies",
)
_READ = {*COLUMNS, *MORE_COLUMNS} - {"state"}
MOST_DEEP = 20
_SHEET_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class BadRow(Exception):
    """Why a row cannot be taken, in one sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    email: str
    name: str = ""
    frequency: str = "weekly"
    topics: str = ""
    """Keys separated by commas or semicolons; empty means all topics."""
    format: str = "html"
    language: str = ""
    """Empty: the list's."""
    consent: str = ""
    length: str = "full"
    attachments: str = "linked"
    joined_at: str = ""
    """ISO 8601, as all days here; empty: now."""
    paused_from: str = ""
    paused_until: str = ""
    topic_frequencies: str = ""
    """jobs=daily,housing=weekly: what is not as all the rest."""
    left: bool = False
    """They had left where the file comes from."""
    problem: str = ""
    """Why it shall not be taken, where the file itself says so."""
    role: str = ""
    """ "reader", "moderator" or "organiser", where the file says which."""
    timezone: str = ""
    """Theirs, of those who run a list."""


def read_file(data: bytes) -> Iterator[tuple[int, Row]]:
    """(line number, row) of a file of any of these kinds. Raises BadRow when it is none."""
    text = _decoded(data)
    begin = text.lstrip()[:1]
    if begin in ("{", "["):
        return _mailman_json(text)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if "@" in first and "," not in first and ";" not in first:
        return _roster(text)
    return _csv(text)


def read_people(data: bytes, role: str) -> list[tuple[int, Row]]:
    """(line number, row) of those who have ``role`` in a roster or JSON, or of all where it names
    no roles. Raises BadRow for any other file: a table of readers must make nobody a moderator.
    """
    text = _decoded(data)
    if text.lstrip()[:1] in ("{", "["):
        found = _mailman_json(text)
    elif any(len(re.findall(r"[,;\t]", line)) > 1 for line in text.splitlines()[:20]):
        raise BadRow(
            "The file is a table. A roster has one address a line, with or without a name."
        )
    else:
        found = _roster(text)
    return [(number, row) for number, row in found if row.role in ("", role)]


def _decoded(data: bytes) -> str:
    for charset in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace")  # what spreadsheets on Windows write


# Our own, and other spreadsheets -----------------------------------------------------------------

_HEADS = {
    "email": ("email", "email address", "e-mail", "e-mail address", "address", "mail"),
    "name": ("name", "full name", "display name", "display_name", "nickname"),
    "first": ("first name", "fname"),
    "last": ("last name", "lname", "surname"),
    "left": ("unsub_time", "unsubscribed", "clean_time"),
    "opted": ("confirm_time", "optin_time"),
    "state": ("state", "status", "subscription status", "subscriber status", "group status"),
    "mails": ("email status", "delivery status", "delivery_status"),
    "mode": ("email preference", "email delivery", "delivery mode", "delivery_mode"),
}
_KNOWN = {alias: field for field, aliases in _HEADS.items() for alias in aliases}
_LEFT = frozenset(
    [
        "left",
        "unsubscribed",
        "cleaned",
        "removed",
        "complained",
        "spam",
        "blocklisted",
        "blacklisted",
        "blocked",
        "banned",
    ]
)
_NOT_CONFIRMED = "they had not confirmed there"
_STATES = {
    "stopped": "by_bounces",
    "bounced": "by_bounces",
    "bouncing": "by_bounces",
    "disabled": "by_moderator",
    "no email": "by_user",
    "none": "by_user",
}
"""What other programs call what Mailman has its names for."""
_WAITING = frozenset(("invited", "pending", "unconfirmed", "not confirmed"))
_PREFERENCES = {
    "all email": "straight away",
    "each email": "straight away",
    "individual": "straight away",
    "digest": "daily",
    "full digest": "daily",
    "abridged": "daily",
    "daily": "daily",
}
LINES_ABOVE = 3
"""Google Groups has the group's name above the heads."""


def _csv(text: str) -> Iterator[tuple[int, Row]]:
    every = io.StringIO(text, newline="")
    for _ in range(LINES_ABOVE + 1):
        start = every.tell()
        first = every.readline()
        delimiter = _delimiter(first)
        heads = _heads(first, delimiter)
        if "email" in heads:
            return _rows(csv.reader(every, delimiter=delimiter), heads, text.count("\n", 0, start))
    raise BadRow("The file has no column email in its first line.")


def _heads(line: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [_KNOWN.get(head := cell.strip().lower(), head) for cell in cells]


def _rows(lines: Any, heads: list[str], above: int) -> Iterator[tuple[int, Row]]:
    """``above`` are the lines above the heads."""
    while True:
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"this line cannot be read: {error}"
            yield lines.line_num + above + 1, Row("", problem=problem)
            continue
        given = dict(zip(heads, (_plain(cell.strip()).strip() for cell in cells), strict=False))
        if any(given.values()):
            yield lines.line_num + above + 1, _row(given)


def _row(given: dict[str, str]) -> Row:
    known = {name: given[name] for name in _READ if given.get(name)}
    names = (given.get("first", ""), given.get("last", ""))
    if "name" not in known and any(names):
        known["name"] = " ".join(filter(None, names))
    if given.get("opted") and "consent" not in known:
        known["consent"] = f"Opted in there on {given['opted'][:40]}."
    state, mails, mode = (given.get(name, "").lower() for name in ("state", "mails", "mode"))
    frequency = _PREFERENCES.get(mode) or _MODES.get(mode)
    if frequency and "frequency" not in known:
        known["frequency"] = frequency
    if mode == "plaintext_digests" and "format" not in known:
        known["format"] = "plain"
    problem = _NOT_CONFIRMED if state in _WAITING else ""
    for word in (state, mails, mode):
        problem = problem or _STOPPED.get(_STATES.get(word, word), "")
    left = bool(given.get("left")) or state in _LEFT
    return Row(**({"email": ""} | known), left=left, problem=problem)


def _delimiter(head: str) -> str:
    """Spreadsheets of many countries separate by semicolons."""
    return max(",;\t", key=head.count)


def _plain(cell: str) -> str:
    """Without the sign that our own export writes against formulas."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _SHEET_SIGNS else cell


def spreadsheet_safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in _SHEET_SIGNS else text


# Mailman --------------------------------------------------------------------------------------

# Some write "carol at reader.example" against harvesters.
_AT = re.compile(r"\A(\S{1,64}) at (\S{1,190})\Z")
# What a member got there, as near as may be; summaries of a day were Mailman's usual digests.
_MODES = {
    "regular": "straight away",
    "plaintext_digests": "daily",
    "mime_digests": "daily",
    "summary_digests": "daily",
}
_STOPPED = {
    "by_user": "they had stopped all mails there themselves",
    "by_bounces": "mails to them came back there",
    "by_moderator": "they were stopped there",
    "unknown": "they were stopped there",
}
_ROLES = {"moderator": "moderator", "owner": "organiser"}
_NEVER_JOINED = "they wrote to the list there, and never joined it"


def _roster(text: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip().rstrip(",")
        if line and not line.startswith("#"):
            name, address = parseaddr(_AT.sub(r"\1@\2", line)[:500])
            yield number, Row(address or line[:80], name)


def _mailman_json(text: str) -> Iterator[tuple[int, Row]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRow("The file begins like JSON and is none.") from error
    if isinstance(found, dict) and isinstance(found.get("moderators"), list):
        return _our_people(found)
    entries = found.get("entries", found.get("members")) if isinstance(found, dict) else found
    if not isinstance(entries, list):
        raise BadRow("The file has no list of members.")
    return (_member(number, entry) for number, entry in enumerate(entries, 1))


def _our_people(found: dict[str, Any]) -> Iterator[tuple[int, Row]]:
    """Those who run a list, in the list.json of our own export."""
    numbers = count(1)
    for role in ("moderator", "organiser"):
        entries = found.get(f"{role}s")
        for entry in entries if isinstance(entries, list) else ():
            number, row = _member(next(numbers), entry)
            yield number, replace(row, role=role)


def _member(number: int, entry: Any) -> tuple[int, Row]:
    if isinstance(entry, str):
        return number, Row(entry)
    if not isinstance(entry, dict):
        return number, Row("", problem="it names no member")
    said = {key: value for key, value in entry.items() if isinstance(value, str)}
    role = said.get("role", "").lower()
    stopped = "" if role in ("moderator", "owner") else said.get("delivery_status", "")
    return number, Row(
        said.get("email", said.get("address", "")),
        said.get("display_name", said.get("name", "")),
        frequency=_MODES.get(said.get("delivery_mode", ""), "weekly"),
        format="plain" if said.get("delivery_mode") == "plaintext_digests" else "html",
        problem=_NEVER_JOINED if role == "nonmember" else _STOPPED.get(stopped, ""),
        role=_ROLES.get(role, "reader") if role else "",
        timezone=said.get("timezone", ""),
    )
