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
from moderation.decide import decide
from moderation.hold import ask_again, may_decide, to_moderator
from moderation.tell import Case, settled_already
from moderation.verdict import Kind, Verdict, read_verdict
from storage import confirmations, history, outgoing, posts, volunteers
from storage.addresses import fold
from storage.records import Confirmation, Post, Proof, Reading, Volunteer

# A mark older than this decides nothing: its post has long been settled or asked about anew.
MARK_DAYS = 60
CONFIRM_WITHIN = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(minutes=10)
DAY = timedelta(days=1)
# A machine that answers each of our answers, and does not say that it is one, must tire first.
MOST_ANSWERS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of the letter: an outcome, and why in words for the operator."""

    outcome: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A letter that answers our mail about ``post`` to ``volunteer``."""

    pen: Pen
    reading: Reading
    post: Post
    volunteer: Volunteer
    round_up: datetime

    @property
    def case(self) -> Case:
        return Case(self.pen, self.post, self.volunteer, self.round_up)


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
    heard = _hear(pen, reading, post_id, volunteer_id, round_up)
    if isinstance(heard, Answered):
        return heard
    if heard.volunteer.removed_at or old:
        return _not_possible(heard)
    names = tuple(one.name for one in volunteers.every(pen.tx, pen.sender.id, "moderator"))
    verdict = read_verdict(reading.reply_text, names, pen.sender.language)
    if verdict.kind not in ("yes", "no", "spam", "undo"):
        return _explain(heard, verdict)
    if not may_decide(pen, heard.post, heard.volunteer):
        _write(heard, "verdict_not_own")
        return Answered("verdict", "not about an own post")
    if marked and (proof.aligned or pen.desk.proof == "mark"):
        decide(heard.case, verdict)
        return Answered("verdict", verdict.kind)
    return _ask_to_confirm(heard, verdict)


def confirmed(pen: Pen, waiting: Confirmation, reading: Reading, *, round_up: datetime) -> Answered:
    """Acts on the reply to "did you say so?". Only a plain yes from the moderator confirms."""
    post_id, volunteer_id = int(waiting.payload["post"]), int(waiting.payload["volunteer"])
    heard = _hear(pen, reading, post_id, volunteer_id, round_up)
    if isinstance(heard, Answered):
        return heard
    if heard.volunteer.removed_at or pen.now - waiting.asked_at > CONFIRM_WITHIN:
        return _not_possible(heard)
    says = read_verdict(reading.reply_text, (heard.volunteer.name,), pen.sender.language)
    if says.kind == "no":
        confirmations.settle(pen.tx, waiting.id, pen.now)
        return Answered("verdict", "taken back")
    if says.kind != "yes" and not _confirms(reading.reply_text):
        return _explain(heard, says)
    verdict = _verdict_of(waiting.payload)
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        settled_already(heard.case, verdict.kind)
        return Answered("verdict", "settled already")
    decide(heard.case, verdict)
    return Answered("verdict", verdict.kind)


def says_yes(reply: str, language: str = "en") -> bool:
    """Whether a reply to "was this you?" is a plain yes or "confirm"; an empty one is not."""
    return read_verdict(reply, (), language).kind == "yes" or _confirms(reply)


def _hear(
    pen: Pen, reading: Reading, post_id: int, volunteer_id: int, round_up: datetime
) -> _Heard | Answered:
    post, volunteer = posts.by_id(pen.tx, post_id), volunteers.by_id(pen.tx, volunteer_id)
    if post is None or volunteer is None or post.list_id != pen.sender.id:
        return Answered("refused", "The post or the moderator that it is about is gone.")
    heard = _Heard(pen, reading, post, volunteer, round_up)
    # Exactly one sender, and it is the moderator. The display name proves nothing.
    author = reading.sender.address if reading.sender else ""
    if reading.senders != 1 or fold(author) != fold(volunteer.address):
        return _somebody_else(heard)
    return heard


def _somebody_else(heard: _Heard) -> Answered:
    """Tells the moderator whose mail it was, once; the one who answered hears nothing."""
    pen, post, what = heard.pen, heard.post, "answered by somebody else"
    told = any(step.what == what for step in history.of_post(pen.tx, post.id))
    if not told and not heard.volunteer.removed_at:
        pen.write("verdict_not_yours", to_moderator(heard.volunteer, post), post_title=post.title)
    history.note(pen.tx, pen.now, "postround", what, post_id=post.id)
    return Answered("refused", "Somebody else answered a mail to a moderator.")


def _not_possible(heard: _Heard) -> Answered:
    removed = bool(heard.volunteer.removed_at)
    _write(heard, "verdict_not_possible", removed=removed)
    if heard.post.state == "held" and not removed:
        ask_again(heard.pen, heard.post, heard.volunteer, heard.round_up)
    return Answered("verdict", "its mark decides nothing any more")


def _explain(heard: _Heard, verdict: Verdict) -> Answered:
    if verdict.kind == "help":
        _write(heard, "verdict_help")
    else:
        _write(heard, "verdict_unclear", said=verdict.line)
    return Answered("verdict", verdict.kind)


def _ask_to_confirm(heard: _Heard, verdict: Verdict) -> Answered:
    pen, post, volunteer = heard.pen, heard.post, heard.volunteer
    if post.state != "held" and verdict.kind != "undo":
        settled_already(heard.case, verdict.kind)
        return Answered("verdict", "settled already")
    # One question for each verdict and while: a flood of forged answers must not become ours.
    source = f"verdict {post.id} {volunteer.id} {verdict.kind}"
    recently = pen.now - ASK_AGAIN_AFTER
    if confirmations.count_since(pen.tx, recently, list_id=pen.sender.id, source=source):
        return Answered("verdict", "not proven; asked to confirm a moment ago")
    payload = {
        "post": str(post.id),
        "volunteer": str(volunteer.id),
        "kind": verdict.kind,
        "reason": verdict.reason,
        "fields": verdict.fields,
    }
    number = confirmations.ask(
        pen.tx, pen.sender.id, "verdict", volunteer.address, payload, pen.now, source
    )
    to = To(volunteer.address, "confirm", (number,), volunteer_id=volunteer.id, post_id=post.id)
    _write(heard, "verdict_confirm", to, said=verdict.kind)
    return Answered("verdict", "not proven; asked to confirm")


def _verdict_of(payload: dict[str, Any]) -> Verdict:
    return Verdict(cast(Kind, payload["kind"]), payload["reason"], payload["fields"])


def _confirms(reply: str) -> bool:
    lines = [line.strip(" .!").casefold() for line in reply.splitlines() if line.strip()]
    return bool(lines) and lines[0] in ("confirm", "confirmed", "i confirm")


def _write(heard: _Heard, letter: str, to: To | None = None, **values: Any) -> None:
    pen, post, volunteer = heard.pen, heard.post, heard.volunteer
    about = {"post_id": post.id, "volunteer_id": volunteer.id}
    if outgoing.count_since(pen.tx, pen.now - DAY, letter, **about) >= MOST_ANSWERS_A_DAY:
        return
    pen.write(
        letter,
        to or to_moderator(volunteer, post),
        answers=heard.reading.message_id or "",
        automatic="auto-replied",
        post_title=post.title,
        **values,
    )
