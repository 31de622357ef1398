"""Answers to people who run a list, whose letter was a command: none without end, and nothing is
done that only claims to come from them. What they said is read elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from delivery.letters import Pen, To
from storage import confirmations, outgoing
from storage.records import Volunteer

DAY = timedelta(days=1)
# A machine that answers each of our answers, and does not say that it is one, must tire first.
MOST_ANSWERS_A_DAY = 20
ASK_AGAIN_AFTER = timedelta(minutes=10)


def answer_volunteer(pen: Pen, letter: str, to: To, answers: str, **values: Any) -> None:
    """``answers`` is the Message-ID of what is answered; it goes to a volunteer."""
    since, about = pen.now - DAY, {"volunteer_id": to.volunteer_id}
    if outgoing.count_since(pen.tx, since, letter, **about) < MOST_ANSWERS_A_DAY:
        pen.write(letter, to, answers=answers, automatic="auto-replied", **values)


@dataclass(frozen=True, slots=True)
class Unproven:
    """What somebody who runs a list seems to have said."""

    by: Volunteer
    kind: str
    """Of the confirmation, by which its answer finds its way."""
    payload: Mapping[str, str]
    """With what they "said", in words."""
    source: str
    """The same for the same words, which are asked about once in a while only."""


def ask_to_confirm(pen: Pen, letter: str, unproven: Unproven, answers: str) -> str:
    """Asks whether it was really they; what became of it, in words for the operator."""
    by, source = unproven.by, unproven.source[:200]
    recently, number = pen.now - ASK_AGAIN_AFTER, pen.sender.id
    if confirmations.count_since(pen.tx, recently, list_id=number, source=source):
        return "not proven; asked to confirm a moment ago"
    asked = confirmations.ask(
        pen.tx, number, unproven.kind, by.address, unproven.payload, pen.now, source
    )
    to = To(by.address, "confirm", (asked,), volunteer_id=by.id)
    answer_volunteer(pen, letter, to, answers, said=unproven.payload["said"])
    return "not proven; asked to confirm"
