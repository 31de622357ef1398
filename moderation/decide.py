"""Applies a verdict, once, and has everybody told whom it concerns.

The condition in ``posts.change_state`` decides between two who answer at the same moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moderation import tell
from moderation.tell import Case
from moderation.verdict import Verdict
from storage import carried, history, lists, posts, volunteers
from storage.addresses import fold
from templates.flow import one_line

LONGEST_TITLE = 150


def decide(case: Case, verdict: Verdict) -> bool:
    """Carries out a yes, no, spam or undo; True when it took effect.

    When somebody was first, whoever comes late is told who and when, and nothing changes.
    """
    apply = {"yes": _approve, "no": _reject, "spam": _spam, "undo": _undo}[verdict.kind]
    if apply(case, verdict):
        return True
    tell.settled_already(case, verdict.kind)
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
        case = replace(case, post=replace(case.post, **changes))
    volunteers.note_approval(tx, case.post.list_id, case.post.author_address)
    _note(case, "approved", "their own post" if _is_own(case) else "")
    tell.decided(case, "approved")
    tell.author_approved(case)
    return True


def _reject(case: Case, verdict: Verdict) -> bool:
    decision = _decision(case) | {"reason": verdict.reason}
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "rejected", decision):
        return False
    _note(case, "rejected", verdict.reason)
    tell.decided(case, "rejected", verdict.reason)
    tell.author_rejected(case, verdict.reason)
    return True


def _spam(case: Case, verdict: Verdict) -> bool:  # noqa: ARG001
    """The author hears nothing: an answer would only prove to them that somebody reads it."""
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "spam", _decision(case)):
        return False
    _note(case, "spam")
    tell.decided(case, "spam")
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
    tell.undone(case, readers)
    if before != "spam":
        tell.author_undone(case, readers)
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


def _decision(case: Case) -> dict[str, object]:
    return {"decided_at": case.pen.now, "decided_by": case.by.id if case.by else None}


def _changes(case: Case, fields: dict[str, str]) -> dict[str, Any]:
    """What the fields of a yes change in the post. Topics that the list lacks are passed over."""
    changes: dict[str, Any] = {}
    if title := one_line(fields.get("title", ""))[:LONGEST_TITLE]:
        changes["title"] = title
    if fields.get("topics"):
        named = {word.strip(" .").casefold() for word in fields["topics"].split(",")}
        known = lists.topics(case.pen.tx, case.post.list_id)
        chosen = [topic.id for topic in known if {topic.key, topic.name.casefold()} & named]
        changes |= {"topics": tuple(chosen)} if chosen else {}
    return changes


def _is_own(case: Case) -> bool:
    return case.by is not None and fold(case.by.address) == fold(case.post.author_address)


def _note(case: Case, what: str, detail: str = "") -> None:
    who = case.by.address if case.by else "operator"
    post = case.post
    history.note(
        case.pen.tx, case.pen.now, who, what, list_id=post.list_id, post_id=post.id, detail=detail
    )
