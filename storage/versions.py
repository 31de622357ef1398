"""What a post said before it was changed, by whom, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from storage import posts
from storage.database import insert_once
from storage.records import Post
from storage.tables import post_version

KEPT = ("title", "html", "text", "topics", "event_date", "closing_date")
AUTHOR = "author"
"""``changed_by`` of what the author sent anew; else it is a moderator's address or "operator"."""


def change(
    tx: Connection, post: Post, changes: Mapping[str, Any], changed_by: str, now: datetime
) -> int:
    """Changes what readers see and keeps what it was; the number of the new version."""
    before = {name: getattr(post, name) for name in KEPT}
    before["topics"] = ",".join(map(str, post.topics))
    identity = {"post_id": post.id, "version": post.version}
    insert_once(tx, post_version, before | identity | {"until": now, "changed_by": changed_by})
    posts.revise(tx, post.id, dict(changes))
    return post.version + 1


def go_back(tx: Connection, post: Post, version: int, now: datetime) -> bool:
    """Makes that version, made by ``change``, the one in force again. False when it is unknown."""
    here = (post_version.c.post_id == post.id) & (post_version.c.version == version)
    row = tx.execute(select(*(post_version.c[name] for name in KEPT)).where(here)).first()
    if row is None:
        return False
    found = dict(zip(KEPT, row, strict=True))
    found["topics"] = tuple(int(part) for part in found["topics"].split(",") if part)
    change(tx, post, found, "undo", now)
    return True


def before_last_change(tx: Connection, post_id: int, changed_by: str) -> int | None:
    """The newest version that this person's change put an end to; None when there is none."""
    here = (post_version.c.post_id == post_id) & (post_version.c.changed_by == changed_by)
    found: int | None = tx.execute(select(func.max(post_version.c.version)).where(here)).scalar()
    return found


def at(tx: Connection, post: Post, moment: datetime) -> int:
    """The version that was in force at ``moment``, as somebody saw it who was written to then."""
    here = (post_version.c.post_id == post.id) & (post_version.c.until > moment)
    found: int | None = tx.execute(select(func.min(post_version.c.version)).where(here)).scalar()
    return post.version if found is None else found


def title_at(tx: Connection, post: Post, moment: datetime) -> str:
    """Its title at ``moment``, as a mail had it that was written before any change of then."""
    here = (post_version.c.post_id == post.id) & (post_version.c.until >= moment)
    first = select(post_version.c.title).where(here).order_by(post_version.c.version).limit(1)
    found: str | None = tx.execute(first).scalar()
    return post.title if found is None else found


def changed_at(tx: Connection, post_id: int, moment: datetime) -> int | None:
    """The version that a change at exactly that moment put an end to."""
    here = (post_version.c.post_id == post_id) & (post_version.c.until == moment)
    here &= post_version.c.changed_by != AUTHOR
    found: int | None = tx.execute(select(func.max(post_version.c.version)).where(here)).scalar()
    return found
