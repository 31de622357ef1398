"""A moderator's reply to a mail about several posts or about the rota: by number, or a word.

Each number is a verdict of its own, carried out as if it had answered a mail about that post.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from delivery.letters import Pen, To
from moderation import act, duty, queue, swap
from moderation.answer import (
    ASK_AGAIN_AFTER,
    CONFIRM_WITHIN,
    Answered,
    Heard,
    Seen,
    confirms,
    decide_heard,
    was_said_before,
)
from moderation.numbered import Numbered, read_numbered
from moderation.verdict import Verdict, read_verdict
from moderation.words import fold as fold_words
from storage import confirmations, history, lists, noticed, posts, queues, versions, volunteers
from storage.addresses import fold
from storage.queues import Queue
from storage.records import Confirmation, Post, Proof, Reading, Volunteer

MOST_KEPT = 10_000
"""Characters of a reply that waits for a confirming yes."""
MOST_SHOWN = 20
FOR_ALL = ("yes", "no", "spam", "wait", "pass")
"""What may be said to all posts of a mail at once."""


@dataclass(frozen=True, slots=True)
class _Case:
    pen: Pen
    reading: Reading
    queue: Queue
    volunteer: Volunteer
    round_up: datetime

    @property
    def answers(self) -> str:
        return self.reading.message_id or ""

    @property
    def names(self) -> tuple[str, ...]:
        every = volunteers.every(self.pen.tx, self.pen.sender.id, "moderator")
        return tuple(one.name for one in every)

    @property
    def language(self) -> str:
        return self.pen.sender.language


def answer(
    pen: Pen,
    reading: Reading,
    proof: Proof,
    queue_id: int,
    volunteer_id: int,
    *,
    seen: Seen,
    round_up: datetime,
) -> Answered:
    """Acts on a reply to a mail that was about no single post."""
    case = _hear(pen, reading, queue_id, volunteer_id, round_up)
    if isinstance(case, Answered):
        return case
    verdict, numbered = _read(case, reading.reply_text)
    if numbered is not None and _only_shows(numbered):
        return Answered("command", _show(case, numbered))
    if verdict.kind in act.INFORMS and numbered is None:
        return Answered("command", _inform(case, verdict))
    if seen.old or (numbered is None and verdict.kind not in act.ABOUT_DUTY):
        _write(case, "queue_unclear", said=verdict.line, old=seen.old)
        return Answered("verdict", "too old" if seen.old else "unclear")
    proven = reading.message_id and seen.addressed and proof.aligned
    if not seen.marked or not (proven or pen.desk.proof == "mark"):
        return _ask_to_confirm(case, reading.reply_text)
    return _carry_out(case, verdict, numbered)


def confirmed(pen: Pen, waiting: Confirmation, reading: Reading, *, round_up: datetime) -> Answered:
    """Acts on the reply to "did you answer so?"."""
    ids = int(waiting.payload["queue"]), int(waiting.payload["volunteer"])
    case = _hear(pen, reading, *ids, round_up)
    if isinstance(case, Answered):
        return case
    says = read_verdict(reading.reply_text, (case.volunteer.name,), case.language).kind
    late = pen.now - waiting.asked_at > CONFIRM_WITHIN
    if late or (says != "yes" and not confirms(reading.reply_text, case.language)):
        if says == "no":
            confirmations.settle(pen.tx, waiting.id, pen.now)
            return Answered("verdict", "taken back")
        _write(case, "queue_unclear", said=reading.reply_text.strip()[:200], old=late)
        return Answered("verdict", "too old" if late else "unclear")
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return Answered("verdict", "settled already")
    return _carry_out(case, *_read(case, str(waiting.payload["reply"])))


def swapped(pen: Pen, waiting: Confirmation, reading: Reading) -> Answered:
    """Acts on the reply to "do you swap turns?": its own address, and a plain yes or no."""
    author = reading.sender.address if reading.sender else ""
    if reading.senders != 1 or fold(author) != fold(waiting.address):
        return Answered("refused", "Somebody else answered a question about a swap.")
    says = read_verdict(reading.reply_text, (), pen.sender.language).kind
    agreed = says == "yes" or confirms(reading.reply_text, pen.sender.language)
    if not agreed and says != "no":
        return Answered("command", swap.ask_again(pen, waiting, reading.message_id or ""))
    return Answered("command", swap.answered(pen, waiting, agreed=agreed))


def _hear(
    pen: Pen, reading: Reading, queue_id: int, volunteer_id: int, round_up: datetime
) -> _Case | Answered:
    found, volunteer = queues.by_id(pen.tx, queue_id), volunteers.by_id(pen.tx, volunteer_id)
    if found is None or volunteer is None or found.list_id != pen.sender.id:
        return Answered("refused", "The mail that it answers is gone.")
    author = reading.sender.address if reading.sender else ""
    if reading.senders != 1 or fold(author) != fold(volunteer.address):
        history.note(
            pen.tx, pen.now, "postround", "answered by somebody else", list_id=found.list_id
        )
        return Answered("refused", "Somebody else answered a mail to a moderator.")
    if volunteer.removed_at:
        return Answered("verdict", "no moderator any more")
    return _Case(pen, reading, found, volunteer, round_up)


def _read(case: _Case, reply: str) -> tuple[Verdict, Numbered | None]:
    """The word that stands alone, and the answers by number. Where the mail shows one post only,
    the word is for that one."""
    topics = lists.topics(case.pen.tx, case.pen.sender.id)
    known = frozenset(fold_words(word) for topic in topics for word in (topic.key, topic.name))
    shown = queues.posts_of(case.pen.tx, case.queue.id)
    numbered = read_numbered(reply, case.names, known, case.language, shown)
    verdict = read_verdict(reply, case.names, case.language)
    alone = verdict.kind not in ("unclear", "help", "rota", "waiting", *act.ABOUT_DUTY)
    if numbered is None and len(shown) == 1 and alone:
        numbered = Numbered(dict.fromkeys(shown, verdict))
    return verdict, numbered


def _only_shows(numbered: Numbered) -> bool:
    """It asks for posts as a whole, which changes nothing and goes to the moderator only."""
    said = {one.kind for one in numbered.by_number.values()}
    return said == {"show"} and numbered.rest is None and not numbered.unclear


def _show(case: _Case, numbered: Numbered) -> str:
    """Each post as a whole. Where one is decided, or there is none, the letter says so."""
    results = [_one(case, *each) for each in _chosen(case, numbered)[:MOST_SHOWN]]
    if any(one["what"] != "show" for one in results):
        _write(case, "queue_answered", results=results, unclear=[])
    return ", ".join(f"{one['number']} {one['what']}" for one in results)


def _inform(case: _Case, verdict: Verdict) -> str:
    if verdict.kind == "rota":
        return duty.show_rota(case.pen, case.volunteer, answers=case.answers)
    return duty.show_waiting(case.pen, case.volunteer, case.round_up, answers=case.answers)


def _carry_out(case: _Case, verdict: Verdict, numbered: Numbered | None) -> Answered:
    pen = case.pen
    if was_said_before(pen, f"queue {case.volunteer.id}", case.reading):
        return Answered("verdict", "the same letter came before")
    if numbered is None:
        done = act.about_duty(pen, case.volunteer, verdict, case.round_up, case.answers)
        return Answered("command", done)
    results = [_one(case, *each) for each in _chosen(case, numbered)]
    _write(case, "queue_answered", results=results, unclear=list(numbered.unclear))
    return Answered("verdict", ", ".join(f"{one['number']} {one['what']}" for one in results))


def _chosen(case: _Case, numbered: Numbered) -> list[tuple[int, Post | None, Verdict | None, bool]]:
    """(number, post, verdict, whether "all" meant it); without a verdict it was left out of all."""
    shown = queues.posts_of(case.pen.tx, case.queue.id)
    by_id = {
        post.id: post for post in posts.by_ids(case.pen.tx, [n.post_id for n in shown.values()])
    }
    named: dict[int, Verdict | None] = {**numbered.by_number, **dict.fromkeys(numbered.left)}
    found = [
        (number, by_id.get(shown[number].post_id) if number in shown else None, verdict, False)
        for number, verdict in named.items()
    ]
    if numbered.rest is not None:
        found += [
            (number, by_id.get(one.post_id), numbered.rest, True)
            for number, one in shown.items()
            if number not in named
        ]
    return sorted(found, key=lambda one: one[0])


def _one(
    case: _Case, number: int, post: Post | None, verdict: Verdict | None, for_all: bool
) -> dict[str, Any]:
    title = post.title if post else ""
    return {"number": number, "title": title, "what": _what(case, number, post, verdict, for_all)}


def _what(
    case: _Case, number: int, post: Post | None, verdict: Verdict | None, for_all: bool
) -> str:
    """One word that the letter knows for what became of it."""
    if post is None:
        return "unknown"
    if verdict is None:
        return "left"
    if verdict.kind == "unclear" or (for_all and verdict.kind not in FOR_ALL):
        return "unclear"
    if for_all and _needs_a_look(case, number, post):
        return "look"
    if verdict.kind == "show":
        return duty.show_post(case.pen, post, case.volunteer, case.round_up)
    seen = Seen(versions.at(case.pen.tx, post, case.queue.made_at))
    heard = Heard(case.pen, case.reading, post, case.volunteer, case.round_up, seen)
    done = decide_heard(heard, verdict)
    if done.reason == verdict.kind or verdict.kind in ("ask", "wait", "pass", "urgent"):
        return verdict.kind
    return "settled" if "settled" in done.reason else "not"


def _needs_a_look(case: _Case, number: int, post: Post) -> bool:
    shown = queues.posts_of(case.pen.tx, case.queue.id)[number]
    return shown.flagged or noticed.needs_a_person(case.pen.tx, post.id)


def _ask_to_confirm(case: _Case, reply: str) -> Answered:
    pen, volunteer = case.pen, case.volunteer
    source = f"duty {volunteer.id}"
    recently = pen.now - ASK_AGAIN_AFTER
    if confirmations.count_since(pen.tx, recently, list_id=pen.sender.id, source=source):
        return Answered("verdict", "not proven; asked to confirm a moment ago")
    payload = {"queue": case.queue.id, "volunteer": volunteer.id, "reply": reply[:MOST_KEPT]}
    number = confirmations.ask(
        pen.tx, pen.sender.id, "duty", volunteer.address, payload, pen.now, source
    )
    to = To(volunteer.address, "confirm", (number,), volunteer_id=volunteer.id)
    said = reply.strip()[:1000]
    pen.write("queue_confirm", to, answers=case.answers, automatic="auto-replied", said=said)
    return Answered("verdict", "not proven; asked to confirm")


def _write(case: _Case, letter: str, **values: Any) -> None:
    queue.to_duty(
        case.pen,
        case.volunteer,
        letter,
        numbered=list(queues.posts_of(case.pen.tx, case.queue.id).values()),
        answers=case.answers,
        automatic="auto-replied",
        **values,
    )
