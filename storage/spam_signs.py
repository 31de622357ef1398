"""What a post that was marked as spam taught: its sender, and the places it led to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, delete, or_, select

from storage.database import insert_many_once
from storage.tables import author_host, spam_sign

Kind = Literal["sender", "host"]


@dataclass(frozen=True, slots=True)
class Sign:
    kind: Kind
    sign: str
    """The sender's address, folded, or a host in ASCII."""
    proof: str
    """How that post's author was vouched for: a forged name says little about its owner."""
    at: datetime


# Asked for each post: a statement made once costs a sixth of one made each time.
_FOUND = (
    select(spam_sign.c.kind, spam_sign.c.sign, spam_sign.c.proof, spam_sign.c.at)
    .where(spam_sign.c.list_id == bindparam("of"))
    .where(
        or_(
            and_(spam_sign.c.kind == "sender", spam_sign.c.sign == bindparam("key")),
            and_(
                spam_sign.c.kind == "host",
                spam_sign.c.sign.in_(bindparam("hosts", expanding=True)),
            ),
        )
    )
    .order_by(spam_sign.c.id.desc())
)


def learn(
    tx: Connection,
    list_id: int,
    post_id: int,
    signs: Sequence[tuple[Kind, str]],
    proof: str,
    now: datetime,
) -> None:
    key = {"list_id": list_id, "post_id": post_id, "proof": proof, "at": now}
    insert_many_once(tx, spam_sign, [key | {"kind": kind, "sign": one} for kind, one in signs])


def forget(tx: Connection, post_id: int) -> None:
    """The post is no spam after all."""
    tx.execute(delete(spam_sign).where(spam_sign.c.post_id == post_id))


def forget_sender(tx: Connection, list_id: int, sender: str) -> None:
    """Nothing is kept under the address of somebody who shall be forgotten."""
    here = (spam_sign.c.list_id == list_id) & (spam_sign.c.sign == sender)
    tx.execute(delete(spam_sign).where(here, spam_sign.c.kind == "sender"))


def found(tx: Connection, list_id: int, sender: str, hosts: Collection[str]) -> list[Sign]:
    """What is remembered of a sender (folded) and of the places a post leads to, newest first."""
    asked = {"of": list_id, "key": sender, "hosts": list(hosts)}
    return [Sign(*row) for row in tx.execute(_FOUND, asked)]


def good_hosts(tx: Connection, list_id: int, hosts: Collection[str]) -> set[str]:
    """Those to which an approved post of anybody on the list has led."""
    here = (author_host.c.list_id == list_id) & author_host.c.host.in_(list(hosts))
    return set(tx.execute(select(author_host.c.host).where(here)).scalars())
