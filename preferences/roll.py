"""Adds readers for others: one by one, or many from a file. Brings nobody back who left."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from delivery.letters import Pen
from preferences.prints import prints
from preferences.settings import settings_values
from storage import forgotten, history, subscribers
from storage.addresses import fold
from storage.records import FILES, FORMATS, FREQUENCIES, LENGTHS, Subscriber, Topic

COLUMNS = ("email", "name", "frequency", "topics", "format", "language", "consent")
MORE_COLUMNS = ("length", "attachments")
Outcome = Literal["added", "there", "left"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\x00-\x1f]{1,64}@[A-Za-z0-9.\-\u0080-\U0010ffff]{1,190}\Z")


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
    language: str = "en"
    consent: str = ""
    length: str = "full"
    attachments: str = "linked"


def read_csv(data: bytes) -> Iterator[tuple[int, Row]]:
    """(line number, row) of a file with a header line; the columns may come in any order.

    Raises BadRow when it is no such file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what spreadsheets on Windows write
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if _by_semicolon(first) else ",")
    heads = [head.strip().lower() for head in next(lines, [])]
    if "email" not in heads:
        raise BadRow("The file has no column email in its first line.")
    for cells in lines:
        given = dict(zip(heads, (cell.strip() for cell in cells), strict=False))
        if any(given.values()):
            known = {name: given[name] for name in (*COLUMNS, *MORE_COLUMNS) if given.get(name)}
            yield lines.line_num, Row(**({"email": ""} | known))


def _by_semicolon(head: str) -> bool:
    """Spreadsheets of many countries separate by semicolons."""
    return head.count(";") > head.count(",")


def add(pen: Pen, row: Row, topics: Sequence[Topic], *, welcome: bool = False) -> Outcome:
    """Adds one reader. Raises BadRow."""
    new = _subscriber(pen, row, topics)
    if forgotten.known(pen.tx, prints(pen, new.address)):
        return "left"
    number = subscribers.add(pen.tx, new)
    if number is None:
        before = subscribers.by_address(pen.tx, pen.sender.id, row.email)
        return "left" if before is None or before.state == "left" else "there"
    detail = row.consent or "no words of consent were given"
    history.note(
        pen.tx,
        pen.now,
        "operator",
        "added",
        list_id=new.list_id,
        subscriber_id=number,
        detail=detail,
    )
    added = subscribers.by_id(pen.tx, number)
    if welcome and added is not None:
        pen.to_reader("joining_added", added, **settings_values(pen, added))
    return "added"


def add_many(
    pen: Pen, rows: Sequence[tuple[int, Row]], topics: Sequence[Topic], *, dry_run: bool = False
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Adds the good rows together; how many ended how, and (line, problem) of the bad ones."""
    good: list[Subscriber] = []
    bad: list[tuple[int, str]] = []
    for line, row in rows:
        try:
            good.append(_subscriber(pen, row, topics))
        except BadRow as error:
            bad.append((line, str(error)))
    before = subscribers.states(pen.tx, pen.sender.id, [new.address for new in good])
    gone = _forgotten(pen, good)
    before |= dict.fromkeys(gone, "left")
    good_new = [new for new in good if fold(new.address) not in gone]
    if not dry_run:
        added = subscribers.add_many(pen.tx, good_new)
        history.note_added(pen.tx, pen.now, pen.sender.id, added)
    counts = {"added": 0, "there": 0, "left": 0}
    for new in good:
        counts[_ended(before, fold(new.address))] += 1
    return counts, bad


def _forgotten(pen: Pen, new: Sequence[Subscriber]) -> set[str]:
    """The folded addresses of those who were forgotten: only they themselves come back."""
    if not forgotten.any_known(pen.tx):
        return set()
    of_hash = {hash_: fold(one.address) for one in new for hash_ in prints(pen, one.address)}
    return {of_hash[hash_] for hash_ in forgotten.known(pen.tx, list(of_hash))}


def _ended(before: dict[str, str], key: str) -> Outcome:
    state = before.get(key)
    # The same address twice in one file is there the second time.
    before.setdefault(key, "active")
    if state is None:
        return "added"
    return "left" if state == "left" else "there"


def _subscriber(pen: Pen, row: Row, topics: Sequence[Topic]) -> Subscriber:
    if not _ADDRESS.match(row.email) or "." not in row.email.rpartition("@")[2]:
        raise BadRow(f"{row.email[:80] or 'an empty field'} is no email address")
    frequency, format_ = row.frequency.lower(), row.format.lower()
    if frequency not in FREQUENCIES:
        raise BadRow(f"frequency {row.frequency[:40]} is none of {', '.join(FREQUENCIES)}")
    if format_ not in FORMATS:
        raise BadRow(f"format {row.format[:40]} is none of {', '.join(FORMATS)}")
    length, files = row.length.lower(), row.attachments.lower()
    if length not in LENGTHS:
        raise BadRow(f"length {row.length[:40]} is none of {', '.join(LENGTHS)}")
    if files not in FILES:
        raise BadRow(f"attachments {row.attachments[:40]} is none of {', '.join(FILES)}")
    return Subscriber(
        id=0,
        list_id=pen.sender.id,
        address=row.email,
        name=row.name[:200],
        state="active",
        frequency=frequency,
        topics=_topics(row.topics, topics),
        format=format_,
        language=row.language.lower()[:12],
        joined_at=pen.now,
        settled_until=pen.now,
        consent=row.consent[:2000],
        length=length,
        attachments=files,
    )


def _topics(text: str, topics: Sequence[Topic]) -> tuple[int, ...]:
    known = {name.casefold(): topic.id for topic in topics for name in (topic.key, topic.name)}
    named = [part.strip().casefold() for part in re.split("[,;]", text) if part.strip()]
    for name in named:
        if name not in known:
            raise BadRow(f"there is no topic {name[:40]}")
    return tuple(dict.fromkeys(known[name] for name in named))


def fields(reader: Subscriber, keys: dict[int, str]) -> list[str]:
    """The columns of COLUMNS for one reader."""
    topics = ",".join(keys[number] for number in reader.topics if number in keys)
    return [
        reader.address,
        reader.name,
        reader.frequency,
        topics,
        reader.format,
        reader.language,
        reader.consent,
    ]


def spreadsheet_safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
