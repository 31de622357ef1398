"""Holds a post: in one transaction the post, the mail to whoever is on duty, and the receipt.

Nothing is published here, however well the author is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.letters import Pen, To
from moderation import asking, notice
from storage import history, lists, posts, subscribers, volunteers
from storage.records import (
    NOTHING_NOTICED,
    Attachment,
    MailingList,
    Noticed,
    Post,
    Proof,
    StoredAttachment,
    Volunteer,
)
from templates import AttachmentView

HOUR = timedelta(hours=1)

on_duty, may_decide = asking.on_duty, asking.may_decide


@dataclass(frozen=True, slots=True)
class Limits:
    """Posts in one hour: of one author, and of all strangers together."""

    per_sender: int = 20
    """Of one whose address is vouched for; a stranger may send a quarter of that."""
    strangers: int = 50

    @property
    def per_stranger(self) -> int:
        return max(self.per_sender // 4, 1)


def hold(
    pen: Pen,
    new: Post,
    attachments: Sequence[Attachment],
    proof: Proof,
    *,
    round_up: datetime,
    removed: Sequence[str] = (),
    limits: Limits = Limits(),
    receipt: bool = True,
    noticed: Noticed = NOTHING_NOTICED,
) -> int:
    """Stores the post and writes the letters about it; its id.

    ``round_up`` is when the next one that can take it leaves; ``removed`` are sentences about
    what we took away, for the author. Above the limits the post is held in
    silence: nobody's mailbox can be flooded through us. Without ``receipt`` the author hears
    nothing before somebody decides: another program passed the post on. ``noticed`` is what
    reading noticed; what the database knows besides is added here.
    """
    tx, sender = pen.tx, pen.sender
    vouched = vouch(tx, sender, new.author_address, proof)
    silent = _too_many(pen, new.author_address, vouched, limits)
    notices = notice.about(pen, new, noticed)
    new = replace(new, notes=(*new.notes, *notices.notes))
    post_id = posts.hold(tx, replace(new, proof=vouched), attachments)
    notice.keep(pen, post_id, noticed, notices)
    volunteers.meet_author(tx, sender.id, new.author_address, new.author_name, pen.now)
    history.note(tx, pen.now, new.author_address, "posted", list_id=sender.id, post_id=post_id)
    post = replace(new, id=post_id, proof=vouched)
    if silent:
        history.note(tx, pen.now, "postround", "held in silence", post_id=post_id)
        asking.keep_back(pen, post, quiet=vouched == "none", gathered=True)
        return post_id
    if not asking.keep_back(pen, post):
        ask(pen, post, proof_words(vouched, proof), round_up)
    if receipt and vouched != "none":
        _receipt(pen, post, round_up, removed)
    return post_id


def vouch(tx: Connection, sender: MailingList, address: str, proof: Proof) -> str:
    """proven (DKIM of the author's own domain), known (to this list), or none."""
    if proof.aligned:
        return "proven"
    if proof.dmarc == "fail":
        return "none"
    author = volunteers.known_author(tx, sender.id, address)
    reader = subscribers.by_address(tx, sender.id, address)
    known = (author and author.approved) or (reader and reader.state == "active")
    return "known" if known or volunteers.by_address(tx, sender.id, address) else "none"


def proof_words(vouched: str, proof: Proof) -> str:
    """How sure we are of the author, in one plain sentence."""
    if vouched == "proven":
        return "We are sure of this: the mail carries the seal of the sender's own mail service."
    if proof.dmarc == "fail" or proof.dkim == "fail" or proof.spf == "fail":
        return "Careful: a check of the sender failed. Somebody else may have written this."
    if vouched == "known":
        return "You know this address, but we could not prove that the mail comes from there."
    return "We do not know this address and could not prove that the mail comes from there."


def ask(pen: Pen, post: Post, words: str, round_up: datetime) -> None:
    """Asks whoever is on duty. Where a list has no moderator its posts are seen in ``waiting``."""
    order = on_duty(pen.tx, pen.sender, pen.now)
    first = next((one for one in order if may_decide(pen, post, one)), None)
    asking.begin(pen, post, first, round_up)
    if first is not None:
        _ask(pen, post, first, words, round_up)


def ask_again(pen: Pen, post: Post, volunteer: Volunteer, round_up: datetime) -> None:
    """A fresh mail with a fresh mark: for the next one, or for one who answered too old a mail."""
    _ask(pen, post, volunteer, proof_words(post.proof, Proof()), round_up)


def _ask(pen: Pen, post: Post, volunteer: Volunteer, words: str, round_up: datetime) -> None:
    pen.write(
        "post_held",
        to_moderator(volunteer, post),
        attached=_with_content(pen.tx, post),
        proof_words=words,
        due=round_up.astimezone(ZoneInfo(volunteer.timezone or pen.sender.timezone)),
        **post_values(pen.tx, post),
    )
    name = volunteer.name or volunteer.address
    history.note(pen.tx, pen.now, "postround", "asked", post_id=post.id, detail=name)


def to_moderator(volunteer: Volunteer, post: Post) -> To:
    return To(
        volunteer.address,
        "verdict",
        (post.id, volunteer.id),
        volunteer_id=volunteer.id,
        post_id=post.id,
    )


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
        "topics": _topic_names(tx, post),
        "event_date": post.event_date or "",
        "closing_date": post.closing_date or "",
        "attachments": [AttachmentView(item.filename, item.size) for item in _shown(tx, post)],
        "notes": list(post.notes),
    }


def _topic_names(tx: Connection, post: Post) -> list[str]:
    names = {one.id: one.name for one in lists.topics(tx, post.list_id)} if post.topics else {}
    return [names[number] for number in post.topics if number in names]


def _shown(tx: Connection, post: Post) -> list[StoredAttachment]:
    return [item for item in posts.attachments(tx, [post.id]) if not item.inline]


def _with_content(tx: Connection, post: Post) -> list[Attachment]:
    """With the pictures that stand in the text, as readers of the whole item will see them."""
    return [
        Attachment(item.filename, item.content_type, content, item.content_id, item.inline)
        for item in posts.attachments(tx, [post.id])
        if (content := posts.attachment_content(tx, item.id)) is not None
    ]


def _too_many(pen: Pen, address: str, vouched: str, limits: Limits) -> bool:
    hour_ago = pen.now - HOUR
    own = posts.count_since(pen.tx, pen.sender.id, hour_ago, address=address)
    if vouched != "none":
        return own >= limits.per_sender
    strangers = posts.count_since(pen.tx, pen.sender.id, hour_ago, proof="none")
    return own >= limits.per_stranger or strangers >= limits.strangers


def _receipt(pen: Pen, post: Post, round_up: datetime, removed: Sequence[str]) -> None:
    paused = pen.sender.paused_at is not None
    pen.write(
        "post_received_paused" if paused else "post_received",
        to_author(post),
        answers=post.message_id or "",
        automatic="auto-replied",
        post_title=post.title,
        due=round_up.astimezone(ZoneInfo(pen.sender.timezone)),
        topics=_topic_names(pen.tx, post),
        removed=list(removed),
    )
