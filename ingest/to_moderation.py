"""Letters for the moderation desk: posts, verdicts, and authors who answer about their posts."""

from __future__ import annotations

from typing import Any

from delivery.letters import To
from ingest.characters import clean_line
from ingest.matter import Matter, Outcome
from moderation import answer as moderator_answer
from moderation import author as author_answer
from moderation import hold
from storage import lists
from storage.records import Confirmation, Post


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
    )
    return Outcome("post", f"post {post_id}")


def _new_post(matter: Matter) -> Post:
    sender, draft = matter.reading.sender, matter.draft
    assert sender is not None
    known = {topic.key: topic.id for topic in lists.topics(matter.pen.tx, matter.pen.sender.id)}
    named = [key for key in (matter.to.topic, *draft.topics) if key in known]
    # "[Leeds] Food bank" is a title where Leeds is no topic.
    whole = draft.whole_title if any(key not in known for key in draft.topics) else ""
    return Post(
        id=0,
        list_id=matter.pen.sender.id,
        letter_id=matter.letter.id,
        author_address=sender.address,
        author_name=clean_line(sender.name)[:150],
        title=whole or draft.title,
        html=draft.html,
        text=draft.text,
        state="held",
        held_at=matter.pen.now,
        topics=tuple(dict.fromkeys(known[key] for key in named)),
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
    mark = matter.mark(2)
    if mark is None:
        return Outcome("refused", "Its mark is not ours.")
    old = mark.old_key or matter.days_old(mark) > moderator_answer.MARK_DAYS
    return _moderator(matter, *mark.ids, marked=True, old=old)


def unmarked_verdict(matter: Matter, post_id: int, volunteer_id: int) -> Outcome:
    return _moderator(matter, post_id, volunteer_id, marked=False)


def confirmed_verdict(matter: Matter, waiting: Confirmation) -> Outcome:
    return _of(
        moderator_answer.confirmed(matter.pen, waiting, matter.reading, round_up=matter.round_up)
    )


def author(matter: Matter) -> Outcome:
    """An author's reply to what we wrote about a post."""
    mark = matter.mark(1)
    if mark is None or mark.old_key:
        return Outcome("refused", "Its mark is not ours, or too old.")
    return _author(matter, mark.ids[0], marked=True)


def unmarked_author(matter: Matter, post_id: int) -> Outcome:
    return _author(matter, post_id, marked=False)


def _moderator(
    matter: Matter, post_id: int, volunteer_id: int, *, marked: bool, old: bool = False
) -> Outcome:
    return _of(
        moderator_answer.answer(
            matter.pen,
            matter.reading,
            matter.proof,
            post_id,
            volunteer_id,
            marked=marked,
            round_up=matter.round_up,
            old=old,
        )
    )


def _author(matter: Matter, post_id: int, *, marked: bool) -> Outcome:
    answer = author_answer.answer
    return _of(answer(matter.pen, matter.reading, matter.proof, post_id, marked=marked))


def _of(answered: moderator_answer.Answered) -> Outcome:
    return Outcome(answered.outcome, answered.reason)
