"""Erases a person from one list, down to the raw letters. What stays is a keyed hash, so that no
import brings the address back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select, text, update

from storage import journal, noticed, spam_signs, subscribers
from storage.addresses import fold
from storage.database import insert_once
from storage.history import MOVED
from storage.history import of_subscriber as steps_of
from storage.person import of_list_address
from storage.records import MailingList
from storage.tables import (
    author,
    confirmation,
    forgotten,
    history,
    letter,
    outgoing,
    piece,
    post,
    raw_message,
    subscriber,
)


def remember(tx: Connection, hash_: str, now: datetime) -> None:
    """Notes the keyed hash of an address that shall not be brought back."""
    insert_once(tx, forgotten, {"hash": hash_, "at": now})
    journal.note(tx, "forgotten hash", hash=hash_)


def known(tx: Connection, hashes: Sequence[str]) -> set[str]:
    """Which of the hashes are of somebody who was forgotten."""
    found: set[str] = set()
    for start in range(0, len(hashes), 500):
        here = forgotten.c.hash.in_(hashes[start : start + 500])
        found |= set(tx.execute(select(forgotten.c.hash).where(here)).scalars())
    return found


def any_known(tx: Connection) -> bool:
    return tx.execute(select(forgotten.c.id).limit(1)).first() is not None


def drop(tx: Connection, hashes: Sequence[str]) -> None:
    """They came back by their own will."""
    tx.execute(delete(forgotten).where(forgotten.c.hash.in_(hashes)))
    for hash_ in hashes:
        journal.note(tx, "forgotten hash gone", hash=hash_)


def erase(tx: Connection, of_list: MailingList, address: str) -> dict[str, int]:
    """Takes all that is held under ``address`` out of the list; how much there was, by kind.

    Posts that went out stay, without their author. Nothing is left behind in the file of SQLite.
    """
    if tx.dialect.name == "sqlite":
        tx.execute(text("PRAGMA secure_delete=ON"))
    gone = Counter[str]()
    for key in [*_former(tx, of_list, address), fold(address)]:
        gone += _all_under(tx, of_list, key)
    gone["reader"] = int(subscribers.forget(tx, of_list.id, address))
    return {kind: count for kind, count in gone.items() if count}


def _former(tx: Connection, of_list: MailingList, address: str) -> list[str]:
    """The addresses under which the reader was known before."""
    reader = subscribers.by_address(tx, of_list.id, address)
    steps = steps_of(tx, reader.id) if reader else []
    return [fold(step.detail.partition(MOVED)[2]) for step in steps if MOVED in step.detail]


def _all_under(tx: Connection, of_list: MailingList, key: str) -> Counter[str]:
    _journal(tx, of_list, key)
    gone = {
        "letters": _letters(tx, of_list, key),
        "posts": _posts(tx, of_list, key),
        "mails": _mails(tx, of_list, key),
    }
    for table in (confirmation, author):
        here = (table.c.list_id == of_list.id) & (table.c.address_key == key)
        gone[table.name] = tx.execute(delete(table).where(here)).rowcount
    noticed.forget_author(tx, of_list.id, key)
    spam_signs.forget_sender(tx, of_list.id, key)
    return Counter(gone | {"history": _history(tx, of_list, key)})


def _journal(tx: Connection, of_list: MailingList, key: str) -> None:
    """By their numbers: an older copy of the database has the address."""
    for table in (subscriber, author):
        here = (table.c.list_id == of_list.id) & (table.c.address_key == key)
        for number in tx.execute(select(table.c.id).where(here)).scalars():
            journal.note(tx, f"erased {table.name}", id=number, list=of_list.id)


def _letters(tx: Connection, of_list: MailingList, key: str) -> int:
    """The letters from there; the raw bytes too, unless another list has them as well."""
    theirs = (letter.c.sender == key) | (letter.c.mail_from.ilike(_plain(key), escape="/"))
    chosen = select(letter.c.id, letter.c.raw_id).where(theirs & of_list_address(of_list))
    rows = tx.execute(chosen).all()
    for start in range(0, len(rows), 500):
        some = rows[start : start + 500]
        tx.execute(delete(letter).where(letter.c.id.in_([row.id for row in some])))
        raws = raw_message.c.id.in_([row.raw_id for row in some])
        shared = exists().where(letter.c.raw_id == raw_message.c.id)
        tx.execute(delete(raw_message).where(raws & ~shared))
    return len(rows)


def _posts(tx: Connection, of_list: MailingList, key: str) -> int:
    """Readers keep what they were sent; who wrote it is taken away, and what was held ends."""
    here = (post.c.list_id == of_list.id) & (post.c.author_key == key)
    ids = list(tx.execute(select(post.c.id).where(here)).scalars())
    values = {"author_address": "", "author_key": "", "author_name": "", "message_id": None}
    held = post.c.id.in_(ids) & (post.c.state == "held")
    tx.execute(update(post).where(held).values(state="withdrawn", title="", text="", html=""))
    tx.execute(update(post).where(post.c.id.in_(ids)).values(version=post.c.version + 1, **values))
    tx.execute(delete(piece).where(piece.c.post_id.in_(ids)))
    return len(ids)


def _mails(tx: Connection, of_list: MailingList, key: str) -> int:
    """Letters to somebody who was no reader: receipts, confirmations. A volunteer stays one."""
    here = (outgoing.c.list_id == of_list.id) & outgoing.c.volunteer_id.is_(None)
    here &= outgoing.c.recipient.ilike(_plain(key), escape="/")
    waiting = outgoing.c.state.in_(("waiting", "refused"))
    gone = tx.execute(delete(outgoing).where(here & waiting)).rowcount
    blank = {"recipient": "", "message": None, "reason": ""}
    return gone + tx.execute(update(outgoing).where(here).values(blank)).rowcount


def _history(tx: Connection, of_list: MailingList, key: str) -> int:
    """The trail of others may name the person, too."""
    here = (history.c.list_id == of_list.id) | history.c.list_id.is_(None)
    named = history.c.who.ilike(_plain(key), escape="/")
    gone = tx.execute(update(history).where(here & named).values(who="somebody")).rowcount
    told = history.c.detail.ilike(f"%{_plain(key)}%", escape="/")
    return gone + tx.execute(update(history).where(here & told).values(detail="")).rowcount


def _plain(words: str) -> str:
    return words.replace("/", "//").replace("%", "/%").replace("_", "/_")
