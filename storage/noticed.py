"""What was noticed about posts: their flags, the sketches by which likeness is known, and the hosts
to which an author's approved posts have led. What it means is decided above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from storage.addresses import fold
from storage.database import insert_many_once
from storage.records import NEVER_TRUSTED, Flag
from storage.tables import author_host, post_flag, post_sketch

_FLAGS = (
    select(post_flag.c.kind, post_flag.c.detail)
    .where(post_flag.c.post_id == bindparam("of"))
    .order_by(post_flag.c.id)
)
_SKETCHES = (
    select(post_sketch.c.post_id, post_sketch.c.sketch)
    .where(post_sketch.c.list_id == bindparam("of"), post_sketch.c.held_at >= bindparam("since"))
    .order_by(post_sketch.c.held_at.desc())
    .limit(bindparam("most"))
)
_HOSTS = select(author_host.c.host).where(
    author_host.c.list_id == bindparam("of"),
    author_host.c.author_key == bindparam("key"),
    author_host.c.host.in_(bindparam("hosts", expanding=True)),
)


def flags(tx: Connection, post_id: int) -> tuple[Flag, ...]:
    """All flags of a post, in the order in which they were set."""
    return tuple(Flag(*row) for row in tx.execute(_FLAGS, {"of": post_id}))


def needs_a_person(tx: Connection, post_id: int) -> bool:
    """True for a post that neither trust nor a word for many posts at once may let through."""
    return any(flag.kind in NEVER_TRUSTED for flag in flags(tx, post_id))


def set_flags(tx: Connection, post_id: int, new: Sequence[Flag]) -> None:
    if new:
        rows = [{"post_id": post_id, "kind": one.kind, "detail": one.detail} for one in new]
        tx.execute(post_flag.insert(), rows)


def keep_sketch(
    tx: Connection, list_id: int, post_id: int, sketch: bytes, held_at: datetime
) -> None:
    values = {"list_id": list_id, "post_id": post_id, "sketch": sketch, "held_at": held_at}
    tx.execute(post_sketch.insert(), values)


def sketches(tx: Connection, list_id: int, since: datetime, most: int) -> list[tuple[int, bytes]]:
    """Post ids and sketches of the list's posts held since then, the newest first."""
    rows = tx.execute(_SKETCHES, {"of": list_id, "since": since, "most": most}).all()
    return [(number, sketch) for number, sketch in rows]


def known_hosts(tx: Connection, list_id: int, author: str, hosts: Sequence[str]) -> set[str]:
    """Which of the ``hosts`` an approved post of this author has led to before."""
    if not hosts:
        return set()
    asked = {"of": list_id, "key": fold(author), "hosts": list(hosts)}
    return set(tx.execute(_HOSTS, asked).scalars())


def learn_hosts(tx: Connection, list_id: int, author: str, post_id: int, now: datetime) -> None:
    """The hosts of a post that was approved are the author's own from now on."""
    hosts = {one.detail for one in flags(tx, post_id) if one.kind in ("host", "new_host")}
    key = {"list_id": list_id, "author_key": fold(author), "known_since": now}
    insert_many_once(tx, author_host, [key | {"host": host} for host in sorted(hosts)])


def forget_author(tx: Connection, list_id: int, key: str) -> None:
    """Takes away where the posts of one author led; ``key`` is the folded address."""
    here = (author_host.c.list_id == list_id) & (author_host.c.author_key == key)
    tx.execute(delete(author_host).where(here))
