"""All that we hold about one person on one list, as plain data for a copy. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage.addresses import fold
from storage.records import MailingList
from storage.tables import (
    author,
    bounce,
    confirmation,
    history,
    letter,
    outgoing,
    post,
    raw_message,
    stopped,
    subscriber,
    topic,
    volunteer,
)

LARGEST_RAW = 100_000
"""Bytes of a letter that a copy holds; beyond, its size says that there was more."""


def held(tx: Connection, of_list: MailingList, address: str) -> dict[str, Any]:
    """Everything under ``address``, by kind; {} when there is nothing. Times are ISO 8601."""
    key = fold(address)
    reader = tx.execute(_of(subscriber, of_list).where(subscriber.c.address_key == key)).first()
    found: dict[str, Any] = {"reader": _reader(tx, reader)} if reader else {}
    if reader is not None:
        number = reader.id
        found["history"] = _rows(tx, select(history).where(history.c.subscriber_id == number))
        found["mails to you"] = _rows(tx, _mails().where(outgoing.c.subscriber_id == number))
        found["mails that came back"] = _rows(tx, _bounces(number))
        found["stopped"] = _rows(tx, select(stopped).where(stopped.c.subscriber_id == number))
    asked = _of(confirmation, of_list).where(confirmation.c.address_key == key)
    found["asked"] = _rows(tx, asked)
    found["letters from you"] = _letters(tx, of_list, key)
    found["posts"] = _rows(tx, _posts(of_list).where(post.c.author_key == key))
    found["author"] = _rows(tx, _of(author, of_list).where(author.c.address_key == key))
    found["volunteer"] = _rows(tx, _of(volunteer, of_list).where(volunteer.c.address_key == key))
    return {kind: rows for kind, rows in found.items() if rows}


def of_list_address(of_list: MailingList) -> Any:
    """Letters to any address of a list."""
    ends = f"@{of_list.domain}"
    whole = letter.c.recipient.ilike(f"{_plain(of_list.name + ends)}", escape="/")
    more = [
        letter.c.recipient.ilike(f"{_plain(of_list.name + mark)}%{_plain(ends)}", escape="/")
        for mark in "-+"
    ]
    return whole | more[0] | more[1]


def _plain(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _of(table: Any, of_list: MailingList) -> Any:
    return select(table).where(table.c.list_id == of_list.id)


def _mails() -> Any:
    return select(
        outgoing.c.letter,
        outgoing.c.recipient,
        outgoing.c.message_id,
        outgoing.c.state,
        outgoing.c.created_at,
        outgoing.c.sent_at,
    ).order_by(outgoing.c.id)


def _bounces(number: int) -> Any:
    return select(bounce.c.at, bounce.c.kind, bounce.c.status).where(
        bounce.c.subscriber_id == number
    )


def _posts(of_list: MailingList) -> Any:
    return select(
        post.c.title, post.c.text, post.c.author_name, post.c.author_address, post.c.state,
        post.c.held_at,
    ).where(post.c.list_id == of_list.id)  # fmt: skip


def _letters(tx: Connection, of_list: MailingList, key: str) -> list[dict[str, Any]]:
    joined = letter.join(raw_message, raw_message.c.id == letter.c.raw_id)
    chosen: Any = select(
        letter.c.received_at, letter.c.peer, letter.c.mail_from, letter.c.recipient,
        letter.c.subject, letter.c.state, raw_message.c.content,
    ).select_from(joined)  # fmt: skip
    here = (letter.c.sender == key) & of_list_address(of_list)
    found = []
    for row in tx.execute(chosen.where(here).order_by(letter.c.id)):
        values = _values(row)
        raw: bytes = values.pop("content")
        text = raw[:LARGEST_RAW].decode("utf-8", "replace")
        found.append(values | {"size": len(raw), "text": text})
    return found


def _reader(tx: Connection, row: Row[Any]) -> dict[str, Any]:
    """With the names of topics, which say more than their numbers."""
    values = _values(row)
    names = {
        str(number): name
        for number, name in tx.execute(
            select(topic.c.id, topic.c.name).where(topic.c.list_id == row.list_id)
        )
    }
    values["topics"] = [names.get(one, one) for one in row.topics.split(",") if one]
    return values


def _rows(tx: Connection, chosen: Any) -> list[dict[str, Any]]:
    return [_values(row) for row in tx.execute(chosen)]


_OURS = {"id", "list_id", "subscriber_id", "address_key", "author_key", "outgoing_id", "post_id"}


def _values(row: Row[Any]) -> dict[str, Any]:
    """What says something about the person: our own numbers of rows do not."""
    return dict(_told(row._asdict().items()))


def _told(items: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    for name, value in items:
        if name not in _OURS and value not in (None, ""):
            told = value.isoformat() if isinstance(value, (date, datetime)) else value
            yield name, told
