"""Letters for the people who run a list: an organiser's commands, and what others write to them.

What is no command is passed on to the organisers, or else to the moderators.
"""

from __future__ import annotations

from datetime import timedelta

from delivery.letters import To
from ingest.matter import Matter, Outcome
from moderation import organiser
from storage import confirmations, history, volunteers
from storage.records import Confirmation

HOUR = timedelta(hours=1)


def owner(matter: Matter) -> Outcome:
    """A letter to the people who run a list."""
    done = organiser.answer(matter.pen, matter.reading, matter.proof, round_up=matter.round_up)
    return Outcome(done.outcome, done.reason) if done else pass_on(matter)


def confirmed(matter: Matter, waiting: Confirmation) -> Outcome:
    """An organiser's yes to "did you ask for this?"."""
    confirm = organiser.confirmed
    done = confirm(matter.pen, waiting, matter.reading, round_up=matter.round_up)
    return Outcome(done.outcome, done.reason)


def pass_on(matter: Matter) -> Outcome:
    """Whoever answers the mail that we send on answers the stranger.

    Nobody's mailbox can be flooded through us: what is too much in one hour is kept, for the
    operator to see.
    """
    pen = matter.pen
    before = confirmations.count_since
    asked = before(pen.tx, pen.now - HOUR, list_id=pen.sender.id, kind="owner")
    if asked >= matter.settings.limit_strangers_per_hour:
        return Outcome("refused", "Too many letters to the people who run the list in one hour.")
    confirmations.note(pen.tx, pen.sender.id, "owner", matter.author, pen.now, matter.source)
    people = volunteers.every(pen.tx, pen.sender.id, "organiser")
    people = people or volunteers.every(pen.tx, pen.sender.id, "moderator")
    for person in people:
        pen.write(
            "owner_forwarded",
            To(person.address, matter.author, volunteer_id=person.id),
            sender=matter.author,
            subject=matter.reading.subject,
            text=matter.reading.text,
        )
    history.note(pen.tx, pen.now, matter.author, "wrote to owner", list_id=pen.sender.id)
    return Outcome("command", f"passed on to {len(people)}")
