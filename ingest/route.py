"""Brings a letter that was read to the desk it is for, within one transaction.

First whatever must never be answered is set aside: machines, our own mail coming back, senders
who are not who they say. Each letter leaves here with exactly one outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config import Settings
from delivery.addresses import ListAddress
from delivery.letters import Pen
from delivery.marks import Mark
from digest import timetable
from ingest.draft import Draft
from moderation import answer as moderator_answer
from moderation import author as author_answer
from moderation import hold
from preferences import change, joining, more
from preferences.wish import Wish, read_wishes
from storage import history, lists, outgoing, subscribers, volunteers
from storage.records import Letter, Outgoing, Post, Proof, Reading, Subscriber
from templates.flow import one_line

SETTINGS_MARK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Matter:
    """One letter, all that is known about it, and the pen to answer it with."""

    pen: Pen
    settings: Settings
    letter: Letter
    to: ListAddress
    reading: Reading
    proof: Proof
    draft: Draft
    source: str
    """The stranger's host for the limits, "" when it says nothing (a front server's)."""

    @property
    def author(self) -> str:
        return self.reading.sender.address if self.reading.sender else ""

    @property
    def round_up(self) -> datetime:
        return timetable.next_weekly(self.pen.sender, self.pen.now)

    @property
    def joins(self) -> int:
        return self.settings.limit_joins_per_source_hour


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: one of records.OUTCOMES, and why, for the operator."""

    name: str
    reason: str = ""


def route(matter: Matter) -> Outcome:
    """Acts on the letter; everything is written through ``matter.pen``."""
    aside = _set_aside(matter)
    if aside is not None:
        return aside
    desks: dict[str, Callable[[Matter], Outcome]] = {
        "send": _to_the_list,
        "verdict": _verdict,
        "settings": _settings,
        "confirm": _confirm,
        "post": _author,
        "join": _join,
        "leave": _leave,
        "help": _help,
        "owner": _owner,
    }
    return desks[matter.to.purpose](matter)


def _set_aside(matter: Matter) -> Outcome | None:
    """What no desk gets. None of these is ever answered: an answer could meet a machine, or
    somebody whose address was forged (backscatter)."""
    reading, to = matter.reading, matter.to
    if reading.bounce is not None:
        bounce = reading.bounce
        return Outcome("bounce", f"{bounce.kind} {bounce.status or ''}".strip())
    if to.purpose == "bounce":
        return Outcome("automatic" if reading.auto_submitted else "bounce", "not a bounce we know")
    if to.list.list_id in reading.list_ids:
        return Outcome("automatic", "Our own mail came back.")
    if reading.auto_submitted or not matter.letter.mail_from:
        return Outcome("automatic", "A machine wrote it.")
    if reading.senders != 1 or not matter.author:
        return Outcome("refused", "It does not say plainly who sent it.")
    if matter.proof.dmarc == "fail" and matter.proof.dmarc_policy == "reject":
        return Outcome("refused", "The sender's domain says that this mail is forged (DMARC).")
    return None


def _mark(matter: Matter, purpose: str) -> Mark | None:
    return matter.pen.desk.marks.read(purpose, matter.to.mark)


# Posts ----------------------------------------------------------------


def _to_the_list(matter: Matter) -> Outcome:
    """A post; or a reply by somebody whose mail program ignored Reply-To."""
    answered = outgoing.by_message_id(matter.pen.tx, matter.reading.answers[:50])
    if answered is not None and answered.list_id == matter.pen.sender.id:
        return _unmarked_reply(matter, answered)
    draft = matter.draft
    if draft.empty:
        _tell_author(matter, "post_refused_empty")
        return Outcome("refused", "Nothing was left to read after cleaning.")
    post = _post(matter)
    removed = [f"{refused.filename}: {refused.reason}" for refused in draft.refused]
    limits = hold.Limits(
        per_sender=matter.settings.limit_posts_per_sender_hour,
        strangers=matter.settings.limit_strangers_per_hour,
    )
    post_id = hold.hold(
        matter.pen,
        post,
        draft.attachments,
        matter.proof,
        round_up=matter.round_up,
        removed=removed,
        limits=limits,
    )
    return Outcome("post", f"post {post_id}")


def _post(matter: Matter) -> Post:
    sender, draft = matter.reading.sender, matter.draft
    assert sender is not None
    known = {topic.key: topic.id for topic in lists.topics(matter.pen.tx, matter.pen.sender.id)}
    named = [key for key in (matter.to.topic, *draft.topics) if key in known]
    return Post(
        id=0,
        list_id=matter.pen.sender.id,
        letter_id=matter.letter.id,
        author_address=sender.address,
        author_name=one_line(sender.name),
        title=draft.title,
        html=draft.html,
        text=draft.text,
        state="held",
        held_at=matter.pen.now,
        topics=tuple(dict.fromkeys(known[key] for key in named)),
        message_id=matter.reading.message_id,
        notes=tuple(draft.notes),
    )


