"""Spam decided once teaches: later posts of that sender, or to those places, come without a notice
of their own. They wait like any other, and are seen in the mail of what waits; none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.letters import Pen
from moderation.notice import say
from storage import noticed, spam_signs, volunteers
from storage.addresses import fold
from storage.records import Post
from storage.spam_signs import Kind, Sign
from templates import dates

MOST_HOSTS = 20
_SURE = ("none", "known", "proven")
"""From the least: who forges a name must not silence its owner."""


def learn(tx: Connection, post: Post, now: datetime) -> None:
    """Remembers the sender, and the places to which no approved post has led."""
    hosts = [one.detail for one in noticed.flags(tx, post.id) if one.kind in ("host", "new_host")]
    good = spam_signs.good_hosts(tx, post.list_id, hosts)
    signs: list[tuple[Kind, str]] = [("sender", fold(post.author_address))]
    signs += [("host", host) for host in sorted(set(hosts) - good)[:MOST_HOSTS]]
    spam_signs.learn(tx, post.list_id, post.id, signs, post.proof, now)


def forget(tx: Connection, post_id: int) -> None:
    spam_signs.forget(tx, post_id)


def reminds_of(pen: Pen, post: Post, vouched: str, hosts: Sequence[str]) -> tuple[str, ...]:
    """Sentences for the moderator where a new post is like one that was spam; () where it is not.

    Places say nothing against an author whose posts were approved: such a post is looked at as
    usual.
    """
    tx, sender = pen.tx, pen.sender
    found = spam_signs.found(tx, sender.id, fold(post.author_address), hosts[:MOST_HOSTS])
    author = volunteers.known_author(tx, sender.id, post.author_address) if found else None
    known = author is not None and author.approved > 0 and vouched != "none"
    telling = [one for one in found if _tells(one, vouched, known=known)]
    return tuple(dict.fromkeys(_sentence(pen, one) for one in telling))[:3]


def _tells(sign: Sign, vouched: str, *, known: bool) -> bool:
    if sign.kind == "host":
        return not known
    return _SURE.index(vouched) <= _SURE.index(sign.proof)


def _sentence(pen: Pen, sign: Sign) -> str:
    language = pen.sender.language
    day = dates.day(sign.at.astimezone(ZoneInfo(pen.sender.timezone)).date(), language)
    return say(f"spam_{sign.kind}", language, day=day, sign=sign.sign)
