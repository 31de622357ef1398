"""Letters for the moderation desk: posts, verdicts, and authors who answer about their posts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from delivery.facts import read_facts
from delivery.letters import To
from ingest.characters import clean_line
from ingest.matter import Matter, Outcome
from ingest.trim import without_disclaimers
from moderation import answer as moderator_answer
from moderation import author as author_answer
from moderation import hold, queue_answer
from moderation.answer import Seen
from moderation.author import Written
from moderation.showing import seen_in
from storage import lists, posts, versions
from storage.queues import Queue
from storage.records import Confirmation, Outgoing, Post, Reading


def post(matter: Matter) -> Outcome:
    """Holds a post; one without words is refused, and its author told why."""
    draft = matter.draft
    if draft.empty:
        names = [refused.filename or "" for refused in draft.refused]
        if names:
            _tell_author(matter, "post_refused_attachment", names=names)
        else:
            _tell_author(matter, "post_refused_empty")
        return Outcome("refused", "Nothing was left to read after cleaning.")
    limits = hold.Limits(
        matter.settings.limit_posts_per_sender_hour, matter.settings.limit_strangers_per_hour
    )
    post_id = hold.hold(
        matter.pen,
        _new_post(matter),
        draft.attachments,
        matter.proof,
        round_up=matter.round_up,
        removed=draft.for_author,
        limits=limits,
        receipt=not matter.reading.passed_on,
        noticed=draft.noticed,
        subject=matter.reading.subject,
    )
    return Outcome("post", f"post {post_id}")


def _new_post(matter: Matter) -> Post:
    sender, draft = matter.reading.sender, matter.draft
    assert sender is not None
    known = {topic.key: topic.id for topic in lists.topics(matter.pen.tx, matter.pen.sender.id)}
    named = [key for key in (matter.to.topic, *draft.topics) if key in known]
    # "[Leeds] Food bank" is a title where Leeds is no topic.
    whole = draft.whole_title if any(key not in known for key in draft.topics) else ""
    title = whole or draft.title
    facts = read_facts(title, draft.text, matter.today, matter.pen.sender.language)
    return Post(
        id=0,
        list_id=matter.pen.sender.id,
        letter_id=matter.letter.id,
        author_address=sender.address,
        author_name=clean_line(sender.name)[:150],
        title=title,
        html=draft.html,
        text=draft.text,
        state="held",
        held_at=matter.pen.now,
        topics=tuple(dict.fromkeys(known[key] for key in named)),
        event_date=facts.event_date,
        closing_date=facts.closing_date,
        message_id=matter.reading.message_id,
        notes=tuple(draft.notes),
    )


def _tell_author(matter: Matter, letter: str, **values: Any) -> None:
    """Only an address that is vouched for hears of a refusal, and no mailing list does."""
    pen = matter.pen
    if (
        matter.reading.passed_on
        or hold.vouch(pen.tx, pen.sender, matter.author, matter.proof) == "none"
    ):
        return
    pen.write(
        letter,
        To(matter.author, "help"),
        answers=matter.answers,
        automatic="auto-replied",
        post_title=matter.draft.title,
        **values,
    )


def verdict(matter: Matter) -> Outcome:
    """A moderator's reply, with the mark that was sent to one moderator about one post."""
    mark = matter.mark(3) or matter.mark(2)
    if mark is None:
        return Outcome("refused", "Its mark is not ours.")
    version, urgent = seen_in(mark.ids)
    old = mark.old_key or matter.days_old(mark) > moderator_answer.MARK_DAYS
    seen = Seen(version, urgent, old, addressed=matter.is_addressed)
    return _moderator(matter, mark.ids[0], mark.ids[1], seen)


def unmarked_verdict(matter: Matter, answered: Outgoing) -> Outcome:
    """A reply to a mail about a post that came to the list itself, where a post would go."""
    assert answered.post_id is not None and answered.volunteer_id is not None
    post = posts.by_id(matter.pen.tx, answered.post_id)
    version = versions.at(matter.pen.tx, post, answered.created_at) if post else 0
    urgent = answered.letter == "verdict_urgent_asked"
    seen = Seen(version, urgent, marked=False)
    return _moderator(matter, answered.post_id, answered.volunteer_id, seen)


def duty(matter: Matter) -> Outcome:
    """A moderator's reply to a mail about several posts, or about the rota."""
    mark = matter.mark(2)
    if mark is None:
        return Outcome("refused", "Its mark is not ours.")
    old = mark.old_key or matter.days_old(mark) > moderator_answer.MARK_DAYS
    return _duty(matter, mark.ids[0], mark.ids[1], Seen(0, old=old, addressed=matter.is_addressed))


def unmarked_duty(matter: Matter, queue: Queue) -> Outcome:
    return _duty(matter, queue.id, queue.volunteer_id, Seen(0, marked=False))


def confirmed_duty(matter: Matter, waiting: Confirmation) -> Outcome:
    """A yes to "did you say so?", or to "do you swap?"."""
    pen, reading = matter.pen, _typed(matter)
    if waiting.kind == "swap":
        return _of(queue_answer.swapped(pen, waiting, reading))
    return _of(queue_answer.confirmed(pen, waiting, reading, round_up=matter.round_up))


def confirmed_verdict(matter: Matter, waiting: Confirmation) -> Outcome:
    return _of(
        moderator_answer.confirmed(matter.pen, waiting, _typed(matter), round_up=matter.round_up)
    )


def author(matter: Matter) -> Outcome:
    """An author's reply to what we wrote about a post."""
    mark = matter.mark(1)
    if mark is None or mark.old_key:
        return Outcome("refused", "Its mark is not ours, or too old.")
    return _author(matter, mark.ids[0], marked=True)


def unmarked_author(matter: Matter, post_id: int) -> Outcome:
    return _author(matter, post_id, marked=False)


def _moderator(matter: Matter, post_id: int, volunteer_id: int, seen: Seen) -> Outcome:
    return _of(
        moderator_answer.answer(
            matter.pen,
            _typed(matter),
            matter.proof,
            post_id,
            volunteer_id,
            seen=seen,
            round_up=matter.round_up,
        )
    )


def _duty(matter: Matter, queue_id: int, volunteer_id: int, seen: Seen) -> Outcome:
    return _of(
        queue_answer.answer(
            matter.pen,
            _typed(matter),
            matter.proof,
            queue_id,
            volunteer_id,
            seen=seen,
            round_up=matter.round_up,
        )
    )


def _author(matter: Matter, post_id: int, *, marked: bool) -> Outcome:
    draft = matter.draft
    written = Written(_typed(matter), matter.proof, marked, draft.attachments, draft.noticed)
    return _of(author_answer.answer(matter.pen, written, post_id, round_up=matter.round_up))


def _typed(matter: Matter) -> Reading:
    """What they typed, without what their organisation puts below each mail: "do not" stands there,
    and a reason or a new text goes on to others."""
    reading = matter.reading
    return replace(reading, reply_text=without_disclaimers(reading.reply_text))


def _of(answered: moderator_answer.Answered) -> Outcome:
    return Outcome(answered.outcome, answered.reason)
