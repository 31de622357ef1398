"""Holds a post: in one transaction the post, the mail to whoever is on duty, and the receipt.

Nothing is published here, but what a trusted author sends (trust.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from delivery.letters import Pen
from moderation import asking, in_time, notice, spam, threads, trust
from moderation.showing import post_values, to_author, to_moderator, topic_names, with_content
from storage import history, posts, subscribers, volunteers
from storage.records import (
    NOTHING_NOTICED,
    Attachment,
    MailingList,
    Noticed,
    Post,
    Proof,
    Volunteer,
)

HOUR = timedelta(hours=1)

on_duty, may_decide = asking.on_duty, asking.may_decide

Occasion = Literal["new", "changed", "correction", "passed", "unanswered", "again"]
"""Why a moderator is asked: the post is new; its author changed it; it puts right an older one;
somebody passed it on; nobody has answered; or a wait is over."""


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
    subject: str = "",
) -> int:
    """Stores the post and writes the letters about it; its id.

    ``round_up`` is when the next one that can take it leaves; ``removed`` are sentences about
    what we took away, for the author. Above the limits the post is held in
    silence: nobody's mailbox can be flooded through us. Without ``receipt`` the author hears
    nothing before somebody decides: another program passed the post on. ``noticed`` is what
    reading noticed; what the database knows besides is added here. ``subject`` is that of the
    letter.
    """
    tx, sender = pen.tx, pen.sender
    vouched = vouch(tx, sender, new.author_address, proof)
    silent = _too_many(pen, new.author_address, vouched, limits)
    notices = notice.about(pen, new, noticed)
    like_spam = spam.reminds_of(pen, new, vouched, noticed.hosts)
    new = replace(new, notes=(*like_spam, *notices.notes, *new.notes))
    post_id = posts.hold(tx, replace(new, proof=vouched), attachments)
    notice.keep(pen, post_id, noticed, notices)
    volunteers.meet_author(tx, sender.id, new.author_address, new.author_name, pen.now)
    history.note(tx, pen.now, new.author_address, "posted", list_id=sender.id, post_id=post_id)
    post = replace(new, id=post_id, proof=vouched)
    if silent or like_spam:
        history.note(tx, pen.now, "postround", "held in silence", post_id=post_id)
        quiet = bool(like_spam) or vouched == "none"
        asking.keep_back(pen, post, quiet=quiet, gathered=True)
        return post_id
    if sender.paused_at is None and trust.covers(pen, post, proof):
        trust.let_in(pen, post, round_up, subject)
        return post_id
    if not asking.keep_back(pen, post):
        ask(pen, post, how_sure(vouched, proof), round_up)
    if receipt and vouched != "none":
        _receipt(pen, post, round_up, removed, subject)
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


def how_sure(vouched: str, proof: Proof) -> str:
    """How sure we are of the author, as the letters know it: proven, failed, known or none."""
    failed = "fail" in (proof.dmarc, proof.dkim, proof.spf)
    return "failed" if failed and vouched != "proven" else vouched


def ask(pen: Pen, post: Post, sure: str, round_up: datetime, *, occasion: Occasion = "new") -> None:
    """Asks whoever is on duty. Where a list has no moderator its posts are seen in ``waiting``."""
    order = on_duty(pen.tx, pen.sender, pen.now)
    first = next((one for one in order if may_decide(pen, post, one)), None)
    asking.begin(pen, post, first, round_up)
    if first is not None:
        ask_one(pen, post, first, round_up, sure=sure, occasion=occasion)


def ask_again(pen: Pen, post: Post, volunteer: Volunteer, round_up: datetime) -> None:
    """A fresh mail with a fresh mark: for the next one, or for one who answered too old a mail."""
    ask_one(pen, post, volunteer, round_up, occasion="again")


def ask_one(
    pen: Pen,
    post: Post,
    volunteer: Volunteer,
    round_up: datetime,
    *,
    sure: str = "",
    occasion: Occasion = "new",
) -> None:
    """The mail that asks, with a fresh mark: to whoever is on duty, to the next one, or to one who
    answered too old a mail. It joins the thread of those before it."""
    thread = threads.with_moderator(pen, post, volunteer)
    pen.write(
        "post_held",
        to_moderator(volunteer, post),
        answers=thread.answers,
        thread=thread.subject,
        attached=with_content(pen.tx, post),
        occasion=occasion,
        sure=sure or post.proof,
        due=round_up.astimezone(ZoneInfo(volunteer.timezone or pen.sender.timezone)),
        suggested=notice.suggested(pen.tx, post),
        **(in_time.asked(pen.tx, pen.sender, post, round_up) | post_values(pen.tx, post)),
    )
    name = volunteer.name or volunteer.address
    history.note(pen.tx, pen.now, "postround", "asked", post_id=post.id, detail=name)


def _too_many(pen: Pen, address: str, vouched: str, limits: Limits) -> bool:
    hour_ago = pen.now - HOUR
    own = posts.count_since(pen.tx, pen.sender.id, hour_ago, address=address)
    if vouched != "none":
        return own >= limits.per_sender
    strangers = posts.count_since(pen.tx, pen.sender.id, hour_ago, proof="none")
    return own >= limits.per_stranger or strangers >= limits.strangers


def _receipt(
    pen: Pen, post: Post, round_up: datetime, removed: Sequence[str], subject: str
) -> None:
    thread = threads.with_author(pen, post, subject)
    paused, zone = pen.sender.paused_at is not None, ZoneInfo(pen.sender.timezone)
    look = (round_up - HOUR).astimezone(zone) if round_up - HOUR > pen.now + HOUR else ""
    pen.write(
        "post_received_paused" if paused else "post_received",
        to_author(post),
        answers=thread.answers,
        thread=thread.subject,
        automatic="auto-replied",
        post_title=post.title,
        due=round_up.astimezone(zone),
        late=in_time.late(pen.sender, post, round_up) or "",
        look=look,
        topics=topic_names(pen.tx, post),
        removed=list(removed),
    )
