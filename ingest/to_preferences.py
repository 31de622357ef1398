"""Letters for the preferences desk: readers' wishes with a mark or without one, and their yes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ingest.matter import Matter, Outcome
from moderation.answer import says_yes
from preferences import adding, change, confirming, helping, joining, menu, showing
from preferences.phrases import choices
from preferences.settings import settings_values
from preferences.wish import Wish, read_wishes
from storage import bounces, confirmations, lists, outgoing, subscribers
from storage.addresses import fold
from storage.records import Confirmation, Subscriber

SETTINGS_DAYS = 365
DAY = timedelta(days=1)
# A machine that answers each of our answers, and does not say that it is one, must tire first.
MOST_ANSWERS_A_DAY = 10
MOST_LETTERS_A_DAY = 50
"""To one reader, whatever is asked for: whoever has a mail that was passed on has its mark."""


def settings(matter: Matter) -> Outcome:
    """A reader's mark is enough for every wish, whatever address the letter comes from."""
    mark = matter.mark(1)
    reader = subscribers.by_id(matter.pen.tx, mark.ids[0]) if mark else None
    if mark is None or reader is None:
        return Outcome("refused", "The reader that it is about is gone.")
    wishes = _wishes(matter, reader)
    if wishes[0].kind == "join" and reader.state == "left":
        return Outcome("command", joining.rejoin(matter.pen, reader, first=matter.round_up))
    if reader.state == "left":
        return Outcome("command", "The reader had left before.")
    stale = mark.old_key or matter.days_old(mark) > SETTINGS_DAYS
    if stale and wishes[0].kind != "stop":
        return _shown(matter, reader)
    before = outgoing.letters_since(matter.pen.tx, reader.id, matter.pen.now - DAY)
    if before >= MOST_LETTERS_A_DAY and all(wish.kind != "stop" for wish in wishes):
        return Outcome("automatic", "Too many letters to this reader in one day.")
    if reader.state == "active":
        bounces.clear(matter.pen.tx, reader.id)  # whoever writes reads
    if wishes[0].kind == "unclear" and reader.state != "stopped":
        return _unclear(matter, reader, wishes[0].line)
    answered = matter.reading.answers[:50]
    apply = change.apply
    return Outcome(
        "command", apply(matter.pen, reader, wishes, answers=matter.answers, answered=answered)
    )


def _shown(matter: Matter, reader: Subscriber) -> Outcome:
    """The settings with a fresh link, for whoever comes with an old one."""
    if _too_often(matter, reader, "settings_shown"):
        return Outcome("automatic", "It answers each of our answers.")
    return Outcome("command", showing.show(matter.pen, reader, (), answers=matter.answers))


def _unclear(matter: Matter, reader: Subscriber, said: str) -> Outcome:
    letter, pen = "wish_unclear", matter.pen
    if _too_often(matter, reader, letter):
        return Outcome("automatic", "It answers each of our answers.")
    values = settings_values(pen, reader) | {"said": said}
    pen.to_reader(letter, reader, answers=matter.answers, **values)
    return Outcome("command", letter)


def _too_often(matter: Matter, reader: Subscriber, letter: str) -> bool:
    pen = matter.pen
    before = outgoing.count_since(pen.tx, pen.now - DAY, letter, subscriber_id=reader.id)
    return before >= MOST_ANSWERS_A_DAY


def _wishes(matter: Matter, reader: Subscriber | None = None) -> tuple[Wish, ...]:
    """From the typed words; from the subject where nothing was typed and no mail is answered,
    which is how mail programs write an unsubscribe mail (RFC 2369 §3.2)."""
    reading = matter.reading
    by_subject = not reading.answers and not reading.reply_text.strip()
    text = reading.subject if by_subject else reading.reply_text
    return (reader and _by_number(matter, reader, text)) or _read(matter, text, reader)


def _by_number(matter: Matter, reader: Subscriber, text: str) -> tuple[Wish, ...]:
    """ "2" or "1, 4": choices of the mail that is answered, or items of a round-up."""
    numbers = choices(text, reader.language)
    if not numbers:
        return ()
    tx, answered = matter.pen.tx, matter.reading.answers[:50]
    offered = menu.answered(matter.pen, reader, answered)
    if offered:
        topics = lists.topics(tx, reader.list_id)
        return menu.wishes(offered, numbers, topics, matter.today)
    mail = outgoing.by_message_id(tx, answered)
    return (Wish("more", {"numbers": numbers}),) if mail and mail.items else ()


