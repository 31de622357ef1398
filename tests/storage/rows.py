"""Rows that several tests need: a list, its moderators, a post, a reader, a mail. No tests here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from storage import lists, outgoing, posts, subscribers, volunteers
from storage.records import Arrival, MailingList, Outgoing, Post, Subscriber, Volunteer

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday."""
MINUTE = timedelta(minutes=1)


def new_list(tx: Connection, name: str = "news", title: str = "News", now: datetime = NOON) -> Any:
    made = lists.add(tx, MailingList(0, name, "lists.example.org", title), now)
    assert made is not None
    return made


def new_topic(tx: Connection, to: MailingList, key: str) -> int:
    assert lists.add_topic(tx, to.id, key, key.title())
    return next(topic.id for topic in lists.topics(tx, to.id) if topic.key == key)


def new_moderator(tx: Connection, to: MailingList, name: str, minutes: int = 0) -> Volunteer:
    """Added so many minutes after noon of 2 November: the order of the rota."""
    address = f"{name.lower()}@example.org"
    added = NOON - timedelta(days=16) + minutes * MINUTE
    assert volunteers.add(tx, to.id, "moderator", address, name, added)
    return next(one for one in volunteers.every(tx, to.id, "moderator") if one.name == name)


def new_post(tx: Connection, to: MailingList, title: str = "Food bank hours", **more: Any) -> Post:
    post = Post(
        id=0,
        list_id=to.id,
        letter_id=None,
        author_address="alice@charity.example",
        author_name="Alice",
        title=title,
        html="<p>Open on Friday.</p>",
        text="Open on Friday.",
        state="held",
        held_at=NOON,
        message_id="1@charity.example",
    )
    number = posts.hold(tx, replace(post, **more), ())
    held = posts.by_id(tx, number)
    assert held is not None
    return held


def new_reader(
    tx: Connection, to: MailingList, address: str = "carol@reader.example", **more: Any
) -> Subscriber:
    reader = Subscriber(0, to.id, address, "Carol", "active", "weekly", joined_at=NOON)
    number = subscribers.add(tx, replace(reader, **more))
    assert number is not None
    added = subscribers.by_id(tx, number)
    assert added is not None
    return added


def new_mail(tx: Connection, to: str = "carol@reader.example", lane: int = 0, **more: Any) -> int:
    mail = Outgoing(
        id=0,
        list_id=None,
        letter="test",
        to=to,
        message_id=f"{to}.{more.get('letter', '')}",
        created_at=NOON,
        state="waiting",
        message=b"Subject: test\r\n\r\ntest\r\n",
    )
    return outgoing.put(tx, replace(mail, **more), lane=lane)


def arrival(raw: bytes, *recipients: str, at: datetime = NOON) -> Arrival:
    to = recipients or ("news@lists.example.org",)
    return Arrival(raw, "alice@charity.example", to, "192.0.2.1", "mx.charity.example", at)
