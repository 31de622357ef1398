"""Answers wishes that change nothing by themselves: help, the settings, an item, a search, a copy.

A wish for another address changes nothing either, before that address says yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from delivery.addresses import write_address
from delivery.letters import Pen
from preferences import menu
from preferences.finding import send_found
from preferences.more import send_more
from preferences.moving import ask_to_move
from preferences.person import send_copy
from preferences.settings import settings_values
from preferences.wish import Wish
from storage.records import Subscriber


def answer(
    pen: Pen, reader: Subscriber, wish: Wish, *, answers: str = "", answered: Sequence[str] = ()
) -> str:
    """Answers one wish; the name of the letter, "" for a wish that is carried out elsewhere."""
    if wish.kind == "more":
        return send_more(pen, reader, wish.changes["numbers"], answered, answers)
    if wish.kind == "search":
        return send_found(pen, reader, wish.changes["for"], answers)
    if wish.kind == "address":
        return ask_to_move(pen, reader, wish.changes["address"], answers)
    if wish.kind == "data":
        return send_copy(pen, reader, answers)
    return ""


def show(pen: Pen, reader: Subscriber, wishes: Sequence[Wish], *, answers: str = "") -> str:
    """The help letter where that was asked for, or else the settings; with choices by number."""
    values = settings_values(pen, reader)
    items = menu.offered(pen, reader)
    name = "settings_shown"
    if wishes and wishes[0].kind == "help":
        name = "help_list"
        values |= list_values(pen)
    number = pen.to_reader(name, reader, answers=answers, menu=items, **values)
    menu.keep(pen, number, items)
    return name


def list_values(pen: Pen) -> dict[str, Any]:
    """The addresses of a list that its help letter names."""
    return {f"{word}_address": write_address(pen.sender, word) for word in ("join", "leave")}
