"""The help letter for somebody who is no reader."""

from __future__ import annotations

from delivery.letters import Pen, To
from preferences import asking
from preferences.joining import new_reader
from preferences.settings import settings_values
from preferences.showing import list_values
from storage import confirmations


def answer_stranger(
    pen: Pen, address: str, source: str, per_source_hour: int, answers: str = ""
) -> str:
    """Writes it, at most once a day to one address; its name, "" when it was not written."""
    if not asking.may_write(pen, "help", address, source, per_source_hour):
        return ""
    confirmations.note(pen.tx, pen.sender.id, "help", address, pen.now, source)
    pen.write(
        "help_list",
        To(address, "help", language=pen.sender.language),
        answers=answers,
        automatic="auto-replied",
        all_topics=settings_values(pen, new_reader(pen))["all_topics"],
        menu=[],
        address="",
        settings_url="",
        leave_url="",
        **list_values(pen),
    )
    return "help_list"
