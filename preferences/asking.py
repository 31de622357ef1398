"""Asks an address for its own yes, and no oftener than anybody can stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from delivery.letters import Pen, To
from storage import confirmations

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
CONFIRM_WITHIN = timedelta(days=30)

# Joining once: whoever is bombed must not be bombed by us. The others go to readers only.
MOST_A_DAY = {"join": 1, "help": 1, "leave": 3, "wish": 5, "address": 1, "add": 20}


def may_write(pen: Pen, kind: str, address: str, source: str, per_source_hour: int) -> bool:
    """Whether one more mail of this kind may go to ``address``.

    ``source`` is where the request came from, "" when that says nothing; it may cause
    ``per_source_hour`` mails of a kind in an hour, to whomever.
    """
    before = confirmations.count_since
    list_id, since = pen.sender.id, pen.now - DAY
    if before(pen.tx, since, list_id=list_id, kind=kind, address=address) >= MOST_A_DAY[kind]:
        return False
    from_there = before(pen.tx, pen.now - HOUR, kind=kind, source=source) if source else 0
    return from_there < per_source_hour


def write(
    pen: Pen, letter: str, address: str, number: int, language: str = "", **values: Any
) -> None:
    """The letter that asks for a yes to confirmation ``number``, by reply or on its page.

    ``language`` is that of whoever is asked, where it is known.
    """
    mark = pen.desk.marks.mint("confirm", number, day=pen.now.date())
    url = f"{pen.desk.public_url}/confirm/{mark}"
    to = To(address, "confirm", (number,), language=pen.sender.speaks(language))
    pen.write(letter, to, automatic="auto-replied", confirm_url=url, leave_url=url, **values)
