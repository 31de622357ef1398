"""Takes a decision back: to held while no reader has the post, else out of what has not left."""

from __future__ import annotations

from typing import Any

from moderation import asking, correction, spam, tell
from moderation.tell import Case
from moderation.verdict import Verdict
from storage import carried, history, lists, posts, versions, volunteers
from storage.records import Post

UNDECIDED = ("decided_at", "decided_by", "approved_at", "straight_away_at")


def undo(case: Case, verdict: Verdict) -> bool:  # noqa: ARG001
    """Back to held while no reader has it; else it leaves every edition that is not yet sent."""
    tx, post = case.pen.tx, posts.by_id(case.pen.tx, case.post.id) or case.post
    # No edition is made for the list meanwhile, and what waits is emptied before it is counted:
    # a mail that a sender takes in between has the post no more.
    lists.lock(tx, post.list_id)
    carried.take_out(tx, post)
    readers = carried.count_readers(tx, post)
    before = _take_back(case, readers)
    if not before:
        return False
    if before == "approved":
        volunteers.note_approval(tx, post.list_id, post.author_address, -1)
    if before == "spam":
        spam.forget(tx, post.id)
    restored = _restore(case, post) if not readers else False
    _note(case, post, f"{readers} readers had it")
    tell.undone(case, readers, restored=restored)
    if not readers:
        posts.release_from_editions(tx, post.id)
        correction.take_back(case, post)
        moderators = volunteers.every(tx, post.list_id, "moderator")
        asking.begin_anew(case.pen, post, moderators, case.round_up)
    if before != "spam":
        tell.author_undone(case, readers)
    return True


def _take_back(case: Case, readers: int) -> str:
    """Ends the decision that stood; which it was, "" when there was none."""
    after, changes = "withdrawn", case.decision | {"reason": ""}
    if not readers:
        undecided: dict[str, Any] = dict.fromkeys(UNDECIDED)
        after, changes = "held", changes | undecided | {"urgent": False}
    for before in ("approved", "rejected", "spam"):
        if posts.change_state(case.pen.tx, case.post.id, [before], after, changes):
            return before
    return ""


def _restore(case: Case, post: Post) -> bool:
    """What the moderator changed with the decision goes with it; True when something did."""
    if post.decided_at is None:
        return False
    version = versions.changed_at(case.pen.tx, post.id, post.decided_at)
    return version is not None and versions.go_back(case.pen.tx, post, version, case.pen.now)


def _note(case: Case, post: Post, detail: str) -> None:
    at = case.pen.now
    history.note(
        case.pen.tx, at, case.who, "undone", list_id=post.list_id, post_id=post.id, detail=detail
    )
