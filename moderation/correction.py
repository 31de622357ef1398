"""Corrections: posts that put right what readers have, and go to exactly those readers.

Who has not got the first version yet gets the right one in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from delivery.letters import Pen
from moderation import hold
from moderation.rewrite import as_html
from moderation.tell import Case
from moderation.words import phrase
from storage import carried, history, posts, versions
from storage.records import Attachment, Post
from templates.flow import one_line

LONGEST_TITLE = 150
MOST_A_DAY = 5
"""Corrections of one post: nobody's mailbox can be flooded through us."""
DAY = timedelta(days=1)


def can_be_corrected(post: Post) -> bool:
    """What went out, or is about to; a correction itself is put right by one of the first post."""
    return post.state in ("approved", "withdrawn") and post.approved_at is not None


def hold_for(
    pen: Pen,
    original: Post,
    text: str,
    fields: Mapping[str, str],
    attachments: Sequence[Attachment] = (),
) -> Post | None:
    """Stores a correction of ``original`` that waits for a decision; None when it is none.

    ``text`` takes the place of the old text; an empty one leaves it.
    """
    first = _first(pen, original)
    if not can_be_corrected(original) or first is None or _too_many(pen, first):
        return None
    title = one_line(fields.get("title", "")) or first.title
    new = Post(
        id=0,
        list_id=first.list_id,
        letter_id=None,
        author_address=first.author_address,
        author_name=first.author_name,
        title=_marked(pen, title),
        # The pictures of the first post are attached to that one.
        html=as_html(text or first.text, first.html, pictures=False),
        text=text or first.text,
        state="held",
        held_at=pen.now,
        proof=first.proof,
        topics=first.topics,
        message_id=first.message_id,
        corrects=first.id,
    )
    return posts.by_id(pen.tx, posts.hold(pen.tx, new, attachments))


def ask(pen: Pen, post: Post, sure: str, round_up: datetime) -> None:
    """Asks whoever is on duty whether a correction may go out."""
    hold.ask(pen, post, sure, round_up, occasion="correction")


def carry_out(case: Case) -> None:
    """Once a correction is approved: the first post says it too, wherever it has not left yet."""
    original = posts.by_id(case.pen.tx, case.post.corrects) if case.post.corrects else None
    if original is None:
        return
    changes: dict[str, Any] = {"title": _unmarked(case.pen, case.post.title)}
    same = ("text", "topics", "event_date", "closing_date")
    changes |= {name: getattr(case.post, name) for name in same}
    if case.post.text != original.text:
        changes["html"] = as_html(case.post.text, original.html)
    versions.change(case.pen.tx, original, changes, f"correction {case.post.id}", case.pen.now)
    _note(case, original, "corrected")


def take_back(case: Case, post: Post) -> None:
    """Once the approval of a correction is undone: the first post says again what it said."""
    original = posts.by_id(case.pen.tx, post.corrects) if post.corrects else None
    if original is None:
        return
    changed_by = f"correction {post.id}"
    version = versions.before_last_change(case.pen.tx, original.id, changed_by)
    if version is not None and versions.go_back(case.pen.tx, original, version, case.pen.now):
        _note(case, original, "correction undone")


def readers_of_the_first(pen: Pen, post: Post) -> int:
    """How many readers have the post that this one puts right."""
    original = posts.by_id(pen.tx, post.corrects) if post.corrects else None
    return carried.count_readers(pen.tx, original) if original else 0


def _first(pen: Pen, post: Post) -> Post | None:
    return posts.by_id(pen.tx, post.corrects) if post.corrects else post


def _too_many(pen: Pen, first: Post) -> bool:
    return posts.count_corrections(pen.tx, first.id, pen.now - DAY) >= MOST_A_DAY


def _marked(pen: Pen, title: str) -> str:
    word = phrase(pen.sender.language, "text_correction")
    return f"{word} {_unmarked(pen, title)}"[:LONGEST_TITLE]


def _unmarked(pen: Pen, title: str) -> str:
    return title.removeprefix(phrase(pen.sender.language, "text_correction")).strip()


def _note(case: Case, original: Post, what: str) -> None:
    history.note(case.pen.tx, case.pen.now, case.who, what, post_id=original.id)
