"""One letter on its way through the desks: all that is known about it, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config import Settings
from delivery.addresses import ListAddress
from delivery.letters import Pen
from delivery.marks import Mark
from digest import coming
from ingest.drafted import Draft
from storage.addresses import fold
from storage.records import Letter, MailingList, Proof, Reading


@dataclass(frozen=True, slots=True)
class Matter:
    pen: Pen
    """To answer it with, within the letter's own transaction."""
    settings: Settings
    letter: Letter
    to: ListAddress
    reading: Reading
    proof: Proof
    draft: Draft
    source: str
    """The stranger's host for the limits, "" when it says nothing (a front server's)."""
    every: Sequence[MailingList] = ()
    """All lists of this installation."""

    @property
    def author(self) -> str:
        return self.reading.sender.address if self.reading.sender else ""

    @property
    def answers(self) -> str:
        """The Message-ID that our answer answers; "" when the letter has none."""
        return self.reading.message_id or ""

    @property
    def round_up(self) -> datetime:
        return coming.next_weekly(self.pen.tx, self.pen.sender, self.pen.now)

    @property
    def today(self) -> date:
        """The list's local date."""
        return self.pen.now.astimezone(ZoneInfo(self.pen.sender.timezone)).date()

    @property
    def joins(self) -> int:
        return self.settings.limit_joins_per_source_hour

    def mark(self, ids: int) -> Mark | None:
        """The mark of its address, when it is ours and names so many things."""
        mark = self.pen.desk.marks.read(self.to.purpose, self.to.mark)
        return mark if mark is not None and len(mark.ids) == ids else None

    @property
    def is_addressed(self) -> bool:
        """Whether its To field names the address that it came to. Only what is signed counts: an
        old letter, sent again to another mark, has the old one in its To field."""
        ours = fold(self.letter.recipient)
        return any(fold(one.address) == ours for one in self.reading.to)

    def days_old(self, mark: Mark) -> int:
        return (self.pen.now.date() - mark.day).days


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter: one of records.OUTCOMES, and why, for the operator."""

    name: str
    reason: str = ""
