"""The attachments of posts as parts of a round-up, for readers who asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage

from sqlalchemy import Connection

from delivery.compose import POLICY
from storage import posts
from storage.records import StoredAttachment

MOST_BYTES = 8 * 1024 * 1024
"""Of all files of one mail; many mail services refuse more. The others come with "more N"."""


def attached_files(tx: Connection, post_ids: Sequence[int]) -> list[bytes]:
    """Whole MIME parts, in the order of the posts, as many as one mail can carry."""
    left = MOST_BYTES
    parts = []
    here = {post.id: post for post in posts.by_ids(tx, post_ids) if post.state == "approved"}
    for post in (here[number] for number in post_ids if number in here):
        for one in posts.attachments(tx, [post.id]):
            content = posts.attachment_content(tx, one.id) if _fits(one, left) else None
            if content is not None:
                left -= len(content)
                parts.append(_part(one, content))
    return parts


def _fits(one: StoredAttachment, left: int) -> bool:
    return not one.inline and one.size <= left


def _part(one: StoredAttachment, content: bytes) -> bytes:
    part = EmailMessage(policy=POLICY)
    main, _, sub = one.content_type.partition("/")
    part.set_content(
        content, maintype=main, subtype=sub, disposition="attachment", filename=one.filename
    )
    del part["MIME-Version"]
    return part.as_bytes()
