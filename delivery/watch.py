"""Notices when the mail server says the same to everybody: then the next mail would fare no better.

What is done about it is decided by the sender.
"""

from __future__ import annotations

import re
from typing import Literal

from storage.records import Outgoing, Refused, Result, Sent, TryLater

HALT_AFTER = 20
SLOW_AFTER = 10

Advice = Literal["on", "slow", "halt"]

# What differs from mail to mail: addresses, queue ids, times.
_DIFFERS = re.compile(r"<[^<>]*>|\S+@\S+|\b(?=[A-Za-z]*[0-9])[0-9A-Za-z]{5,}\b")


class Watch:
    """Of one lane. ``streak`` holds the mails that were answered alike, one after the other."""

    def __init__(self) -> None:
        self.streak: list[Outgoing] = []
        self._answer: tuple[type, str] | None = None

    @property
    def edition_id(self) -> int | None:
        """The edition, where all mails of the streak are of one."""
        found = {row.edition_id for row in self.streak}
        return found.pop() if len(found) == 1 else None

    def note(self, row: Outgoing, result: Result) -> Advice:
        if isinstance(result, Sent):
            self._forget()
        if isinstance(result, Sent) or not _says_it_to_all(result):
            return "on"
        answer = type(result), _DIFFERS.sub("", result.reason)
        if answer != self._answer:
            self._answer, self.streak = answer, []
        self.streak = [*self.streak[-2 * HALT_AFTER :], row]
        if isinstance(result, TryLater):
            return "slow" if len(self.streak) >= SLOW_AFTER else "on"
        return "halt" if len(self.streak) >= HALT_AFTER else "on"

    def rest(self) -> None:
        """After a rest: a halt is over, and a server that was slow is tried with a few mails."""
        if self._answer and self._answer[0] is TryLater:
            self.streak = self.streak[: SLOW_AFTER // 2]
        elif len(self.streak) >= HALT_AFTER:
            self._forget()

    def _forget(self) -> None:
        if self.streak:
            self.streak, self._answer = [], None


def _says_it_to_all(result: TryLater | Refused) -> bool:
    """A connection that breaks has a rest of its own; a dead address says nothing of others."""
    return result.everybody if isinstance(result, Refused) else not result.connection
