"""The letters about a decision: to all moderators, to the author, to whoever came too late.

All go out with the transaction that decided. Nothing is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen, To
from moderation.hold import to_author, to_moderator
from storage import outgoing, posts, subscribers, volunteers
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


def decided(case: Case, decision: str, reason: str = "") -> None:
    """To all moderators: ``decision`` is approved, rejected or spam."""
    for volunteer in _moderators(case):
        due = _local(case, case.round_up, volunteer) if decision == "approved" else ""
        _to_moderator(
            case,
            "post_decided",
            volunteer,
            decided_by=_name(case.by, begins=decision == "rejected"),
            decided_at=_local(case, case.pen.now, volunteer),
            verdict=decision,
            reason=reason,
            due=due,
            straight_away=decision == "approved" and _straight_away(case),
            undo_minutes=case.pen.sender.undo_minutes,
        )


def undone(case: Case, readers: int) -> None:
    """To all moderators: ``readers`` had the post; with none of them it waits again."""
    values: dict[str, Any] = {"had_it": readers} if readers else {}
    for volunteer in _moderators(case):
        _to_moderator(
            case,
            "verdict_withdrawn" if readers else "verdict_undone",
            volunteer,
            undone_by=_name(case.by, begins=True),
            undone_at=_local(case, case.pen.now, volunteer),
            **values,
        )


def author_approved(case: Case) -> None:
    due = _local(case, case.round_up)
    _to_author(case, "post_approved", due=due, straight_away=_straight_away(case))


def author_rejected(case: Case, reason: str) -> None:
    """Their answer goes to the people who run the list: it is a question, not a command."""
    to = To(case.post.author_address, "owner", post_id=case.post.id)
    _to_author(case, "post_rejected", to, reason=reason)


def author_undone(case: Case, readers: int) -> None:
    if readers:
        _to_author(case, "post_withdrawn", had_it=readers)
    else:
        _to_author(case, "post_undone")


def settled_already(case: Case, said: str) -> None:
    """Tells a moderator kindly that the matter is settled, by whom and when."""
    post = posts.by_id(case.pen.tx, case.post.id)
    if post is None or case.by is None:
        return
    if post.decided_at is None:
        _to_moderator(case, "verdict_nothing_to_undo", case.by)
        return
    first = volunteers.by_id(case.pen.tx, post.decided_by) if post.decided_by else None
    _to_moderator(
        case,
        "verdict_settled_already",
        case.by,
        said=said,
        verdict=post.state,
        decided_by=_name(first, begins=True),
        decided_at=_local(case, post.decided_at, case.by),
    )


def _moderators(case: Case) -> list[Volunteer]:
    return volunteers.every(case.pen.tx, case.post.list_id, "moderator")


def _to_moderator(case: Case, letter: str, volunteer: Volunteer, **values: Any) -> None:
    case.pen.write(
        letter,
        to_moderator(volunteer, case.post),
        answers=_thread(case, volunteer),
        post_title=case.post.title,
        **values,
    )


def _to_author(case: Case, letter: str, to: To | None = None, **values: Any) -> None:
    case.pen.write(
        letter,
        to or to_author(case.post),
        answers=case.post.message_id or "",
        post_title=case.post.title,
        **values,
    )


def _thread(case: Case, volunteer: Volunteer) -> str:
    """The Message-ID of what we first asked this moderator about the post: one thread per post."""
    asked = outgoing.last_about_post(case.pen.tx, case.post.id, "post_held", volunteer.id)
    return asked.message_id if asked else ""


def _straight_away(case: Case) -> bool:
    """Whether some readers of the list get posts as soon as they are approved."""
    return subscribers.any_straight_away(case.pen.tx, case.post.list_id)


def _name(by: Volunteer | None, *, begins: bool) -> str:
    """``begins``: with it begins a sentence."""
    operator = OPERATOR[0].upper() + OPERATOR[1:] if begins else OPERATOR
    return (by.name or by.address) if by else operator


def _local(case: Case, at: datetime, volunteer: Volunteer | None = None) -> datetime:
    zone = (volunteer.timezone if volunteer else None) or case.pen.sender.timezone
    return at.astimezone(ZoneInfo(zone))
