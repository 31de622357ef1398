"""Notices what a moderator should look at in a post and what only the database knows: links to new
places of a known author, a post that was here before, and what its day and topics may be."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.letters import Pen
from moderation.likeness import alike
from moderation.suggest import all_days, days_in, topics_of
from storage import lists, noticed, posts, volunteers
from storage.addresses import a_labels
from storage.records import Flag, MailingList, Noticed, Post
from templates import dates

LOOK_BACK = timedelta(days=60)
MOST_POSTS = 200
"""Posts, the newest, with which a new one is compared."""
MOST_ALIKE = 3
_MOST_HOSTS = 5
_FOLDER = Path(__file__).parent / "notices"
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
_ADD = {"event_date": "date: {}", "closing_date": "closes: {}", "topics": "topics: {}"}
"""Lines that may be added to a yes. These words and days count in lists of every language."""


@dataclass(frozen=True, slots=True)
class Notices:
    flags: tuple[Flag, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences for the moderator, the most pressing first."""


def about(pen: Pen, post: Post, found: Noticed) -> Notices:
    """What is to be noticed about a post that is about to be held."""
    parts = (
        _hosts(pen, post, found),
        _alike(pen, post, found),
        _days(pen, post),
        _topics(pen, post),
    )
    flags = (*found.flags, *(flag for part in parts for flag in part.flags))
    notes = (
        *_private(pen.sender.language, found),
        *(note for part in parts for note in part.notes),
    )
    return Notices(flags, notes)


def keep(pen: Pen, post_id: int, found: Noticed, notices: Notices) -> None:
    """Keeps what was noticed beside the post."""
    noticed.set_flags(pen.tx, post_id, notices.flags)
    if found.sketch:
        noticed.keep_sketch(pen.tx, pen.sender.id, post_id, found.sketch, pen.now)


def approved(tx: Connection, post: Post, now: datetime) -> None:
    """An author may lead to the same places again without a word from us."""
    noticed.learn_hosts(tx, post.list_id, post.author_address, post.id, now)


def suggested(tx: Connection, post: Post) -> tuple[str, ...]:
    """Lines that a moderator may add to a yes, when they are right: "date: 4 May 2026"."""
    found = {flag.kind: flag.detail for flag in noticed.flags(tx, post.id)}
    there = {"event_date": post.event_date, "closing_date": post.closing_date}
    lines = [
        _ADD[name].format(dates.day(date.fromisoformat(found[name])).partition(" ")[2])
        for name, day in there.items()
        if name in found and not day
    ]
    topics = (
        [_ADD["topics"].format(found["topics"])] if "topics" in found and not post.topics else []
    )
    return (*lines, *topics)


def _private(language: str, found: Noticed) -> list[str]:
    kinds = _catalogue(language)["kinds"]
    sure = [f"{kinds[one.kind]} (“{one.words}”)" for one in found.private if one.sure]
    perhaps = [f"“{one.words}”" for one in found.private if not one.sure]
    notes = [say("private", language, found=", ".join(sure))] if sure else []
    return notes + ([say("perhaps_private", language, found=", ".join(perhaps))] if perhaps else [])


def _hosts(pen: Pen, post: Post, found: Noticed) -> Notices:
    """Of an author whom nobody knows every link is new: the post is looked at for that alone."""
    known = noticed.known_hosts(pen.tx, post.list_id, post.author_address, found.hosts)
    new = [host for host in found.hosts if host not in known]
    author = volunteers.known_author(pen.tx, post.list_id, post.author_address)
    if author is None or not author.approved:
        return Notices(tuple(Flag("host", host) for host in new))
    strange = [host for host in new if not _is_own(post.author_address, host)]
    flags = tuple(Flag("new_host" if host in strange else "host", host) for host in new)
    if not strange:
        return Notices(flags)
    name = "new_host" if len(strange) == 1 else "new_hosts"
    named = ", ".join(strange[:_MOST_HOSTS]) + (" …" if len(strange) > _MOST_HOSTS else "")
    return Notices(flags, (say(name, pen.sender.language, hosts=named),))


def _is_own(author: str, host: str) -> bool:
    """A hijacked account leads elsewhere than to its own domain."""
    domain, host = a_labels(author.rpartition("@")[2]), a_labels(host)
    return host == domain or host.endswith(f".{domain}") or domain.endswith(f".{host}")


def _alike(pen: Pen, post: Post, found: Noticed) -> Notices:
    if not found.sketch:
        return Notices()
    kept = noticed.sketches(pen.tx, post.list_id, pen.now - LOOK_BACK, MOST_POSTS)
    best = [number for _, number in sorted(alike(found.sketch, kept), reverse=True)[:MOST_ALIKE]]
    if not best:
        return Notices()
    # A post whose author was forgotten has no words any more.
    found_again = (other for other in posts.by_ids(pen.tx, best) if other.title)
    others = sorted(found_again, key=lambda other: best.index(other.id))
    notes = tuple(_looks_like(pen.sender, post, other) for other in others)
    return Notices(tuple(Flag("looks_like", str(other.id)) for other in others), notes)


def _looks_like(sender: MailingList, post: Post, other: Post) -> str:
    held = other.held_at.astimezone(ZoneInfo(sender.timezone)).date()
    mine, theirs = (all_days(f"{one.title}\n{one.text}", held) for one in (post, other))
    same = mine == theirs
    name = "looks_like" if same else "looks_like_other_dates"
    language = sender.language
    state = _catalogue(language)["states"][other.state]
    return say(name, language, title=other.title, day=dates.day(held, language), state=state)


def _days(pen: Pen, post: Post) -> Notices:
    if post.event_date or post.closing_date:
        return Notices()
    today = pen.now.astimezone(ZoneInfo(pen.sender.timezone)).date()
    days = days_in(post.title, post.text, today)
    seen = [
        (name, day)
        for name, day in (("event_date", days.event), ("closing_date", days.closing))
        if day
    ]
    return Notices(tuple(Flag(name, day.isoformat()) for name, day in seen))


def _topics(pen: Pen, post: Post) -> Notices:
    if post.topics:
        return Notices()
    found = topics_of(post.title, post.text, lists.topics(pen.tx, post.list_id))
    names = ", ".join(topic.name for topic in found)
    return Notices((Flag("topics", names),)) if found else Notices()


def say(name: str, language: str, **values: str) -> str:
    """A sentence of notices/LANGUAGE.toml, filled in; English where that language has none."""
    return str(_catalogue(language)[name]).format(**values)


@cache
def _catalogue(language: str) -> dict[str, Any]:
    known = language if language in LANGUAGES else "en"
    return tomllib.loads((_FOLDER / f"{known}.toml").read_text("utf-8"))
