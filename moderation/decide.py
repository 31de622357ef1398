"""Applies a verdict, once, and has everybody told whom it concerns.

The condition in ``posts.change_state`` decides between two who answer at the same moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from moderation import correction, notice, spam, tell, undo
from moderation.asking import today
from moderation.fields import day_of
from moderation.rewrite import as_html
from moderation.tell import Case
from moderation.verdict import Verdict
from storage import history, lists, posts, versions, volunteers
from storage.addresses import fold
from templates.flow import one_line

LONGEST_TITLE = 150
DECISIONS = ("yes", "yes always", "edit", "no", "spam", "undo", "correct")
"""What is said here changes what becomes of a post."""


def decide(case: Case, verdict: Verdict) -> bool:
    """Carries out one of DECISIONS; True when it took effect.

    When somebody was first, whoever comes late is told who and when, and nothing changes.
    """
    apply = {
        "yes": _approve,
        "yes always": _approve,
        "edit": _approve,
        "no": _reject,
        "spam": _spam,
        "undo": undo.undo,
        "correct": _correct,
    }[verdict.kind]
    if apply(case, verdict):
        return True
    tell.settled_already(case, verdict.kind)
    return False


def _approve(case: Case, verdict: Verdict) -> bool:
    tx, now = case.pen.tx, case.pen.now
    minutes = timedelta(minutes=case.pen.sender.undo_minutes)
    decision = case.decision | {"approved_at": now, "straight_away_at": now + minutes}
    if not posts.change_state(tx, case.post.id, ["held"], "approved", decision):
        return False
    before, case = case.post, _revised(case, verdict)
    notice.approved(tx, case.post, now)
    volunteers.note_approval(tx, case.post.list_id, case.post.author_address)
    _note(case, "approved", "their own post" if _is_own(case) else "")
    if verdict.kind == "yes always":
        volunteers.set_trust(tx, case.post.list_id, case.post.author_address, True)
        _note(case, "trusted", case.post.author_address)
    correction.carry_out(case)
    edited, trusted = verdict.kind == "edit", verdict.kind == "yes always"
    tell.decided(case, "approved", before=before, edited=edited, trusted=trusted)
    tell.author_approved(case, edited=before if edited else None)
    return True


def _revised(case: Case, verdict: Verdict) -> Case:
    """The case with what the moderator changed in the post; what it was before is kept."""
    if changes := _changes(case, verdict):
        versions.change(case.pen.tx, case.post, changes, case.who, case.pen.now)
        _note(case, "edited" if verdict.kind == "edit" else "changed", ", ".join(changes))
        post = replace(case.post, version=case.post.version + 1, **changes)
        return replace(case, post=post)
    return case


def _reject(case: Case, verdict: Verdict) -> bool:
    decision = case.decision | {"reason": verdict.reason}
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "rejected", decision):
        return False
    _note(case, "rejected", verdict.reason)
    tell.decided(case, "rejected", verdict.reason)
    tell.author_rejected(case, verdict.reason)
    return True


def _spam(case: Case, verdict: Verdict) -> bool:  # noqa: ARG001
    """The author hears nothing: an answer would only prove to them that somebody reads it."""
    if not posts.change_state(case.pen.tx, case.post.id, ["held"], "spam", case.decision):
        return False
    spam.learn(case.pen.tx, case.post, case.pen.now)
    _note(case, "spam")
    tell.decided(case, "spam")
    return True


def _correct(case: Case, verdict: Verdict) -> bool:
    """A moderator puts right what went out; before that, it is an edit."""
    if case.post.state == "held":
        return _approve(case, replace(verdict, kind="edit"))
    post = correction.hold_for(case.pen, case.post, verdict.reason, verdict.fields)
    if post is None:
        return False
    return _approve(replace(case, post=post), Verdict("yes", fields=verdict.fields))


def _changes(case: Case, verdict: Verdict) -> dict[str, Any]:
    """What the moderator's words change in the post. Topics that the list lacks are passed over."""
    changes: dict[str, Any] = {}
    fields, language = verdict.fields, case.pen.sender.language
    if title := one_line(fields.get("title", ""))[:LONGEST_TITLE]:
        changes["title"] = title
    if fields.get("topics"):
        named = {word.strip(" .").casefold() for word in fields["topics"].split(",")}
        known = lists.topics(case.pen.tx, case.post.list_id)
        chosen = [topic.id for topic in known if {topic.key, topic.name.casefold()} & named]
        changes |= {"topics": tuple(chosen)} if chosen else {}
    for name, field in (("date", "event_date"), ("closes", "closing_date")):
        if name in fields:
            first = today(case.pen.sender, case.pen.now)
            changes[field] = day_of(fields[name], first, language)
    if verdict.kind == "edit" and verdict.reason:
        text = verdict.reason
        changes |= {"text": text, "html": as_html(text, case.post.html)}
    return changes


def _is_own(case: Case) -> bool:
    return case.by is not None and fold(case.by.address) == fold(case.post.author_address)


def _note(case: Case, what: str, detail: str = "") -> None:
    post = case.post
    history.note(
        case.pen.tx,
        case.pen.now,
        case.who,
        what,
        list_id=post.list_id,
        post_id=post.id,
        detail=detail,
    )
