"""What the pages share: the database from their threads, the marks, and short ways to answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

import templates
from config import Settings
from delivery.letters import Desk, Pen
from delivery.marks import Mark
from delivery.transport import carries
from storage import lists
from storage.database import Database, Unavailable
from storage.records import MailingList
from templates.flow import one_line

T = TypeVar("T")

MAX_FIELDS = 60
REMEMBERED = timedelta(seconds=10)


class Remembered:
    """What was found out a moment ago: whoever asks again and again costs nothing."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self.last: list[str] = []

    def get(self, now: datetime) -> list[str] | None:
        young = self._at is not None and abs(now - self._at) < REMEMBERED
        return self.last if young else None

    def keep(self, now: datetime, found: list[str]) -> None:
        self._at, self.last = now, found


@dataclass(frozen=True, slots=True)
class Site:
    database: Database
    desk: Desk
    settings: Settings
    clock: Callable[[], datetime]
    health: Remembered = dataclasses.field(default_factory=Remembered)
    spoken: Remembered = dataclasses.field(default_factory=Remembered)
    letters: Remembered = dataclasses.field(default_factory=Remembered)
    """What our mail server has against addresses with letters beyond a to z."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """``work`` in a thread, within one transaction that changes nothing."""

        def job() -> T:
            with self.database.read() as tx:
                return work(tx)

        return await run_in_threadpool(job)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """``work`` in a thread, within one transaction."""

        def job() -> T:
            with self.database.write() as tx:
                return work(tx)

        return await run_in_threadpool(job)

    async def languages(self) -> list[str]:
        """All that our lists write, for pages of no list; the last that we knew of, where the
        database is away."""
        now = self.clock()
        if self.spoken.get(now) is None:
            with suppress(Unavailable):
                every = await self.run(lists.every)
                found = dict.fromkeys(code for one in every for code in one.spoken)
                self.spoken.keep(now, list(found))
        return self.known_languages

    @property
    def known_languages(self) -> list[str]:
        return self.spoken.last or ["en"]

    async def carries(self, address: str) -> bool:
        """Whether mail can be sent to such an address; asked of the mail server once in a while."""
        if address.rpartition("@")[0].isascii():
            return True
        now = self.clock()
        if self.letters.get(now) is None:
            way_out = self.settings.outgoing, self.settings.hostname
            self.letters.keep(now, [] if await carries(*way_out, address) else ["odd"])
        return not self.letters.last

    def pen(self, tx: Connection, sender: MailingList) -> Pen:
        return Pen(tx, self.desk, sender, self.clock())

    def mark(self, request: Request, purpose: str) -> Mark:
        """The mark in the page's address; any that is not ours is a page that is not there."""
        mark = self.desk.marks.read(purpose, request.path_params["mark"])
        if mark is None or len(mark.ids) != 1:
            raise HTTPException(404)
        return mark

    def days_old(self, mark: Mark) -> int:
        return (self.clock().date() - mark.day).days


def list_of(tx: Connection, list_id: int) -> MailingList:
    found = lists.by_id(tx, list_id)
    if found is None:
        raise HTTPException(404)
    return found


async def form_of(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=MAX_FIELDS)


def field(form: FormData, name: str, longest: int = 320) -> str:
    """The text of a field as one line; a file is no text."""
    value = form.get(name, "")
    return one_line(value)[:longest] if isinstance(value, str) else ""


def show(
    name: str,
    sender: MailingList | None = None,
    status: int = 200,
    *,
    language: str = "",
    other_tongues: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page; ``language`` is the reader's, or see ``tongues`` where no reader is known."""
    known: dict[str, Any] = {"other_tongues": other_tongues}
    if sender is not None:
        known["list_title"], language = sender.title, sender.speaks(language)
    page = templates.page(name, language or "en", **(known | values))
    return HTMLResponse(page, status, headers)
