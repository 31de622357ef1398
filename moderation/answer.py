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
from moderation import act, threads
from moderation.fields import unreadable
from moderation.hold import ask_one, may_decide
from moderation.showing import to_moderator
from moderation.tell import Case, settled_already
from moderation.verdict import Kind, Verdict, read_verdict
from moderation.words import words
from storage import confirmations, history, outgoing, posts, versions, volunteers
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
class Seen:
    """Which of our mails about a post is answered."""

    version: int
    """Of the post, as that mail showed it."""
    urgent: bool = False
    """It asked whether the post may go straight to everybody."""
    old: bool = False
    """Its mark is out of date, or was signed with a secret no longer in use."""
    addressed: bool = True
    """Its To field names the mark to which it came. An old letter that is sent to another mark,
    seal and all, names the old one."""
    marked: bool = True
    """False for a letter that came without its mark and was known by In-Reply-To only."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A letter that answers our mail about ``post`` to ``volunteer``."""

    pen: Pen
    reading: Reading
    post: Post
    volunteer: Volunteer
    round_up: datetime
    seen: Seen

    @property
    def case(self) -> Case:
        answers = self.reading.message_id or ""
        return Case(self.pen, self.post, self.volunteer, self.round_up, answers)


def answer(
    pen: Pen,
    reading: Reading,
    proof: Proof,
    post_id: int,
    volunteer_id: int,
    *,
    seen: Seen,
    round_up: datetime,
) -> Answered:
    """Acts on a letter that answers our mail about a post to a moderator."""
    heard = _hear(pen, reading, post_id, volunteer_id, round_up, seen)
    if isinstance(heard, Answered):
        return heard
    if heard.volunteer.removed_at or seen.old:
        return _not_possible(heard)
    if was_said_before(pen, f"{post_id} {volunteer_id}", reading, only_look=True):
        return _not_possible(heard, repeated=True)
    verdict = _read(heard)
    if verdict.kind in ("unclear", "help"):
        return _explain(heard, verdict)
    if verdict.kind in act.INFORMS:
        return Answered("command", act.inform(heard.case, heard.volunteer, verdict))
    if verdict.kind not in act.ABOUT_DUTY and not may_decide(pen, heard.post, heard.volunteer):
        _write(heard, "verdict_not_own")
        return Answered("verdict", "not about an own post")
    proven = reading.message_id and seen.addressed and proof.aligned
    if seen.marked and (proven or pen.desk.proof == "mark"):
        was_said_before(pen, f"{post_id} {volunteer_id}", reading)
        return decide_heard(heard, verdict)
    return _ask_to_confirm(heard, verdict)


def confirmed(pen: Pen, waiting: Confirmation, reading: Reading, *, round_up: datetime) -> Answered:
    """Acts on the reply to "did you say so?". Only a plain yes from the moderator confirms."""
    payload = waiting.payload
    seen = Seen(int(payload.get("version", 1)), bool(payload.get("urgent")))
    ids = int(payload["post"]), int(payload["volunteer"])
    heard = _hear(pen, reading, *ids, round_up, seen)
    if isinstance(heard, Answered):
        return heard
    if heard.volunteer.removed_at or pen.now - waiting.asked_at > CONFIRM_WITHIN:
        return _not_possible(heard)
    says = read_verdict(reading.reply_text, (heard.volunteer.name,), pen.sender.language)
    if says.kind == "no":
        confirmations.settle(pen.tx, waiting.id, pen.now)
        return Answered("verdict", "taken back")
    if says.kind != "yes" and not confirms(reading.reply_text, pen.sender.language):
        return _explain(heard, says)
    verdict = _verdict_of(payload)
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        settled_already(heard.case, verdict.kind)
        return Answered("verdict", "settled already")
    return decide_heard(heard, verdict)


def was_said_before(pen: Pen, about: str, reading: Reading, *, only_look: bool = False) -> bool:
    """Whether a letter with this Message-ID was acted on before: mail programs send twice, and
    an old letter with its seal can be sent again. Notes it, unless it shall only look."""
    if not reading.message_id:
        return False
    source = f"said {about} {reading.message_id}"[:500]
    since = pen.now - timedelta(days=MARK_DAYS + 1)
    if confirmations.count_since(pen.tx, since, list_id=pen.sender.id, source=source):
        return True
    if not only_look:
        author = reading.sender.address if reading.sender else ""
        confirmations.note(pen.tx, pen.sender.id, "said", author, pen.now, source)
    return False


def says_yes(reply: str, language: str = "en") -> bool:
    """Whether a reply to "was this you?" is a plain yes or "confirm"; an empty one is not."""
    return read_verdict(reply, (), language).kind == "yes" or confirms(reply, language)


def _hear(
    pen: Pen, reading: Reading, post_id: int, volunteer_id: int, round_up: datetime, seen: Seen
) -> Heard | Answered:
    post, volunteer = posts.by_id(pen.tx, post_id), volunteers.by_id(pen.tx, volunteer_id)
    if post is None or volunteer is None or post.list_id != pen.sender.id:
        return Answered("refused", "The post or the moderator that it is about is gone.")
    heard = Heard(pen, reading, post, volunteer, round_up, seen)
    # Exactly one sender, and it is the moderator. The display name proves nothing.
    author = reading.sender.address if reading.sender else ""
    if reading.senders != 1 or fold(author) != fold(volunteer.address):
        return _somebody_else(heard)
    return heard