def _tell_author(matter: Matter, letter: str) -> None:
    """Only an address that is vouched for hears of a refusal."""
    pen = matter.pen
    if hold.vouch(pen.tx, pen.sender, matter.author, matter.proof) == "none":
        return
    pen.write(
        letter,
        hold.To(matter.author, "help"),
        answers=matter.reading.message_id or "",
        automatic="auto-replied",
        post_title=matter.draft.title,
    )


def _unmarked_reply(matter: Matter, answered: Outgoing) -> Outcome:
    """A reply that came to the list itself: the same reply, but without its mark."""
    if answered.volunteer_id is not None and answered.post_id is not None:
        return _of(_moderator(matter, answered.post_id, answered.volunteer_id, marked=False))
    if answered.subscriber_id is not None:
        reader = subscribers.by_id(matter.pen.tx, answered.subscriber_id)
        return _unproven_wish(matter, reader)
    if answered.post_id is not None:
        return _of(_by_author(matter, answered.post_id, marked=False))
    return _help(matter)


# Moderators and authors ----------------------------------------------------------------


def _verdict(matter: Matter) -> Outcome:
    mark = _mark(matter, "verdict")
    if mark is None or len(mark.ids) != 2:
        return Outcome("refused", "Its mark is not ours.")
    post_id, volunteer_id = mark.ids
    age = matter.pen.now.date() - mark.day
    old = mark.old_key or age.days > moderator_answer.MARK_DAYS
    return _of(_moderator(matter, post_id, volunteer_id, marked=True, old=old))


def _moderator(
    matter: Matter, post_id: int, volunteer_id: int, *, marked: bool, old: bool = False
) -> moderator_answer.Answered:
    return moderator_answer.answer(
        matter.pen,
        matter.reading,
        matter.proof,
        post_id,
        volunteer_id,
        marked=marked,
        round_up=matter.round_up,
        old=old,
    )


def _of(answered: moderator_answer.Answered) -> Outcome:
    return Outcome(answered.outcome, answered.reason)


def _author(matter: Matter) -> Outcome:
    mark = _mark(matter, "post")
    if mark is None or len(mark.ids) != 1 or mark.old_key:
        return Outcome("refused", "Its mark is not ours, or too old.")
    return _of(_by_author(matter, mark.ids[0], marked=True))


def _by_author(matter: Matter, post_id: int, *, marked: bool) -> moderator_answer.Answered:
    return author_answer.answer(matter.pen, matter.reading, matter.proof, post_id, marked=marked)


# Readers ----------------------------------------------------------------


def _settings(matter: Matter) -> Outcome:
    """A reader's mark is enough for every wish, whatever address the letter comes from."""
    mark = _mark(matter, "settings")
    reader = subscribers.by_id(matter.pen.tx, mark.ids[0]) if mark and mark.ids else None
    if mark is None or reader is None:
        return Outcome("refused", "The reader that it is about is gone.")
    wishes = _wishes(matter)
    answers = matter.reading.message_id or ""
    if wishes[0].kind == "join" and reader.state != "active":
        return _rejoin(matter, reader)
    if reader.state == "left":
        return Outcome("command", "The reader had left before.")
    stale = mark.old_key or matter.pen.now.date() - mark.day > SETTINGS_MARK
    if wishes[0].kind == "unclear" or (stale and wishes[0].kind != "stop"):
        name = "settings_shown" if stale else "wish_unclear"
        values = change.settings_values(matter.pen, reader)
        matter.pen.to_reader(name, reader, answers=answers, **(values | {"said": wishes[0].line}))
        return Outcome("command", name)
    if wishes[0].kind == "more":
        numbers = wishes[0].changes["numbers"]
        name = more.send_more(matter.pen, reader, numbers, matter.reading.answers[:50], answers)
        return Outcome("command", name)
    return Outcome("command", change.apply(matter.pen, reader, wishes, answers=answers))


def _rejoin(matter: Matter, reader: Subscriber) -> Outcome:
    """JOIN in reply to our goodbye: the mark proves the address, so no second question."""
    name = joining.rejoin(matter.pen, reader, first=matter.round_up)
    return Outcome("command", name)


def _wishes(matter: Matter) -> tuple[Wish, ...]:
    """From the typed words; from the subject where nothing was typed and no mail is answered,
    which is how mail programs write an unsubscribe mail (RFC 2369 §3.2)."""
    text = matter.reading.reply_text
    if not matter.reading.answers and not text.strip():
        text = matter.reading.subject
    sender = matter.pen.sender
    today = matter.pen.now.astimezone(ZoneInfo(sender.timezone)).date()
    return read_wishes(text, lists.topics(matter.pen.tx, sender.id), today, sender.language)


