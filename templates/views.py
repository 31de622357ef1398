"""The records that go into templates and come out of them. Plain data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one mail, ready to be packed into a message."""

    subject: str
    """One line without control characters."""
    text: str
    """Complete by itself, at most 72 columns (long addresses and links excepted)."""
    html: str | None
    """A whole HTML page, or None where plain text is all that this letter needs."""


@dataclass(frozen=True, slots=True)
class AttachmentView:
    name: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class ItemView:
    """One post as readers see it. The same for every reader: what differs stands in slots."""

    title: str
    text: str
    html: str = ""
    """Sanitised, goes out as it is; "" makes paragraphs and links of ``text``."""
    organisation: str = ""
    """Who posts it, in words: the organisation, or the author's name."""
    author_address: str = ""
    event_date: date | None = None
    closing_date: date | None = None
    attachments: tuple[AttachmentView, ...] = ()
    more: bool = True
    """Whether readers are told that the reply "more 3" brings item 3 whole."""
    mark: str = ""
    """cancelled or corrected, where the title does not say so itself; else ""."""
    time: str = ""
    """Of the event, in the author's words, such as "10am to 1pm"."""
    where: str = ""
    cost: str = ""
    """In the author's words; "free" when they said it in a sentence."""
    who: str = ""
    book: str = ""
    page: bool = False
    """Whether it has a page of its own."""
    cut: bool = False
    """Whether ``text`` and ``html`` are only the beginning of the post."""
    line: str = ""
    """The post in one line, for where there is room for no more."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One thing that a reader can choose by its number."""

    number: int
    kind: str
    """frequency, format, length, attachments, pause, topics (all of them), topic, data or stop"""
    value: str
    name: str = ""
    """A topic's."""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class DutyView:
    """Days one after the other, and who is on duty then (or away)."""

    first: date
    last: date
    name: str = ""
    second: str = ""
    """Who is asked next, "" when there is nobody else."""


@dataclass(frozen=True, slots=True)
class WaitingView:
    """A post in the mail of what waits, under its number."""

    number: int
    title: str
    author: str
    address: str
    held_at: datetime
    """In the receiver's time zone."""
    beginning: str
    """Of its text."""
    notes: tuple[str, ...] = ()
    asked: str = ""
    """Who was asked besides whoever reads it, or who wants to wait; in words, or ""."""
    waits_until: date | None = None
    """Until when somebody wants to wait."""
    flagged: bool = False
    """It wants a look of its own: "all yes" does not mean it."""
    unproven: bool = False
    """Nothing vouches for who sent it."""