def _read(heard: Heard) -> Verdict:
    """The verdict; one that names a day which we cannot read is unclear."""
    pen = heard.pen
    names = tuple(one.name for one in volunteers.every(pen.tx, pen.sender.id, "moderator"))
    said, author = heard.reading.reply_text, heard.post.author_name
    verdict = read_verdict(said, names, pen.sender.language, thanked=author)
    wrong = unreadable(verdict.fields, act.today(pen), pen.sender.language)
    return Verdict("unclear", line=wrong) if wrong else verdict


def decide_heard(heard: Heard, verdict: Verdict) -> Answered:
    """Carries out what a moderator said; whether it is theirs was settled before."""
    seen = heard.seen
    if verdict.kind in act.READ_BEFORE and _is_changed_since(heard):
        return _changed_since(heard)
    return Answered("verdict", act.carry_out(heard.case, heard.volunteer, verdict, seen.urgent))


def _is_changed_since(heard: Heard) -> bool:
    """Whether the author has sent another text than the one that was seen."""
    tx, post_id = heard.pen.tx, heard.post.id
    # Takes the row first: an author who sends one at this moment comes before or after.
    if not posts.change_state(tx, post_id, ["held"], "held", {}):
        return False
    changed = versions.before_last_change(tx, post_id, versions.AUTHOR)
    return changed is not None and heard.seen.version <= changed


def _changed_since(heard: Heard) -> Answered:
    """Nobody approves what they have not seen: the author has sent another text since."""
    _write(heard, "verdict_not_possible", removed=False, changed=True)
    pen, post = heard.pen, heard.post
    ask_one(pen, post, heard.volunteer, heard.round_up, occasion="changed")
    return Answered("verdict", "the author has changed the post since")


def _somebody_else(heard: Heard) -> Answered:
    """Tells the moderator whose mail it was, once; the one who answered hears nothing."""
    pen, post, what = heard.pen, heard.post, "answered by somebody else"
    told = any(step.what == what for step in history.of_post(pen.tx, post.id))
    if not told and not heard.volunteer.removed_at:
        thread = threads.with_moderator(pen, post, heard.volunteer)
        pen.write(
            "verdict_not_yours",
            to_moderator(heard.volunteer, post),
            answers=thread.answers,
            thread=thread.subject,
            post_title=post.title,
        )
    history.note(pen.tx, pen.now, "postround", what, post_id=post.id)
    return Answered("refused", "Somebody else answered a mail to a moderator.")


def _not_possible(heard: Heard, *, repeated: bool = False) -> Answered:
    removed = bool(heard.volunteer.removed_at)
    if repeated:
        if heard.post.decided_at is not None:
            settled_already(heard.case, _read(heard).kind)
        return Answered("verdict", "the same letter came before")
    _write(heard, "verdict_not_possible", removed=removed, changed=False)
    if heard.post.state == "held" and not removed:
        ask_one(heard.pen, heard.post, heard.volunteer, heard.round_up, occasion="again")
    return Answered("verdict", "its mark decides nothing any more")


def _explain(heard: Heard, verdict: Verdict) -> Answered:
    if verdict.kind == "help":
        _write(heard, "verdict_help")
    else:
        _write(heard, "verdict_unclear", said=verdict.line)
    return Answered("verdict", verdict.kind)


def _ask_to_confirm(heard: Heard, verdict: Verdict) -> Answered:
    pen, post, volunteer = heard.pen, heard.post, heard.volunteer
    if post.state != "held" and verdict.kind not in ("undo", "correct", *act.ABOUT_DUTY):
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
        "version": heard.seen.version,
        "urgent": heard.seen.urgent,
    }
    number = confirmations.ask(
        pen.tx, pen.sender.id, "verdict", volunteer.address, payload, pen.now, source
    )
    to = To(volunteer.address, "confirm", (number,), volunteer_id=volunteer.id, post_id=post.id)
    _write(heard, "verdict_confirm", to, said=verdict.kind)
    return Answered("verdict", "not proven; asked to confirm")


def _verdict_of(payload: dict[str, Any]) -> Verdict:
    return Verdict(cast(Kind, payload["kind"]), payload["reason"], payload["fields"])


def confirms(reply: str, language: str) -> bool:
    lines = [line.strip(" .!").casefold() for line in reply.splitlines() if line.strip()]
    return bool(lines) and lines[0] in words(language, "confirm")


def _write(heard: Heard, letter: str, to: To | None = None, **values: Any) -> None:
    pen, post, volunteer = heard.pen, heard.post, heard.volunteer
    about = {"post_id": post.id, "volunteer_id": volunteer.id}
    if outgoing.count_since(pen.tx, pen.now - DAY, letter, **about) >= MOST_ANSWERS_A_DAY:
        return
    thread = threads.with_moderator(pen, post, volunteer)
    pen.write(
        letter,
        to or to_moderator(volunteer, post),
        answers=thread.answers or heard.reading.message_id or "",
        thread=thread.subject,
        automatic="auto-replied",
        post_title=post.title,
        **values,
    )
