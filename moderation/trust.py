"""Posts of trusted authors: they go straight in, and whoever is on duty can undo it.

Trust is in an address, so it needs the seal of that address's mail service each time; and it never
covers what a person has to look at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from delivery.letters import Pen
from moderation import asking, in_time, notice, threads
from moderation.showing import post_values, to_author, to_moderator
from storage import history, noticed, posts, volunteers
from storage.records import Post, Proof


def covers(pen: Pen, post: Post, proof: Proof) -> bool:
    """Whether a post that was just held may go in without a moderator's word."""
    if not proof.aligned or post.corrects is not None or pen.sender.paused_at is not None:
        return False
    author = volunteers.known_author(pen.tx, post.list_id, post.author_address)
    trusted = author is not None and author.trusted
    return trusted and not noticed.needs_a_person(pen.tx, post.id)


def let_in(pen: Pen, post: Post, round_up: datetime, subject: str = "") -> None:
    """Approves the post in nobody's name, and tells whoever is on duty and the author. ``subject``
    is that of the letter which brought it."""
    tx, now = pen.tx, pen.now
    minutes = timedelta(minutes=pen.sender.undo_minutes)
    changes = {"decided_at": now, "approved_at": now, "straight_away_at": now + minutes}
    if not posts.change_state(tx, post.id, ["held"], "approved", changes):
        return
    notice.approved(tx, post, now)
    volunteers.note_approval(tx, post.list_id, post.author_address)
    history.note(
        tx, now, "postround", "approved", list_id=post.list_id, post_id=post.id, detail="trusted"
    )
    told = in_time.told(tx, pen.sender, post, round_up)
    zone = ZoneInfo(pen.sender.timezone)
    for volunteer in asking.on_duty(tx, pen.sender, now)[:1]:
        pen.write(
            "post_let_in",
            to_moderator(volunteer, post),
            due=round_up.astimezone(ZoneInfo(volunteer.timezone) if volunteer.timezone else zone),
            **(told | post_values(tx, post)),
        )
    thread = threads.with_author(pen, post, subject)
    pen.write(
        "post_approved",
        to_author(post),
        answers=thread.answers,
        thread=thread.subject,
        automatic="auto-replied",
        post_title=post.title,
        due=round_up.astimezone(zone),
        **(told | {"undo_minutes": ""}),
    )
