"""Adds readers for others: one by one, or many from a file. Brings nobody back who left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

from delivery.letters import Pen
from preferences.prints import prints
from preferences.settings import settings_values
from preferences.sheets import COLUMNS, MORE_COLUMNS, BadRow, Row, spreadsheet_safe
from storage import forgotten, history, subscribers
from storage.addresses import fold
from storage.records import FILES, FORMATS, FREQUENCIES, LENGTHS, Frequency, Subscriber, Topic

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
    gone: list[str] = []
    for line, row in rows:
        try:
            new = _subscriber(pen, row, topics)
            if row.left:
                gone.append(new.address)
                continue
            good.append(replace(new, consent=f"{new.consent} {source}".strip()))
        except BadRow as error:
            if not row.left:
                bad.append((line, str(error)))
    before = subscribers.states(pen.tx, pen.sender.id, [new.address for new in good])
    forgotten_ = _forgotten(pen, good)
    before |= dict.fromkeys(forgotten_, "left")
    good_new = [new for new in good if fold(new.address) not in forgotten_]
    if not dry_run:
        _remember_gone(pen, gone)
        added = subscribers.add_many(pen.tx, good_new)
        history.note_added(pen.tx, pen.now, pen.sender.id, added, source)
    counts = {"added": 0, "there": 0, "left": sum(row.left for _, row in rows)}
    for new in good:
        counts[_ended(before, fold(new.address))] += 1
    return counts, bad


def _remember_gone(pen: Pen, addresses: Sequence[str]) -> None:
    """Who left elsewhere is brought back by no later file either. Only a keyed hash is kept."""
    here = subscribers.states(pen.tx, pen.sender.id, addresses)
    all_prints = [prints(pen, address) for address in addresses if fold(address) not in here]
    known = forgotten.known(pen.tx, [one for several in all_prints for one in several])
    for several in all_prints:
        if not known.intersection(several):
            forgotten.remember(pen.tx, several[0], pen.now)


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
    if row.role not in ("", "reader"):
        raise BadRow(f"{row.role} there and no reader: see `postround {row.role} import`")
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
        topic_frequencies=_own(row.topic_frequencies, topics),
        paused_from=_day("paused_from", row.paused_from),
        paused_until=_day("paused_until", row.paused_until),
        joined_at=_joined(row.joined_at, pen.now),
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


def _own(text: str, topics: Sequence[Topic]) -> dict[int, Frequency]:
    found: dict[int, Frequency] = {}
    for part in filter(None, map(str.strip, re.split("[,;]", text))):
        name, _, frequency = part.partition("=")
        chosen = next((one for one in FREQUENCIES if one == frequency.strip().lower()), None)
        if chosen is None or not name.strip():
            raise BadRow(f"topic_frequencies {part[:40]} is none such as jobs=daily")
        found |= dict.fromkeys(_topics(name, topics), chosen)
    return found


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRow(f"{name} {text[:40]} is no day such as 2026-12-24") from None


def _joined(text: str, now: datetime) -> datetime:
    try:
        told = datetime.fromisoformat(text) if text else now
    except ValueError:
        raise BadRow(f"joined_at {text[:40]} is no time such as 2026-11-23T10:00") from None
    return min(told if told.tzinfo else told.replace(tzinfo=UTC), now)


def table(readers: Iterable[Subscriber], topics: Sequence[Topic]) -> Iterator[list[str]]:
    """A row of heads, and one for each reader, as ``read_file`` reads them again."""
    keys = {topic.id: topic.key for topic in topics}
    yield [*COLUMNS, *MORE_COLUMNS]
    for one in readers:
        yield [spreadsheet_safe(text) for text in (*_fields(one, keys), *_more(one, keys))]


def _fields(reader: Subscriber, keys: dict[int, str]) -> list[str]:
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


def _more(reader: Subscriber, keys: dict[int, str]) -> list[str]:
    own = (f"{keys[n]}={often}" for n, often in reader.topic_frequencies.items() if n in keys)
    return [
        reader.state,
        _told(reader.joined_at),
        _told(reader.paused_until),
        reader.length,
        reader.attachments,
        _told(reader.paused_from),
        ",".join(own),
    ]


def _told(moment: date | None) -> str:
    return moment.isoformat() if moment else ""
