"""One thread for each post: which mail a letter joins, and under which subject.

Some mail programs, Gmail among them, keep together only what has the same subject but for "Re:".
So the first lines of our letters say what happened, and the subject stays that of the first one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import templates
from delivery.letters import Pen
from storage import letters, outgoing, versions
from storage.records import Post, Volunteer
from templates.flow import one_line

LONGEST_SUBJECT = 200
_BEGINS = {"post_held": "subject_asked", "post_let_in": "subject_let_in"}
"""The letters with which a moderator's thread begins, and what gives them their subject."""
_ANSWERS = re.compile(r"(?i)(?:re ?: ?){1,20}")


@dataclass(frozen=True, slots=True)
class Thread:
    answers: str = ""
    """The Message-ID of the mail that is answered; "" where there is none yet."""
    subject: str = ""
    """"" where the letter begins the thread with its own."""


def with_moderator(pen: Pen, post: Post, volunteer: Volunteer) -> Thread:
    """The thread of our mails about the post to this moderator."""
    first = outgoing.begins_thread(pen.tx, post.id, volunteer.id, tuple(_BEGINS))
    if first is None or first.letter not in _BEGINS:
        return Thread(first.message_id if first else "")
    title = versions.title_at(pen.tx, post, first.created_at)
    language, name = pen.sender.language, _BEGINS[first.letter]
    (subject,) = templates.sentences(name, language, post_title=title)
    return Thread(first.message_id, f"Re: {subject}")


def with_author(pen: Pen, post: Post, subject: str = "") -> Thread:
    """The thread of the letter that brought the post; ``subject`` is its own, where that is not
    stored yet."""
    if not subject and post.letter_id is not None:
        subject = letters.subject_of(pen.tx, post.letter_id)
    subject = _ANSWERS.sub("", one_line(subject), count=1).strip()[:LONGEST_SUBJECT]
    return Thread(post.message_id or "", f"Re: {subject}" if subject else "")
