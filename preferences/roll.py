"""Adds readers for others: one by one, or many from a file. Brings nobody back who left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from delivery.letters import Pen
from preferences.prints import prints
from preferences.settings import settings_values
from preferences.sheets import BadRow, Row
from storage import forgotten, history, subscribers
from storage.addresses import fold
from storage.records import FILES, FORMATS, FREQUENCIES, LENGTHS, Subscriber, Topic

Outcome = Literal["added", "there", "left"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\x00-\x1f]{1,64}@[A-Za-z0-9.\-\u0080-\U0010ffff]{1,190}\Z")


def add(
    pen: Pen,
    row: Row,
    topics: Sequence[Topic],
    *,
    welcome: bool = False,
    who: str = "operator",
    helper: str = "",
) -> Outcome:
    """Adds one reader. Raises BadRow.

    ``who`` did it, for the record; ``helper`` is who is named to the new reader.
    """
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
        who,
        "added",
        list_id=new.list_id,
        subscriber_id=number,
        detail=detail,
    )
    added = subscribers.by_id(pen.tx, number)
    if welcome and added is not None:
        pen.to_reader("joining_added", added, helper=helper, **settings_values(pen, added))
    return "added"


def add_many(
    pen: Pen,
    rows: Sequence[tuple[int, Row]],
    topics: Sequence[Topic],
    *,
    dry_run: bool = False,
    source: str = "imported",
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Adds the good rows together; how many ended how, and (line, problem) of the bad ones.

    ``source`` is for the record, and stands as consent where a row names none.
    """
    good: list[Subscriber] = []
    bad: list[tuple[int, str]] = []
    for line, row in rows:
        if row.left:
            continue
        try:
            new = _subscriber(pen, row, topics)
            good.append(replace(new, consent=f"{new.consent} {source}".strip()))
        except BadRow as error:
            bad.append((line, str(error)))
    before = subscribers.states(pen.tx, pen.sender.id, [new.address for new in good])
    gone = _forgotten(pen, good)
    before |= dict.fromkeys(gone, "left")
    good_new = [new for new in good if fold(new.address) not in gone]
    if not dry_run:
        added = subscribers.add_many(pen.tx, good_new)
        history.note_added(pen.tx, pen.now, pen.sender.id, added, source)
    counts = {"added": 0, "there": 0, "left": sum(row.left for _, row in rows)}
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
    if row.problem:
        raise BadRow(row.problem)
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
        language=row.language.lower()[:12] or pen.sender.language,
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
