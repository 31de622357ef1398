"""A moderator's letter, from who sent it to what it changes.

A verdict needs three things: the mark that went to one moderator for one post, that moderator's
own address as sender, and the sender's mail service vouching for it. Where the third is missing
one confirming reply to the moderator's own address takes its place; without the rest nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from delivery.letters import Pen, To
from moderation.decide import Case, decide, settled_already
from moderation.hold import to_moderator
from moderation.verdict import Kind, Verdict, read_verdict
from storage import history, posts, subscribers, volunteers
from storage.addresses import fold
from storage.records import Post, Proof, Reading, Volunteer

# A mark older than this decides nothing: its post has long been settled or asked about anew.
MARK_DAYS = 60
CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the letter: "verdict" or "refused", and why in words for the operator."""

    outcome: str
    reason: str = ""


def answer(
    pen: Pen,
    reading: Reading,
    proof: Proof,
    post_id: int,
    volunteer_id: int,
    *,
    marked: bool,
    round_up: datetime,
    old: bool = False,
) -> Answered:
    """Acts on a letter that answers our mail about a post to a moderator.

    ``marked`` is False when the letter came without its mark and was known by In-Reply-To only;
    ``old`` when the mark was signed with a secret no longer in use or is out of date.
    """
    post, volunteer = posts.by_id(pen.tx, post_id), volunteers.by_id(pen.tx, volunteer_id)
    if post is None or volunteer is None or post.list_id != pen.sender.id:
        return Answered("refused", "The post or the moderator that it is about is gone.")
    if not _is_from(reading, volunteer):
        return _somebody_else(pen, post, volunteer)
    if volunteer.removed_at or old:
        _write(pen, "verdict_not_possible", post, volunteer, removed=bool(volunteer.removed_at))
        return Answered("refused", "Its mark is no longer valid.")
    names = tuple(person.name for person in volunteers.every(pen.tx, post.list_id, "moderator"))
    verdict = read_verdict(reading.reply_text, names, pen.sender.language)
    case = Case(pen, post, volunteer, round_up)
    if verdict.kind in ("unclear", "help"):
        return _explain(case, volunteer, verdict)
    if marked and (proof.aligned or pen.desk.proof == "mark"):
        decide(case, verdict)
        return Answered("verdict", verdict.kind)
    return _ask_to_confirm(case, volunteer, verdict)


def confirmed(
    pen: Pen, number: int, payload: dict[str, str], reading: Reading, *, round_up: datetime
) -> Answered:
    """Acts on the reply to "did you say so?". Only a plain yes from the moderator confirms."""
    post = posts.by_id(pen.tx, int(payload["post"]))
    volunteer = volunteers.by_id(pen.tx, int(payload["volunteer"]))
    if post is None or volunteer is None or volunteer.removed_at:
        return Answered("refused", "The post or the moderator that it is about is gone.")
    if not _is_from(reading, volunteer):
        return Answered("refused", "Somebody else answered a mail to a moderator.")
    names = (volunteer.name,)
    says = read_verdict(reading.reply_text, names, pen.sender.language)
    verdict = _verdict_of(payload)
    if says.kind == "no":
        subscribers.settle_confirmation(pen.tx, number, pen.now)
        return Answered("verdict", "taken back")
    if says.kind != "yes" and not _confirms(reading.reply_text):
        _write(pen, "verdict_unclear", post, volunteer, said=says.line)
        return Answered("verdict", "unclear")
    case = Case(pen, post, volunteer, round_up)
    if not subscribers.settle_confirmation(pen.tx, number, pen.now):
        settled_already(case, verdict.kind)
        return Answered("verdict", "settled already")
    decide(case, verdict)
    return Answered("verdict", verdict.kind)


def says_yes(reply: str, language: str = "en") -> bool:
    """Whether a reply to "was this you?" is a plain yes or "confirm"; an empty one is not."""
    return read_verdict(reply, (), language).kind == "yes" or _confirms(reply)


def _is_from(reading: Reading, volunteer: Volunteer) -> bool:
    """Exactly one sender, and it is the moderator. The display name proves nothing."""
    if reading.senders != 1 or reading.sender is None:
        return False
    return fold(reading.sender.address) == fold(volunteer.address)


def _somebody_else(pen: Pen, post: Post, volunteer: Volunteer) -> Answered:
    """Tells the moderator whose mail it was, once; the one who answered hears nothing."""
    told = any(
        step.what == "answered by somebody else" for step in history.of_post(pen.tx, post.id)
    )
    if not told and not volunteer.removed_at:
        _write(pen, "verdict_not_yours", post, volunteer)
    history.note(pen.tx, pen.now, "postround", "answered by somebody else", post_id=post.id)
    return Answered("refused", "Somebody else answered a mail to a moderator.")


def _explain(case: Case, volunteer: Volunteer, verdict: Verdict) -> Answered:
    name = "verdict_help" if verdict.kind == "help" else "verdict_unclear"
    values: dict[str, str] = {} if verdict.kind == "help" else {"said": verdict.line}
    _write(case.pen, name, case.post, volunteer, **values)
    return Answered("verdict", verdict.kind)


def _ask_to_confirm(case: Case, volunteer: Volunteer, verdict: Verdict) -> Answered:
    pen, post = case.pen, case.post
    if post.state != "held" and verdict.kind != "undo":
        settled_already(case, verdict.kind)
        return Answered("verdict", "settled already")
    payload = {
        "post": str(post.id),
        "volunteer": str(volunteer.id),
        "kind": verdict.kind,
        "reason": verdict.reason,
        **{f"field {name}": value for name, value in verdict.fields.items()},
    }
    # One question for each verdict and while: a flood of forged answers must not become ours.
    source = f"verdict {post.id} {volunteer.id} {verdict.kind}"
    recently = pen.now - ASK_AGAIN_AFTER
    if subscribers.asked_since(pen.tx, recently, list_id=pen.sender.id, source=source):
        return Answered("verdict", "not proven; asked to confirm a moment ago")
    number = subscribers.ask_confirmation(
        pen.tx, pen.sender.id, "verdict", volunteer.address, payload, pen.now, source
    )
    to = To(volunteer.address, "confirm", (number,), volunteer_id=volunteer.id, post_id=post.id)
    pen.write(
        "verdict_confirm",
        to,
        automatic="auto-replied",
        post_title=post.title,
        said=verdict.kind,
    )
    return Answered("verdict", "not proven; asked to confirm")


def _verdict_of(payload: dict[str, str]) -> Verdict:
    prefix = "field "
    fields = {name[len(prefix) :]: payload[name] for name in payload if name.startswith(prefix)}
    return Verdict(cast(Kind, payload["kind"]), payload["reason"], fields)


def _confirms(reply: str) -> bool:
    lines = [line.strip(" .!").casefold() for line in reply.splitlines() if line.strip()]
    return bool(lines) and lines[0] in ("confirm", "confirmed", "i confirm")


def _write(pen: Pen, letter: str, post: Post, volunteer: Volunteer, **values: Any) -> None:
    pen.write(
        letter,
        to_moderator(volunteer, post),
        automatic="auto-replied",
        post_title=post.title,
        **values,
    )
