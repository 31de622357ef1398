"""Posts and their attachments, and the one place where a post changes its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, cast, delete, func, select, update

from storage import journal
from storage.addresses import fold
from storage.records import Attachment, Post, StoredAttachment
from storage.tables import attachment, edition, edition_post, piece, post

JOURNALLED = ("approved_at", "straight_away_at", "decided_at")
"""The moments that a state goes with."""

_NAMES = [field.name for field in fields(Post)]
_FIELDS = [post.c[name] for name in _NAMES]
_ATTACHED = [attachment.c[field.name] for field in fields(StoredAttachment)]

# Needed for each letter: a statement made once costs a sixth of one made each time.
_HOLD = post.insert().returning(post.c.id)
_ATTACHMENTS = (
    select(*_ATTACHED)
    .where(attachment.c.post_id.in_(bindparam("of", expanding=True)))
    .order_by(attachment.c.id)
)
_COUNT = (
    select(func.count())
    .select_from(post)
    .where(post.c.list_id == bindparam("of"), post.c.held_at >= bindparam("since"))
)
_BY_AUTHOR = post.c.author_key == bindparam("key")
_BY_PROOF = post.c.proof == bindparam("proof")
_COUNTS = {
    (False, False): _COUNT,
    (True, False): _COUNT.where(_BY_AUTHOR),
    (False, True): _COUNT.where(_BY_PROOF),
    (True, True): _COUNT.where(_BY_AUTHOR, _BY_PROOF),
}

_ATTACH = attachment.insert()


def hold(tx: Connection, new: Post, attachments: Sequence[Attachment]) -> int:
    """Stores a post that waits for a decision; its id (that of ``new`` is not looked at)."""
    values = {name: getattr(new, name) for name in _NAMES if name != "id"}
    values |= {"topics": _csv(new.topics), "notes": "\n".join(new.notes)}
    values["author_key"] = fold(new.author_address)
    number = tx.execute(_HOLD, values).scalar_one()
    _attach(tx, number, attachments)
    return int(number)


def _attach(tx: Connection, post_id: int, items: Sequence[Attachment]) -> None:
    for item in items:
        # Apart from the statement, whose own copy of the content would stay for a while.
        values = {
            "post_id": post_id,
            "filename": item.filename or "",
            "content_type": item.content_type,
            "content_id": item.content_id,
            "inline": item.inline,
            "size": item.size,
            "content": item.content,
        }
        tx.execute(_ATTACH, values)


def change_state(
    tx: Connection, post_id: int, old: Sequence[str], new: str, changes: dict[str, Any]
) -> bool:
    """Moves a post from one of the ``old`` states to ``new``. True for exactly one caller.

    This condition is what makes two decisions at once end as one.
    """
    here = (post.c.id == post_id) & post.c.state.in_(old)
    values = _stored(changes) | {"state": new}
    if tx.execute(update(post).where(here).values(values)).rowcount != 1:
        return False
    moments = {name: _iso(changes[name]) for name in JOURNALLED if name in changes}
    journal.note(tx, "post", id=post_id, state=new, **moments)
    return True


def revise(tx: Connection, post_id: int, changes: dict[str, Any]) -> None:
    """Changes what readers see; pieces made of the old version are not used again."""
    values = _stored(changes) | {"version": post.c.version + 1}
    tx.execute(update(post).where(post.c.id == post_id).values(values))
    tx.execute(delete(piece).where(piece.c.post_id == post_id))


def set_notes(tx: Connection, post_id: int, notes: Sequence[str]) -> None:
    """What the moderator is told about a post, not its readers."""
    tx.execute(update(post).where(post.c.id == post_id).values(notes="\n".join(notes)))


def release_from_editions(tx: Connection, post_id: int) -> None:
    """Lets a post that had left for nobody be taken by an edition again."""
    tx.execute(delete(edition_post).where(edition_post.c.post_id == post_id))
    # Its own edition, straight away, keeps its row, but not the name that the next one needs.
    own = (edition.c.frequency == "straight away") & (edition.c.period == f"post-{post_id}")
    left = edition.c.period.concat(" undone ").concat(cast(edition.c.id, Text))
    tx.execute(update(edition).where(own).values(period=left))
    journal.note(tx, "post free", id=post_id)


def by_id(tx: Connection, post_id: int) -> Post | None:
    row = tx.execute(select(*_FIELDS).where(post.c.id == post_id)).one_or_none()
    return _post(row) if row else None


def by_ids(tx: Connection, post_ids: Sequence[int]) -> list[Post]:
    rows = tx.execute(select(*_FIELDS).where(post.c.id.in_(post_ids)).order_by(post.c.id))
    return [_post(row) for row in rows]


def held(tx: Connection, list_id: int | None = None) -> list[Post]:
    """What waits for a decision, the longest waiting first."""
    chosen = _chosen(list_id).where(post.c.state == "held").order_by(post.c.held_at, post.c.id)
    return [_post(row) for row in tx.execute(chosen)]


def every(tx: Connection, list_id: int | None = None, limit: int = 100) -> list[Post]:
    """The newest posts, whatever became of them."""
    return [
        _post(row) for row in tx.execute(_chosen(list_id).order_by(post.c.id.desc()).limit(limit))
    ]


def count_since(
    tx: Connection, list_id: int, since: datetime, *, address: str = "", proof: str = ""
) -> int:
    """How many posts the list had since then: of one author, or vouched for in one way."""
    values = {"of": list_id, "since": since, "proof": proof, "key": fold(address)}
    count = _COUNTS[bool(address), bool(proof)]
    return int(tx.execute(count, values).scalar_one())


def count_corrections(tx: Connection, post_id: int, since: datetime) -> int:
    """How many corrections of a post were held since then."""
    here = (post.c.corrects == post_id) & (post.c.held_at >= since)
    return int(tx.execute(select(func.count()).select_from(post).where(here)).scalar_one())


def add_attachments(tx: Connection, post_id: int, new: Sequence[Attachment]) -> None:
    """One with the name of an older one takes its place."""
    names = [item.filename for item in new if item.filename]
    here = (attachment.c.post_id == post_id) & attachment.c.filename.in_(names)
    tx.execute(delete(attachment).where(here & attachment.c.inline.is_(False)))
    _attach(tx, post_id, new)


def attachments(tx: Connection, post_ids: Sequence[int]) -> list[StoredAttachment]:
    """Without their bytes."""
    return [StoredAttachment(*row) for row in tx.execute(_ATTACHMENTS, {"of": list(post_ids)})]


def attachment_content(tx: Connection, attachment_id: int) -> bytes | None:
    here = attachment.c.id == attachment_id
    return tx.execute(select(attachment.c.content).where(here)).scalar_one_or_none()


def _chosen(list_id: int | None) -> Select[Any]:
    chosen = select(*_FIELDS)
    return chosen if list_id is None else chosen.where(post.c.list_id == list_id)


def _stored(changes: dict[str, Any]) -> dict[str, Any]:
    values = dict(changes)
    if "topics" in values:
        values["topics"] = _csv(values["topics"])
    if "notes" in values:
        values["notes"] = "\n".join(values["notes"])
    return values


def _post(row: Sequence[Any]) -> Post:
    values = dict(zip(_NAMES, row, strict=True))
    values["topics"] = tuple(int(part) for part in values["topics"].split(",") if part)
    values["notes"] = tuple(line for line in values["notes"].split("\n") if line)
    return Post(**values)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _csv(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
