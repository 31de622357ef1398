"""The letters about a decision: to all moderators, to the author, to whoever came too late.

All go out with the transaction that decided. Nothing is decided here. Every mail to a moderator
about a post answers the first one about it, so that they stand in one thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen, To
from moderation import in_time, threads
from moderation.showing import to_author, to_moderator, topic_names
from storage import carried, history, outgoing, posts, volunteers
from storage.records import Post, Volunteer

OPERATOR = "the operator"


@dataclass(frozen=True, slots=True)
class Case:
    """One post, and who decides about it now."""

    pen: Pen
    post: Post
    by: Volunteer | None
    """None is the operator."""
    round_up: datetime
    """When the next round-up that can take the post leaves."""
    answers: str = ""
    """The Message-ID of the letter that decides."""

    @property
    def decision(self) -> dict[str, Any]:
        return {"decided_at": self.pen.now, "decided_by": self.by.id if self.by else None}

    @property
    def who(self) -> str:
        """For the history."""
        return self.by.address if self.by else "operator"


# To the moderators --------------------------------------------------------------------------


def decided(
    case: Case,
    decision: str,
    reason: str = "",
    *,
    before: Post | None = None,
    edited: bool = False,
    trusted: bool = False,
) -> None:
    """To all moderators: ``decision`` is approved, rejected or spam.

    ``before`` is the post as it was before the moderator changed something in it; ``edited`` says
    that its words are other ones now, ``trusted`` that its author's posts go straight in from now
    on.
    """
    approved = decision == "approved"
    told = in_time.told(case.pen.tx, case.pen.sender, case.post, case.round_up)
    if not approved:
        told |= {"late": "", "straight_away": False, "daily": False}
    for volunteer in _moderators(case):
        to_one(
            case,
            "post_decided",
            volunteer,
            decided_by=_name(case.by, begins=decision == "rejected"),
            decided_at=_local(case, case.pen.now, volunteer),
            verdict=decision,
            reason=reason,
            due=_local(case, case.round_up, volunteer) if approved else "",
            corrects=_corrects(case),
            topics=topic_names(case.pen.tx, case.post) if approved else [],
            edited=edited,
            **(told | _before_and_after(case, before)),
            trusted=(case.post.author_address if trusted else ""),
            proven=case.post.proof == "proven",
        )


def undone(case: Case, readers: int, *, restored: bool = False) -> None:
    """To all moderators: ``readers`` had the post; with none of them it waits again.

    ``restored`` says that words which were changed with the decision are the author's again.
    """
    values: dict[str, Any] = {"had_it": readers} if readers else {"restored": restored}
    for volunteer in _moderators(case):
        to_one(
            case,
            "verdict_withdrawn" if readers else "verdict_undone",
            volunteer,
            undone_by=_name(case.by, begins=True),
            undone_at=_local(case, case.pen.now, volunteer),
            **values,
        )


def taken_back_by_author(case: Case, readers: int) -> None:
    """To everybody who was asked: the author took the post back."""
    asked = outgoing.volunteers_about(case.pen.tx, case.post.id)
    for volunteer in _moderators(case):
        if volunteer.id in asked:
            to_one(
                case,
                "post_taken_back",
                volunteer,
                author=case.post.author_name or case.post.author_address,
                had_it=readers,
            )


def author_wrote(case: Case, said: str, sender: str) -> None:
    """To everybody who was asked: what the author answered. ``sender`` is who wrote, where it was
    another address."""
    asked = outgoing.volunteers_about(case.pen.tx, case.post.id)
    for volunteer in _moderators(case):
        if volunteer.id in asked:
            to_one(
                case,
                "post_answered",
                volunteer,
                author=case.post.author_name or case.post.author_address,
                said=said,
                sender=sender,
            )


def waits(case: Case, volunteer: Volunteer, until: date) -> None:
    to_one(case, "verdict_waits", volunteer, until=until, automatic="auto-replied")


def settled_already(case: Case, said: str) -> None:
    """Tells a moderator kindly that the matter is settled, by whom and when."""
    post = posts.by_id(case.pen.tx, case.post.id)
    if post is None or case.by is None:
        return
    if post.decided_at is None:
        to_one(case, "verdict_nothing_to_undo", case.by)
        return
    first = volunteers.by_id(case.pen.tx, post.decided_by) if post.decided_by else None
    to_one(
        case,
        "verdict_settled_already",
        case.by,
        said=said,
        verdict=post.state,
        decided_by=_name(first, begins=True),
        decided_at=_local(case, post.decided_at, case.by),
        let_in=_was_let_in(case),
    )


def to_one(
    case: Case, letter: str, volunteer: Volunteer, *, urgent: bool = False, **values: Any
) -> None:
    """A letter about the post to one moderator, in its thread."""
    automatic = values.pop("automatic", "auto-generated")
    thread = threads.with_moderator(case.pen, case.post, volunteer)
    case.pen.write(
        letter,
        to_moderator(volunteer, case.post, urgent=urgent),
        answers=thread.answers,
        thread=thread.subject,
        automatic=automatic,
        post_title=case.post.title,
        **values,
    )


# To the author ------------------------------------------------------------------------------


def author_approved(case: Case, *, edited: Post | None = None) -> None:
    """With what a moderator changed, where ``edited`` is the post as the author wrote it."""
    if case.post.corrects is not None:
        _to_author(case, "post_correction_approved", had_it=_corrects(case))
        return
    due = _local(case, case.round_up)
    letter = "post_edited" if edited else "post_approved"
    told = in_time.told(case.pen.tx, case.pen.sender, case.post, case.round_up)
    changed: dict[str, Any] = _before_and_after(case, edited) if edited else {}
    _to_author(case, letter, due=due, **(told | changed | {"undo_minutes": ""}))


def author_rejected(case: Case, reason: str) -> None:
    """Their answer goes to the people who run the list: it is a question, not a command."""
    to = To(case.post.author_address, "owner", post_id=case.post.id)
    _to_author(case, "post_rejected", to, reason=reason)


def author_undone(case: Case, readers: int) -> None:
    if readers:
        _to_author(case, "post_withdrawn", had_it=readers)
    else:
        _to_author(case, "post_undone")


def author_urgent(case: Case) -> None:
    _to_author(case, "post_approved", due="", **in_time.ALL_NOW)


def author_asked(case: Case, question: str) -> None:
    _to_author(case, "post_question", question=question)


def _to_author(case: Case, letter: str, to: To | None = None, **values: Any) -> None:
    thread = threads.with_author(case.pen, case.post)
    case.pen.write(
        letter,
        to or to_author(case.post),
        answers=thread.answers,
        thread=thread.subject,
        post_title=case.post.title,
        **values,
    )


# What they say ------------------------------------------------------------------------------


def _moderators(case: Case) -> list[Volunteer]:
    return volunteers.every(case.pen.tx, case.post.list_id, "moderator")


def _before_and_after(case: Case, edited: Post | None) -> dict[str, Any]:
    """Titles and texts; what stayed the same is ""."""
    before = edited or case.post
    title = before.title != case.post.title
    text = before.text != case.post.text
    return {
        "old_title": before.title if title else "",
        "new_title": case.post.title if title else "",
        "old_text": before.text if text else "",
        "new_text": case.post.text if text else "",
    }


def _corrects(case: Case) -> int | str:
    """How many readers have the post that this one puts right; "" where it is no correction."""
    number = case.post.corrects
    original = posts.by_id(case.pen.tx, number) if number is not None else None
    return carried.count_readers(case.pen.tx, original) if original else ""


def _was_let_in(case: Case) -> bool:
    """Whether it was approved because its author is trusted, by nobody in particular."""
    steps = history.of_post(case.pen.tx, case.post.id)
    last = next((step for step in reversed(steps) if step.what == "approved"), None)
    return last is not None and last.who == "postround"


def _name(by: Volunteer | None, *, begins: bool) -> str:
    """``begins``: with it begins a sentence."""
    operator = OPERATOR[0].upper() + OPERATOR[1:] if begins else OPERATOR
    return (by.name or by.address) if by else operator


def _local(case: Case, at: datetime, volunteer: Volunteer | None = None) -> datetime:
    zone = (volunteer.timezone if volunteer else None) or case.pen.sender.timezone
    return at.astimezone(ZoneInfo(zone))
