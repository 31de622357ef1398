"""Applies a verdict, once, and tells everybody whom it concerns.

The condition in ``posts.change_state`` decides between two who answer at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from delivery.letters import Pen
from moderation.hold import to_author, to_moderator
from moderation.verdict import Verdict
from storage import carried, history, lists, outgoing, posts, subscribers, volunteers
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


def decide(case: Case, verdict: Verdict) -> bool:
    """Carries out a yes, no, spam or undo; True when it took effect.

    When somebody was first, whoever comes late is told who and when, and nothing changes.
    """
    apply = {"yes": _approve, "no": _reject, "spam": _spam, "undo": _undo}[verdict.kind]
    if apply(case, verdict):
        return True
    settled_already(case, verdict.kind)
    return False


def _approve(case: Case, verdict: Verdict) -> bool:
    tx, now = case.pen.tx, case.pen.now
    decision = _decision(case) | {
        "approved_at": now,
        "straight_away_at": now + timedelta(minutes=case.pen.sender.undo_minutes),
    }
    if not posts.change_state(tx, case.post.id, ["held"], "approved", decision):
        return False
    if changes := _changes(case, verdict.fields):
        posts.revise(tx, case.post.id, changes)
    volunteers.note_approval(tx, case.post.list_id, case.post.author_address)
    _note(case, "approved")
    _tell_moderators(case, "approved")
    _tell_author(
        case, "post_approved", due=_local(case, case.round_up), straight_away=_straight_away(case)
    )
    return True


def _reject(case: Case, verdict: Verdict) -> bool:
    decision = _decision(case) | {"reason": verdict.reason}
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "rejected", decision):
        return False
    _note(case, "rejected", verdict.reason)
    _tell_moderators(case, "rejected", verdict.reason)
    _tell_author(case, "post_rejected", reason=verdict.reason)
    return True


def _spam(case: Case, verdict: Verdict) -> bool:  # noqa: ARG001
    """The author hears nothing: an answer would only prove to them that somebody reads it."""
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "spam", _decision(case)):
        return False
    _note(case, "spam")
    _tell_moderators(case, "spam")
    return True


def _undo(case: Case, verdict: Verdict) -> bool:  # noqa: ARG001
    """Back to held while no reader has it; else it leaves every edition that is not yet sent."""
    tx, post = case.pen.tx, case.post
    readers = carried.count_readers(tx, post)
    before = _take_back(case, readers)
    if not before:
        return False
    if before == "approved":
        volunteers.note_approval(tx, post.list_id, post.author_address, -1)
    carried.take_out(tx, post)
    if not readers:
        posts.release_from_editions(tx, post.id)
    _note(case, "undone", f"{readers} readers had it")
    letter = "verdict_withdrawn" if readers else "verdict_undone"
    for volunteer in volunteers.every(tx, post.list_id, "moderator"):
        _tell(case, letter, volunteer, **_who("undone", case, volunteer), had_it=readers)
    if before != "spam":
        _tell_author(case, "post_withdrawn" if readers else "post_undone", had_it=readers)
    return True


def _take_back(case: Case, readers: int) -> str:
    """Ends the decision that stood; which it was, "" when there was none."""
    after, changes = "withdrawn", _decision(case) | {"reason": ""}
    if not readers:
        undecided = ("decided_at", "decided_by", "approved_at", "straight_away_at")
        after, changes = "held", changes | dict.fromkeys(undecided)
    for before in ("approved", "rejected", "spam"):
        if posts.change_state(case.pen.tx, case.post.id, [before], after, changes):
            return before
    return ""


def settled_already(case: Case, said: str) -> None:
    """Tells a moderator kindly that the matter is settled, by whom and when."""
    post = posts.by_id(case.pen.tx, case.post.id)
    if post is None or case.by is None:
        return
    first = volunteers.by_id(case.pen.tx, post.decided_by) if post.decided_by else None
    letter, values = "verdict_nothing_to_undo", {}
    if post.decided_at is not None:
        letter = "verdict_settled_already"
        values = {
            "said": said,
            "verdict": post.state,
            "decided_by": _name(first),
            "decided_at": _local(case, post.decided_at, case.by),
        }
    _tell(case, letter, case.by, **values)


def _decision(case: Case) -> dict[str, object]:
    return {"decided_at": case.pen.now, "decided_by": case.by.id if case.by else None}


def _changes(case: Case, fields: dict[str, str]) -> dict[str, object]:
    """What the fields of a yes change in the post. Topics that the list lacks are passed over."""
    changes: dict[str, object] = {}
    if fields.get("title"):
        changes["title"] = fields["title"][:150]
    if fields.get("topics"):
        named = {word.strip(" .").casefold() for word in fields["topics"].split(",")}
        known = lists.topics(case.pen.tx, case.post.list_id)
        chosen = [topic.id for topic in known if {topic.key, topic.name.casefold()} & named]
        changes |= {"topics": tuple(chosen)} if chosen else {}
    return changes


def _tell_moderators(case: Case, decision: str, reason: str = "") -> None:
    for volunteer in volunteers.every(case.pen.tx, case.post.list_id, "moderator"):
        due = _local(case, case.round_up, volunteer) if decision == "approved" else ""
        _tell(
            case,
            "post_decided",
            volunteer,
            **_who("decided", case, volunteer),
            verdict=decision,
            reason=reason,
            due=due,
            straight_away=decision == "approved" and _straight_away(case),
            undo_minutes=case.pen.sender.undo_minutes,
        )


def _who(done: str, case: Case, volunteer: Volunteer) -> dict[str, Any]:
    at = _local(case, case.pen.now, volunteer)
    return {f"{done}_by": _name(case.by), f"{done}_at": at}


def _straight_away(case: Case) -> bool:
    """Whether some readers of the list get posts as soon as they are approved."""
    return subscribers.any_straight_away(case.pen.tx, case.post.list_id)


def _tell(case: Case, letter: str, volunteer: Volunteer, **values: Any) -> None:
    case.pen.write(
        letter,
        to_moderator(volunteer, case.post),
        answers=_thread(case, volunteer),
        post_title=case.post.title,
        **values,
    )


def _tell_author(case: Case, letter: str, **values: Any) -> None:
    case.pen.write(
        letter,
        to_author(case.post),
        answers=case.post.message_id or "",
        post_title=case.post.title,
        **values,
    )


def _thread(case: Case, volunteer: Volunteer) -> str:
    """The Message-ID of what we first asked this moderator about the post: one thread per post."""
    asked = outgoing.last_about_post(case.pen.tx, case.post.id, "post_held", volunteer.id)
    return asked.message_id if asked else ""


def _note(case: Case, what: str, detail: str = "") -> None:
    who = case.by.address if case.by else "operator"
    post = case.post
    history.note(
        case.pen.tx, case.pen.now, who, what, list_id=post.list_id, post_id=post.id, detail=detail
    )


def _name(by: Volunteer | None) -> str:
    return (by.name or by.address) if by else OPERATOR


def _local(case: Case, at: datetime, volunteer: Volunteer | None = None) -> datetime:
    zone = (volunteer.timezone if volunteer else None) or case.pen.sender.timezone
    return at.astimezone(ZoneInfo(zone))
