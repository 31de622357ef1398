"""Puts an author's new text in the place of the old one, while nobody has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from delivery.letters import Pen
from moderation.author_words import Said
from moderation.correction import LONGEST_TITLE
from moderation.rewrite import as_html
from storage import history, posts, versions
from storage.records import Attachment, Post
from templates.flow import one_line

ORDER = ("none", "known", "proven")
"""How an address may be vouched for, from the least on."""


def replace_text(
    pen: Pen, post: Post, said: Said, files: Sequence[Attachment], vouched: str
) -> Post:
    """The post as it is now. It is vouched for as its least proven part is."""
    changes: dict[str, Any] = {"proof": min(post.proof, vouched, key=ORDER.index)}
    if said.text:
        changes |= {"text": said.text, "html": as_html(said.text, post.html)}
    if title := one_line(said.fields.get("title", ""))[:LONGEST_TITLE]:
        changes["title"] = title
    version = versions.change(pen.tx, post, changes, versions.AUTHOR, pen.now)
    posts.add_attachments(pen.tx, post.id, files)
    history.note(pen.tx, pen.now, post.author_address, "sent a new text", post_id=post.id)
    return replace(post, version=version, **changes)
