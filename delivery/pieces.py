"""Makes the pieces of a post: each is written and encoded once for each form, for all readers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

import templates
from delivery.assemble import encode_piece
from delivery.forms import template_form
from storage import lists, pieces, posts
from storage.records import Post, StoredAttachment

logger = logging.getLogger(__name__)


def ensure(tx: Connection, post_ids: Sequence[int], forms: Iterable[str]) -> dict[int, str]:
    """Makes what is not ready yet. The posts that could not be written, with the reason.

    ``forms`` are forms of pieces. One post is in memory at a time.
    """
    wanted = tuple(forms)
    ready = pieces.present(tx, post_ids)
    bad: dict[int, str] = {}
    for number in post_ids:
        missing = [form for form in wanted if (number, form) not in ready]
        post = posts.by_id(tx, number) if missing else None
        if post is None:
            continue
        try:
            _make(tx, post, missing)
        except Exception as error:  # whatever a stranger wrote: the other posts go out
            logger.exception("post %s cannot be written", number)
            bad[number] = f"{type(error).__name__}: {error}"[:300]
    return bad


def write_pieces(
    post: Post, attached: Sequence[StoredAttachment], names: Mapping[int, str], form: str
) -> dict[str, bytes]:
    """The encoded pieces of one post by name: "entry", "item", and "also_in:TOPIC" for each topic
    under which it may stand. ``names`` are the list's topics in their order."""
    kind, language = template_form(form)
    item = item_view(post, attached)
    made = {
        "entry": templates.edition_entry(kind, item, language=language),
        "item": templates.edition_item(kind, item, language=language),
    }
    topics = [topic for topic in names if topic in post.topics]
    for topic in topics:
        others = tuple(names[other] for other in topics if other != topic)
        if others:
            text = templates.edition_also_in(kind, others, language=language)
            made[f"also_in:{topic}"] = text
    return {name: encode_piece(text) for name, text in made.items()}


def item_view(post: Post, attached: Sequence[StoredAttachment]) -> templates.ItemView:
    """The post as templates show it, the same for every reader."""
    return templates.ItemView(
        title=post.title,
        text=post.text,
        html=_without_pictures(post.html),
        organisation=post.author_name,
        author_address=post.author_address,
        event_date=post.event_date,
        closing_date=post.closing_date,
        attachments=tuple(
            templates.AttachmentView(one.filename, one.size) for one in attached if not one.inline
        ),
    )


def _make(tx: Connection, post: Post, forms: Sequence[str]) -> None:
    names = {topic.id: topic.name for topic in lists.topics(tx, post.list_id)}
    attached = posts.attachments(tx, [post.id])
    made = [(form, write_pieces(post, attached, names, form)) for form in forms]
    for form, encoded in made:
        pieces.put(tx, post.id, post.version, form, encoded)


# Cleaned HTML writes every attribute in double quotes, so a picture ends at the first ">" after.
_PICTURE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')


def _without_pictures(html: str) -> str:
    """A round-up carries no pictures: it stays small, and no mail program has to fetch any.

    They come whole with "more N".
    """
    return _PICTURE.sub("", html)