def _read(matter: Matter, text: str, reader: Subscriber | None = None) -> tuple[Wish, ...]:
    sender = matter.pen.sender
    topics = lists.topics(matter.pen.tx, sender.id)
    return read_wishes(text, topics, matter.today, reader.language if reader else sender.language)


def join(matter: Matter) -> Outcome:
    ask = joining.ask_to_join
    name = ask(matter.pen, matter.author, {}, matter.source, matter.joins)
    return Outcome("command", name or "asked a while ago")


def leave(matter: Matter) -> Outcome:
    reader = _author(matter)
    if reader is None:
        return Outcome("command", "not a reader")
    wishes = _topics_to_stop(matter, reader) or (Wish("stop", {}),)
    if matter.proof.aligned:
        return Outcome("command", change.apply(matter.pen, reader, wishes, answers=matter.answers))
    return _ask(matter, reader, wishes)


def _topics_to_stop(matter: Matter, reader: Subscriber) -> tuple[Wish, ...]:
    """ "jobs" or "leave jobs" to the address to leave: that topic alone shall stop."""
    typed = matter.reading.reply_text.strip() or matter.reading.subject
    for text in (typed, f"leave {typed}"):
        wishes = _read(matter, text, reader)
        if "without" in wishes[0].changes:
            return wishes[:1]
    return ()


def help_(matter: Matter) -> Outcome:
    """Commands without a mark. The subject counts too: "Subscribe" to the help address."""
    wanted = adding.read_addition(matter.reading.reply_text, matter.pen.sender.language)
    if wanted is not None and adding.is_helper(matter.pen, matter.author):
        return _add(matter, wanted)
    wishes = _wishes(matter)
    if wishes[0].kind == "unclear" and not matter.reading.answers:
        by_subject = _read(matter, matter.reading.subject)
        wishes = by_subject if by_subject[0].kind != "unclear" else (Wish("help", {}),)
    if any(wish.kind == "join" for wish in wishes):
        return join(matter)
    reader = _author(matter)
    if reader is None:
        stranger = helping.answer_stranger
        name = stranger(matter.pen, matter.author, matter.source, matter.joins, matter.answers)
        return Outcome("command", name or "answered a while ago")
    if wishes[0].kind == "unclear":
        wishes = (Wish("help", {}),)
    return _ask(matter, reader, wishes)


def _add(matter: Matter, wanted: adding.Addition) -> Outcome:
    """A helper adds somebody; the helper's own yes is asked for where nothing proves the sender."""
    proven = matter.proof.aligned or matter.settings.proof == "mark"
    act = adding.add if proven else adding.ask_helper
    name = act(matter.pen, matter.author, wanted, matter.answers)
    return Outcome("command", name or "added enough people today")


def unmarked_wish(matter: Matter, subscriber_id: int) -> Outcome:
    """A reply to a reader's mail that came to the list itself, where a post would go."""
    reader = subscribers.by_id(matter.pen.tx, subscriber_id)
    if reader is None or reader.state == "left":
        return Outcome("command", "The reader that it is about is gone.")
    wishes = _wishes(matter, reader)
    if wishes[0].kind == "unclear":
        return _unclear(matter, reader, wishes[0].line)
    theirs = fold(matter.author) == fold(reader.address)
    if wishes[0].kind == "stop" and theirs and matter.proof.aligned:
        return Outcome("command", change.apply(matter.pen, reader, wishes, answers=matter.answers))
    return _ask(matter, reader, wishes)


def waiting(matter: Matter) -> Confirmation | None:
    """What the letter's mark says yes to."""
    mark = matter.mark(1)
    if mark is None or mark.old_key:
        return None
    return asked(matter, mark.ids[0])


def asked(matter: Matter, number: int) -> Confirmation | None:
    return confirmations.by_id(matter.pen.tx, number)


def confirm(matter: Matter, waiting: Confirmation) -> Outcome:
    if not says_yes(matter.reading.reply_text, matter.pen.sender.language):
        return Outcome("command", "no plain yes")
    name = confirming.confirm(matter.pen, waiting, how="by reply", first=matter.round_up)
    return Outcome("command", name or "too late")


def _author(matter: Matter) -> Subscriber | None:
    """The reader with the letter's From address, unless they left."""
    pen = matter.pen
    reader = subscribers.by_address(pen.tx, pen.sender.id, matter.author)
    return None if reader is None or reader.state == "left" else reader


def _ask(matter: Matter, reader: Subscriber, wishes: Sequence[Wish]) -> Outcome:
    ask = confirming.ask_to_confirm_wishes
    name = ask(matter.pen, reader, wishes, matter.source, matter.joins)
    return Outcome("command", name or "asked often enough today")
