"""Running a list by mail: an organiser writes to LIST-owner@, and it is done, confirmed, and told
to the other organisers.

A change needs the seal of the organiser's own mail service, or one confirming reply. Letters that
are no command are not for this file: they are passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from delivery.answers import Unproven, answer_volunteer, ask_to_confirm
from delivery.letters import Pen, To
from moderation import asking, duty, queue
from moderation.answer import CONFIRM_WITHIN, Answered, says_yes
from moderation.organiser_words import INFORMS, Command, read_command
from moderation.words import fold as fold_words
from storage import askings, confirmations, history, pauses, volunteers
from storage.addresses import fold
from storage.records import Confirmation, Proof, Reading, Volunteer

WEEK = timedelta(days=7)
BEFORE_A_PAUSE = timedelta(days=8)
"""What was approved in the week before may not have been in a round-up either."""
SHOWN = timedelta(weeks=6)


@dataclass(frozen=True, slots=True)
class _Case:
    pen: Pen
    organiser: Volunteer
    round_up: datetime
    answers: str = ""


def answer(pen: Pen, reading: Reading, proof: Proof, *, round_up: datetime) -> Answered | None:
    """Acts on a letter to LIST-owner@; None where it comes from no organiser or is no command."""
    organiser = _organiser(pen, reading)
    if organiser is None:
        return None
    case = _Case(pen, organiser, round_up, reading.message_id or "")
    text = reading.reply_text.strip()
    if not text and not reading.answers:
        text = reading.subject
    command = read_command(text, asking.today(pen.sender, pen.now), pen.sender.language)
    if command is None:
        return None
    if command.kind in INFORMS:
        return Answered("command", _inform(case, command))
    if proof.aligned:
        return Answered("command", _carry_out(case, command))
    return _ask_to_confirm(case, command)


def confirmed(pen: Pen, waiting: Confirmation, reading: Reading, *, round_up: datetime) -> Answered:
    """Acts on the reply to "did you ask for this?". Only a plain yes carries it out, once."""
    organiser = _organiser(pen, reading)
    if organiser is None or fold(organiser.address) != fold(waiting.address):
        return Answered("refused", "Somebody else answered a mail to an organiser.")
    case = _Case(pen, organiser, round_up, reading.message_id or "")
    if not says_yes(reading.reply_text, pen.sender.language):
        return Answered("command", "not confirmed")
    if pen.now - waiting.asked_at > CONFIRM_WITHIN:
        return Answered("command", "confirmed too late")
    if not confirmations.settle(pen.tx, waiting.id, pen.now):
        return Answered("command", "settled already")
    asked_on = asking.today(pen.sender, waiting.asked_at)
    command = read_command(str(waiting.payload["said"]), asked_on, pen.sender.language)
    if command is None:
        return Answered("command", "unclear")
    return Answered("command", _carry_out(case, command))


def _organiser(pen: Pen, reading: Reading) -> Volunteer | None:
    if reading.senders != 1 or reading.sender is None:
        return None
    offices = volunteers.by_address(pen.tx, pen.sender.id, reading.sender.address)
    return next((one for one in offices if one.role == "organiser"), None)


def _ask_to_confirm(case: _Case, command: Command) -> Answered:
    by = case.organiser
    source = f"organise {by.id} {fold(command.line)}"
    unproven = Unproven(by, "organise", {"said": command.line}, source)
    said = ask_to_confirm(case.pen, "organiser_confirm", unproven, case.answers)
    return Answered("command", said)


# What changes nothing ----------------------------------------------------------------------------


def _inform(case: _Case, command: Command) -> str:
    if command.kind == "waiting":
        _show_waiting(case)
    elif command.kind == "rota":
        _write(case, "organiser_rota", **_rota(case.pen))
    elif command.kind == "people":
        _write(case, "organiser_people", **_people(case.pen))
    elif command.kind == "help":
        _write(case, "organiser_help")
    else:
        _write(case, "organiser_unclear", said=command.line)
    return command.kind


def _show_waiting(case: _Case) -> None:
    """With numbers to answer by for one who moderates, too."""
    pen = case.pen
    offices = volunteers.by_address(pen.tx, pen.sender.id, case.organiser.address)
    moderator = next((one for one in offices if one.role == "moderator"), None)
    if moderator is not None:
        queue.write(pen, moderator, "asked", case.round_up, answers=case.answers)
        return
    _write(case, "organiser_waiting", **queue.values(pen, case.organiser, case.round_up))


def _rota(pen: Pen) -> dict[str, Any]:
    today = asking.today(pen.sender, pen.now)
    known = asking.rota(pen.tx, pen.sender, today, today + SHOWN)
    return {
        "duties": [queue.duty_view(one) for one in known.stretches(today, today + SHOWN)],
        "absences": queue.absences(pen, today, today + SHOWN),
    }


def _people(pen: Pen) -> dict[str, Any]:
    def told(role: volunteers.Role) -> list[tuple[str, str]]:
        return [(one.name, one.address) for one in volunteers.every(pen.tx, pen.sender.id, role)]

    return {"moderators": told("moderator"), "organisers": told("organiser")}


# What changes something --------------------------------------------------------------------------


def _carry_out(case: _Case, command: Command) -> str:
    act: dict[str, Callable[[_Case, Command], str]] = {
        "add": _add,
        "remove": _remove,
        "set rota": _set_rota,
        "untrust": _untrust,
        "pause": _pause,
        "resume": _resume,
    }
    return act[command.kind](case, command)


def _add(case: _Case, command: Command) -> str:
    pen = case.pen
    local, _, domain = command.address.rpartition("@")
    if not local or "." not in domain:
        _write(case, "organiser_unclear", said=command.line)
        return "unclear"
    name = command.name or command.address
    if not volunteers.add(
        pen.tx, pen.sender.id, "moderator", command.address, command.name, pen.now
    ):
        return _not_possible(case, "is one", name)
    _tell(case, "added", person=name, address=command.address)
    found = volunteers.by_address(pen.tx, pen.sender.id, command.address)
    new = next(one for one in found if one.role == "moderator")
    queue.to_duty(pen, new, "moderator_welcome", person=new.name, by=_name(case.organiser))
    return f"added {command.address}"


def _remove(case: _Case, command: Command) -> str:
    pen = case.pen
    person = _moderator(pen, command.address or command.name)
    if person is None:
        return _not_possible(case, "is none", command.name or command.address)
    duty.remove(pen, person, case.round_up)
    left = len(volunteers.every(pen.tx, pen.sender.id, "moderator"))
    _tell(case, "removed", person=_name(person), address=person.address, left=left)
    pen.write("moderator_removed", To(person.address, "owner"), person=person.name)
    return f"removed {person.address}"


def _set_rota(case: _Case, command: Command) -> str:
    pen = case.pen
    found = [(said, _moderator(pen, said)) for said in command.names]
    unknown = next((said for said, person in found if person is None), None)
    if unknown is not None:
        return _not_possible(case, "is none", unknown)
    ids = [person.id for _, person in found if person is not None]
    if command.span is not None:
        volunteers.set_shift(pen.tx, pen.sender.id, *command.span, ids)
    elif command.start is not None:
        end = volunteers.NO_END
        volunteers.set_shift(pen.tx, pen.sender.id, command.start, end, ids, WEEK.days)
    _tell(case, "rota", **_rota(pen))
    return "rota set"


def _untrust(case: _Case, command: Command) -> str:
    if not volunteers.set_trust(case.pen.tx, case.pen.sender.id, command.address, False):
        return _not_possible(case, "is not trusted", command.address)
    _tell(case, "untrusted", address=command.address)
    return f"untrusted {command.address}"


def _pause(case: _Case, command: Command) -> str:  # noqa: ARG001
    if not pause(case.pen):
        return _not_possible(case, "pauses", "")
    _tell(case, "paused")
    return "paused"


def _resume(case: _Case, command: Command) -> str:  # noqa: ARG001
    if not resume(case.pen):
        return _not_possible(case, "does not pause", "")
    _tell(case, "resumed")
    return "resumed"


def pause(pen: Pen) -> bool:
    """Posts are kept and held, nobody is asked, and no edition leaves. False when it is so."""
    return pauses.begin(pen.tx, pen.sender.id, pen.now)


def resume(pen: Pen) -> bool:
    """What waits is asked about, and what was approved goes with the next round-up."""
    paused_at = pen.sender.paused_at
    if paused_at is None or not pauses.end(pen.tx, pen.sender.id):
        return False
    pauses.approve_anew(pen.tx, pen.sender.id, paused_at - BEFORE_A_PAUSE, pen.now)
    askings.begin_all(pen.tx, pen.sender.id, pen.now, pen.now)
    return True


def _moderator(pen: Pen, said: str) -> Volunteer | None:
    """By address or by name; None where nobody or more than one is meant."""
    every = volunteers.every(pen.tx, pen.sender.id, "moderator")
    wanted = fold_words(said).strip()
    by_address = [one for one in every if fold(one.address) == fold(said)]
    by_name = [one for one in every if fold_words(one.name) == wanted]
    by_first = [one for one in every if fold_words(one.name).partition(" ")[0] == wanted]
    found = next((some for some in (by_address, by_name, by_first) if some), [])
    return found[0] if len(found) == 1 and wanted else None


# The letters -------------------------------------------------------------------------------------


def _tell(case: _Case, what: str, **values: Any) -> None:
    """To the organiser, and with their name to the others."""
    pen, by = case.pen, case.organiser
    letter = "organiser_rota_set" if what == "rota" else "organiser_done"
    shown: dict[str, Any] = {"person": "", "address": "", "left": 1, "what": what} | values
    history.note(
        pen.tx, pen.now, by.address, what, list_id=pen.sender.id, detail=str(shown["address"])
    )
    _write(case, letter, by="", **shown)
    for other in volunteers.every(pen.tx, pen.sender.id, "organiser"):
        if other.id != by.id:
            to = To(other.address, "owner", volunteer_id=other.id)
            pen.write(letter, to, by=_name(by), **shown)


def _not_possible(case: _Case, why: str, person: str) -> str:
    _write(case, "organiser_not_possible", why=why, person=person)
    return f"not possible: {person} {why}".replace("  ", " ")


def _name(volunteer: Volunteer) -> str:
    return volunteer.name or volunteer.address


def _write(case: _Case, letter: str, **values: Any) -> None:
    organiser = case.organiser
    to = To(organiser.address, "owner", volunteer_id=organiser.id)
    answer_volunteer(case.pen, letter, to, case.answers, **values)
