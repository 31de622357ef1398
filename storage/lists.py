"""Lists and their topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from storage.database import insert_once
from storage.records import MailingList, Topic
from storage.tables import mailing_list, topic

_FIELDS = [mailing_list.c[field.name] for field in fields(MailingList)]
_TOPIC_FIELDS = [topic.c[field.name] for field in fields(Topic)]
# Asked for each letter: a statement made once costs a sixth of one made each time.
_EVERY = select(*_FIELDS).order_by(mailing_list.c.id)
_TOPICS = select(*_TOPIC_FIELDS).where(topic.c.list_id == bindparam("of")).order_by(topic.c.id)


def add(tx: Connection, new: MailingList, now: datetime) -> MailingList | None:
    """The list as stored (its ``id`` is given here), or None when its address is taken."""
    values = asdict(new) | {"domain": new.domain.lower(), "created_at": now}
    del values["id"]
    number = insert_once(tx, mailing_list, values)
    return by_id(tx, number) if number else None


def edit(tx: Connection, list_id: int, changes: dict[str, Any]) -> None:
    tx.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(changes))


def by_id(tx: Connection, list_id: int) -> MailingList | None:
    row = tx.execute(select(*_FIELDS).where(mailing_list.c.id == list_id)).one_or_none()
    return _list(row) if row else None


def created_at(tx: Connection, list_id: int) -> datetime:
    here = mailing_list.c.id == list_id
    found: datetime = tx.execute(select(mailing_list.c.created_at).where(here)).scalar_one()
    return found


def by_address(tx: Connection, name: str, domain: str) -> MailingList | None:
    here = (mailing_list.c.name == name.lower()) & (mailing_list.c.domain == domain.lower())
    row = tx.execute(select(*_FIELDS).where(here)).one_or_none()
    return _list(row) if row else None


def every(tx: Connection, *, locked: bool = False) -> list[MailingList]:
    """In the order in which they were added; ``locked``: for one transaction at a time."""
    chosen = _EVERY.with_for_update(key_share=True) if locked else _EVERY
    return [_list(row) for row in tx.execute(chosen)]


def lock(tx: Connection, list_id: int) -> None:
    """Until the transaction ends nobody makes mails of an edition for the list."""
    locked = select(mailing_list.c.id).where(mailing_list.c.id == list_id)
    tx.execute(locked.with_for_update(key_share=True))


def add_topic(tx: Connection, list_id: int, key: str, name: str, words: str = "") -> bool:
    values = {"list_id": list_id, "key": key.lower(), "name": name, "words": words}
    return insert_once(tx, topic, values) is not None


def remove_topic(tx: Connection, list_id: int, key: str) -> bool:
    here = (topic.c.list_id == list_id) & (topic.c.key == key.lower())
    return tx.execute(delete(topic).where(here)).rowcount > 0


def topics(tx: Connection, list_id: int) -> list[Topic]:
    """In the order in which they were added: it is also the order in the round-up."""
    return [Topic(*row) for row in tx.execute(_TOPICS, {"of": list_id})]


def _list(row: Sequence[Any]) -> MailingList:
    return MailingList(*row)
