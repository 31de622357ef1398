"""The page that leaves a list. Its link works for ever; one press is enough, and once is for good.

A POST of "List-Unsubscribe=One-Click" by a mail program (RFC 8058) ends here too: no cookie, no
redirect, no second question.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.marks import Mark
from digest import coming
from preferences import change, joining
from preferences.moving import masked
from storage import subscribers
from storage.records import MailingList, Subscriber
from web.site import Site, list_of, show

REJOIN_DAYS = 30


async def leave(request: Request, site: Site) -> Response:
    mark = site.mark(request, "leave")
    sender, reader = await site.run(lambda tx: _reader(tx, mark))
    known: dict[str, Any] = {"address": masked(reader.address), "language": reader.language}
    if request.method != "POST":
        return show("leave", sender, **known)
    await site.change(lambda tx: _leave(tx, site, sender, mark))
    fresh = not mark.old_key and site.days_old(mark) <= REJOIN_DAYS
    again = f"/rejoin/{request.path_params['mark']}" if fresh else ""
    return show("leave_done", sender, rejoin_url=again, settings_url="", **known)


def _leave(tx: Connection, site: Site, sender: MailingList, mark: Mark) -> None:
    """The reader hears of it: a friend may have pressed, to whom the mail was passed on."""
    change.leave(site.pen(tx, sender), _reader(tx, mark)[1], how="on the page")


async def rejoin(request: Request, site: Site) -> Response:
    """The undo of a slip: only from the page itself, and only while the link is young."""
    mark = site.mark(request, "leave")
    if mark.old_key or site.days_old(mark) > REJOIN_DAYS:
        raise HTTPException(404)
    sender, reader = await site.change(lambda tx: _rejoined(tx, site, mark))
    known: dict[str, Any] = {"address": masked(reader.address), "language": reader.language}
    return show("confirm_done", sender, what="join", first="", settings_url="", **known)


def _rejoined(tx: Connection, site: Site, mark: Mark) -> tuple[MailingList, Subscriber]:
    sender, reader = _reader(tx, mark)
    if reader.state == "left":
        pen = site.pen(tx, sender)
        first = coming.next_weekly(tx, sender, pen.now)
        joining.rejoin(pen, reader, first=first)
    return sender, reader


def _reader(tx: Connection, mark: Mark) -> tuple[MailingList, Subscriber]:
    reader = subscribers.by_id(tx, mark.ids[0])
    if reader is None:
        raise HTTPException(404)
    return list_of(tx, reader.list_id), reader
