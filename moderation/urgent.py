"""A post that goes straight to everybody: one moderator asks for it, a second one agrees.

The question goes to the others under marks of its own, so that a yes to an older mail is no yes to
this.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from moderation import notice, tell
from moderation.tell import Case
from moderation.verdict import Verdict
from storage import history, posts, subscribers, urgencies, volunteers
from storage.records import Volunteer


def ask(case: Case, verdict: Verdict) -> str:  # noqa: ARG001
    """Asks the other moderators whether they agree; what became of it, for the operator.

    Where another one asked before, this is the second word.
    """
    tx, post, by = case.pen.tx, case.post, case.by
    assert by is not None
    if not posts.change_state(tx, post.id, ["held"], "held", {}):
        tell.settled_already(case, "urgent")
        return "settled already"
    first = urgencies.asked_by(tx, post.id)
    if first is not None and first != by.id:
        return agree(case)
    others = [one for one in volunteers.every(tx, post.list_id, "moderator") if one.id != by.id]
    if first is None and others:
        urgencies.ask(tx, post.id, by.id, case.pen.now)
        history.note(tx, case.pen.now, by.address, "asked for urgent", post_id=post.id)
        for volunteer in others:
            _ask(case, volunteer)
    names = [one.name or one.address for one in others]
    tell.to_one(case, "verdict_urgent", by, people=names, automatic="auto-replied")
    return "urgent, asked the others" if others else "urgent, but there is no second moderator"


def answer(case: Case, verdict: Verdict) -> str:
    """What a moderator says to that question: only yes or urgent agree, and never one's own."""
    tx, by = case.pen.tx, case.by
    assert by is not None
    first = urgencies.asked_by(tx, case.post.id)
    if first is None or first == by.id:
        tell.settled_already(case, verdict.kind)
        return "no question is open"
    if verdict.kind in ("yes", "yes always", "urgent"):
        return agree(case)
    urgencies.settle(tx, case.post.id, case.pen.now)
    history.note(tx, case.pen.now, by.address, "not urgent", post_id=case.post.id)
    for volunteer in volunteers.every(tx, case.post.list_id, "moderator"):
        tell.to_one(
            case,
            "verdict_not_urgent",
            volunteer,
            by=by.name or by.address,
            at=_local(case, volunteer),
            reason=verdict.reason,
        )
    return "not urgent"


def agree(case: Case) -> str:
    """Sends the post to every reader: there are no minutes in which it could be undone."""
    tx, now, by = case.pen.tx, case.pen.now, case.by
    assert by is not None
    first = urgencies.asked_by(tx, case.post.id)
    asker = volunteers.by_id(tx, first) if first else None
    changes = case.decision | {"approved_at": now, "straight_away_at": now, "urgent": True}
    if asker is None or asker.removed_at or asker.id == by.id:
        tell.settled_already(case, "urgent")
        return "nobody else asks for it"
    if not posts.change_state(tx, case.post.id, ["held"], "approved", changes):
        tell.settled_already(case, "urgent")
        return "settled already"
    urgencies.settle(tx, case.post.id, now)
    notice.approved(tx, case.post, now)
    volunteers.note_approval(tx, case.post.list_id, case.post.author_address)
    history.note(
        tx, now, by.address, "approved", post_id=case.post.id, detail=f"urgent, as {asker.address}"
    )
    readers = subscribers.count(tx, case.post.list_id)
    for volunteer in volunteers.every(tx, case.post.list_id, "moderator"):
        tell.to_one(
            case,
            "post_urgent",
            volunteer,
            asked_by=asker.name or asker.address,
            agreed_by=by.name or by.address,
            at=_local(case, volunteer),
            readers=readers,
        )
    tell.author_urgent(case)
    return "urgent"


def _ask(case: Case, volunteer: Volunteer) -> None:
    assert case.by is not None
    tell.to_one(
        case,
        "verdict_urgent_asked",
        volunteer,
        urgent=True,
        asked_by=case.by.name or case.by.address,
        post_text=case.post.text,
        author=case.post.author_name or case.post.author_address,
        readers=subscribers.count(case.pen.tx, case.post.list_id),
    )


def _local(case: Case, volunteer: Volunteer) -> datetime:
    return case.pen.now.astimezone(ZoneInfo(volunteer.timezone or case.pen.sender.timezone))
