"""What a letter shows of a post, and to whom a reply to it goes. Nothing is written here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from delivery.letters import To
from storage import lists, posts
from storage.records import Attachment, Post, StoredAttachment, Volunteer
from templates import AttachmentView

_FIRST = 2
"""The first version, not urgent."""


def to_moderator(volunteer: Volunteer, post: Post, *, urgent: bool = False) -> To:
    """The mark says which version of the post was seen, and whether "urgent?" was asked: in a third
    number, which most do without, because a local part ends at 64 characters."""
    number = 2 * post.version + urgent
    return To(
        volunteer.address,
        "verdict",
        (post.id, volunteer.id) if number == _FIRST else (post.id, volunteer.id, number),
        volunteer_id=volunteer.id,
        post_id=post.id,
    )


def seen_in(mark_ids: tuple[int, ...]) -> tuple[int, bool]:
    """The version that a moderator saw, and whether the mail asked "urgent?"; the other way round
    of ``to_moderator``."""
    number = mark_ids[2] if len(mark_ids) > 2 else _FIRST
    return number // 2, bool(number % 2)


def to_author(post: Post) -> To:
    return To(post.author_address, "post", (post.id,), post_id=post.id)


def post_values(tx: Connection, post: Post) -> dict[str, Any]:
    """What a letter to a moderator shows of a post."""
    return {
        "author_name": post.author_name,
        "author_address": post.author_address,
        "post_title": post.title,
        "post_text": post.text,
        "post_html": post.html,
        "topics": topic_names(tx, post),
        "event_date": post.event_date or "",
        "closing_date": post.closing_date or "",
        "attachments": [AttachmentView(item.filename, item.size) for item in _shown(tx, post)],
        "notes": list(post.notes),
    }


def topic_names(tx: Connection, post: Post) -> list[str]:
    names = {one.id: one.name for one in lists.topics(tx, post.list_id)} if post.topics else {}
    return [names[number] for number in post.topics if number in names]


def _shown(tx: Connection, post: Post) -> list[StoredAttachment]:
    return [item for item in posts.attachments(tx, [post.id]) if not item.inline]


def with_content(tx: Connection, post: Post) -> list[Attachment]:
    """With the pictures that stand in the text, as readers of the whole item will see them."""
    return [
        Attachment(item.filename, item.content_type, content, item.content_id, item.inline)
        for item in posts.attachments(tx, [post.id])
        if (content := posts.attachment_content(tx, item.id)) is not None
    ]