def _join(matter: Matter) -> Outcome:
    name = joining.ask_to_join(matter.pen, matter.author, {}, matter.source, matter.joins)
    return Outcome("command", name or "asked a while ago")


def _leave(matter: Matter) -> Outcome:
    reader = subscribers.by_address(matter.pen.tx, matter.pen.sender.id, matter.author)
    if reader is None or reader.state == "left":
        return Outcome("command", "not a reader")
    if matter.proof.aligned:
        change.leave(matter.pen, reader, answers=matter.reading.message_id or "")
        return Outcome("command", "leaving_done")
    return _ask_reader(matter, reader, (Wish("stop", {}),))


def _help(matter: Matter) -> Outcome:
    """Commands without a mark. The subject counts too: "Subscribe" to the help address."""
    pen, answers = matter.pen, matter.reading.message_id or ""
    reader = subscribers.by_address(pen.tx, pen.sender.id, matter.author)
    wishes = _wishes(matter)
    if wishes[0].kind == "unclear" and not matter.reading.answers:
        today = pen.now.astimezone(ZoneInfo(pen.sender.timezone)).date()
        topics = lists.topics(pen.tx, pen.sender.id)
        by_subject = read_wishes(matter.reading.subject, topics, today, pen.sender.language)
        wishes = by_subject if by_subject[0].kind != "unclear" else wishes
    if any(wish.kind == "join" for wish in wishes):
        return _join(matter)
    if reader is None or reader.state == "left":
        name = joining.answer_help(pen, matter.author, matter.source, matter.joins, answers)
        return Outcome("command", name or "answered a while ago")
    if wishes[0].kind in ("help", "settings"):
        # What they ask for goes to the reader's own address, so nothing needs proof.
        return Outcome("command", change.apply(pen, reader, wishes, answers=answers))
    if wishes[0].kind == "unclear":
        help_wish = (Wish("help", {}),)
        return Outcome("command", change.apply(pen, reader, help_wish, answers=answers))
    return _ask_reader(matter, reader, wishes)


def _unproven_wish(matter: Matter, reader: Subscriber | None) -> Outcome:
    if reader is None or reader.state == "left":
        return Outcome("command", "The reader that it is about is gone.")
    wishes = _wishes(matter)
    if wishes[0].kind == "unclear":
        values = change.settings_values(matter.pen, reader) | {"said": wishes[0].line}
        matter.pen.to_reader("wish_unclear", reader, **values)
        return Outcome("command", "wish_unclear")
    own = hold.fold(matter.author) == hold.fold(reader.address)
    if wishes[0].kind == "stop" and own and matter.proof.aligned:
        return Outcome("command", change.apply(matter.pen, reader, wishes))
    return _ask_reader(matter, reader, wishes)


def _ask_reader(matter: Matter, reader: Subscriber, wishes: tuple[Wish, ...]) -> Outcome:
    ask = joining.ask_to_confirm_wishes
    name = ask(matter.pen, reader, wishes, matter.source, matter.joins)
    return Outcome("command", name or "asked a while ago, or nothing to change")


def _confirm(matter: Matter) -> Outcome:
    mark = _mark(matter, "confirm")
    found = None
    if mark is not None and len(mark.ids) == 1 and not mark.old_key:
        found = subscribers.confirmation_by_id(matter.pen.tx, mark.ids[0])
    if mark is None or found is None:
        return Outcome("refused", "What it confirms is gone.")
    _, kind, payload, _ = found
    number = mark.ids[0]
    if kind == "verdict":
        confirmed = moderator_answer.confirmed
        pen, reading = matter.pen, matter.reading
        return _of(confirmed(pen, number, payload, reading, round_up=matter.round_up))
    if not moderator_answer.says_yes(matter.reading.reply_text, matter.pen.sender.language):
        return Outcome("command", "no plain yes")
    name = joining.confirm(matter.pen, number, how="by reply", first=matter.round_up)
    return Outcome("command", name or "too late")


# The people who run the list ----------------------------------------------------------------


def _owner(matter: Matter) -> Outcome:
    """Passed on to the organisers, or to the moderators where there are none."""
    pen = matter.pen
    people = volunteers.every(pen.tx, pen.sender.id, "organiser")
    people = people or volunteers.every(pen.tx, pen.sender.id, "moderator")
    for person in people:
        pen.write(
            "owner_forwarded",
            hold.To(person.address, "owner", volunteer_id=person.id),
            sender=matter.author,
            subject=matter.reading.subject,
            text=matter.reading.text,
        )
    history.note(pen.tx, pen.now, matter.author, "wrote to owner", list_id=pen.sender.id)
    return Outcome("command", f"passed on to {len(people)}")
