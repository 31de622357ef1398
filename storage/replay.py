"""Does again, in a copy that was put back, what the journal says was done since.

Who left or was forgotten stays away; what was decided stays decided; what was sent stays sent.
Rows that the copy does not have are passed over: their numbers never come again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage import history, lists, subscribers
from storage.database import insert_once
from storage.forgotten import erase
from storage.journal import Entry, at
from storage.tables import (
    author,
    edition,
    edition_post,
    forgotten,
    letter,
    outgoing,
    post,
    volunteer,
)
from storage.tables import subscriber as reader

GO_ON_WITHIN = timedelta(hours=48)
"""An edition that is older is not finished any more."""


def replay(
    tx: Connection, entries: Sequence[Entry], now: datetime, *, all_noted: bool
) -> Counter[str]:
    """Carries out the entries in their order; how many of each kind changed something.

    With ``all_noted``, whatever was sent is in the journal: editions are then gone on with, so
    that readers who were not reached get theirs.
    """
    done: Counter[str] = Counter()
    for entry in entries:
        work = _WORK.get(entry["what"])
        if work is not None and work(tx, entry):
            done[entry["what"]] += 1
    _go_on(tx, [entry for entry in entries if entry["what"] == "edition"], now, all_noted=all_noted)
    return done


def take_off_moved(
    tx: Connection, entries: Sequence[Entry], now: datetime
) -> list[tuple[str, str]]:
    """Readers who have another address since the copy: their list, and the address before.

    The new one is in no journal. The old one may be somebody else's by now, or one that they had
    to leave, so nothing is sent there. Call it after ``replay``, which may have changed states.
    """
    taken = []
    for number, step in {e["id"]: e["step"] for e in entries if e["what"] == "moved"}.items():
        found = subscribers.by_id(tx, number)
        if found is None or history.has_step(tx, step, number):
            continue  # the copy was made after it
        of_list = lists.by_id(tx, found.list_id)
        assert of_list is not None
        if subscribers.leave(tx, number, now):
            taken.append((of_list.address, found.address))
    return taken


def _reader(tx: Connection, entry: Entry) -> bool:
    here = reader.c.id == entry["id"]
    if entry["state"] == "left":
        return subscribers.leave(tx, entry["id"], at(entry))
    changed = update(reader).where(here).values(state=entry["state"])
    return tx.execute(changed).rowcount == 1


def _forgotten(tx: Connection, entry: Entry) -> bool:
    found = subscribers.by_id(tx, entry["id"])
    return found is not None and subscribers.forget(tx, found.list_id, found.address)


def _erased(tx: Connection, entry: Entry) -> bool:
    table = {"erased subscriber": reader, "erased author": author}[entry["what"]]
    found = tx.execute(
        select(table.c.address).where(table.c.id == entry["id"])
    ).scalar_one_or_none()
    of_list = lists.by_id(tx, entry["list"])
    return found is not None and of_list is not None and bool(erase(tx, of_list, found))


def _hash(tx: Connection, entry: Entry) -> bool:
    return insert_once(tx, forgotten, {"hash": entry["hash"], "at": at(entry)}) is not None


def _hash_gone(tx: Connection, entry: Entry) -> bool:
    return tx.execute(delete(forgotten).where(forgotten.c.hash == entry["hash"])).rowcount == 1


def _volunteer(tx: Connection, entry: Entry) -> bool:
    here = (volunteer.c.id == entry["id"]) & volunteer.c.removed_at.is_(None)
    gone = update(volunteer).where(here).values(removed_at=_moment(entry["removed_at"]))
    return tx.execute(gone).rowcount == 1


def _author(tx: Connection, entry: Entry) -> bool:
    here = author.c.id == entry["id"]
    return tx.execute(update(author).where(here).values(trusted=entry["trusted"])).rowcount == 1


def _post(tx: Connection, entry: Entry) -> bool:
    moments = ("approved_at", "straight_away_at", "decided_at")
    values: dict[str, Any] = {name: _moment(entry[name]) for name in moments if name in entry}
    here = post.c.id == entry["id"]
    return (
        tx.execute(update(post).where(here).values(values | {"state": entry["state"]})).rowcount
        == 1
    )


def _post_free(tx: Connection, entry: Entry) -> bool:
    here = edition_post.c.post_id == entry["id"]
    return tx.execute(delete(edition_post).where(here)).rowcount > 0


def _edition(tx: Connection, entry: Entry) -> bool:
    values = {
        "id": entry["id"],
        "list_id": entry["list"],
        "frequency": entry["frequency"],
        "period": entry["period"],
        "start": _moment(entry["start"]),
        "end": _moment(entry["end"]),
        "state": "finished",
        "lead_id": entry["lead"],
        "made_at": at(entry),
        "finished_at": at(entry),
    }
    made = insert_once(tx, edition, values) is not None
    if made:
        for number in _there(tx, post, entry["posts"]):
            taken = {"edition_id": entry["id"], "post_id": number, "frequency": entry["frequency"]}
            insert_once(tx, edition_post, taken)
    return made


def _mail(tx: Connection, entry: Entry) -> bool:
    here = (outgoing.c.id == entry["id"]) & (outgoing.c.message_id == entry["message_id"])
    values = {"state": entry["state"], "sent_at": at(entry), "message": None, "lease_until": None}
    if tx.execute(update(outgoing).where(here).values(values)).rowcount == 1:
        return True
    if entry["edition_id"] is None or not _there(tx, edition, [entry["edition_id"]]):
        return False
    # A round-up that the copy never had: by this row nobody gets it, or one of its posts, again.
    names = ("id", "message_id", "list_id", "edition_id", "subscriber_id", "form", "items")
    row = {name: entry[name] for name in names} | values
    row |= {"letter": "edition", "created_at": at(entry), "next_at": at(entry)}
    if not _there(tx, reader, [entry["subscriber_id"]]):
        return False
    return insert_once(tx, outgoing, row) is not None


def _letter(tx: Connection, entry: Entry) -> bool:
    here = (letter.c.id == entry["id"]) & letter.c.state.in_(("new", "reading"))
    values = {"state": entry["state"], "lease_until": None}
    known = select(post.c.id).where(post.c.letter_id == entry["id"])
    if entry["state"] == "post" and tx.execute(known).first() is None:
        # The post was made after the copy and is lost. Whether it was decided nobody knows.
        values |= {"state": "stuck", "reason": "The post that it became is not in the copy."}
    return tx.execute(update(letter).where(here).values(values)).rowcount == 1


def _go_on(tx: Connection, entries: Sequence[Entry], now: datetime, *, all_noted: bool) -> None:
    for entry in entries:
        young = now - _moment(entry["end"]) <= GO_ON_WITHIN if entry["end"] else False
        if all_noted and young:
            here = (edition.c.id == entry["id"]) & (edition.c.state == "finished")
            values = {"state": "making", "lease_until": now, "last_subscriber_id": 0}
            tx.execute(update(edition).where(here).values(values))


def _there(tx: Connection, table: Any, numbers: Sequence[int]) -> list[int]:
    return list(tx.execute(select(table.c.id).where(table.c.id.in_(numbers))).scalars())


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


_WORK: dict[str, Callable[[Connection, Entry], bool]] = {
    "reader": _reader,
    "forgotten": _forgotten,
    "erased subscriber": _erased,
    "erased author": _erased,
    "forgotten hash": _hash,
    "forgotten hash gone": _hash_gone,
    "volunteer": _volunteer,
    "author": _author,
    "post": _post,
    "post free": _post_free,
    "edition": _edition,
    "mail": _mail,
    "letter": _letter,
}
