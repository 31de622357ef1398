"""The page behind the link of a confirmation mail: shows what was asked, the button does it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.addresses import write_address
from delivery.letters import settings_url
from digest import timetable
from preferences import joining
from storage import subscribers
from storage.records import MailingList
from web.site import Site, list_of, show

WHAT = {"join": "join", "wish": "change", "leave": "leave"}


async def confirm(request: Request, site: Site) -> Response:
    mark = site.mark(request, "confirm")
    number = mark.ids[0]
    sender, kind, address, changes = await site.run(lambda tx: _asked(tx, site, number))
    if kind not in WHAT:
        raise HTTPException(404)
    if mark.old_key or site.days_old(mark) > joining.CONFIRM_WITHIN.days:
        return show("expired", sender, help_address=write_address(sender, "help"))
    if request.method != "POST":
        if kind == "leave":
            return show("leave", sender, address=address)
        return show("confirm", sender, address=address, what=WHAT[kind], changes=changes)
    shown = await site.change(lambda tx: _confirmed(tx, site, sender, number, address))
    if kind == "leave":
        return show("leave_done", sender, address=address, rejoin_url="", settings_url="")
    return show("confirm_done", sender, address=address, what=WHAT[kind], **shown)


def _asked(tx: Connection, site: Site, number: int) -> tuple[MailingList, str, str, list[str]]:
    found = subscribers.confirmation_by_id(tx, number)
    if found is None:
        raise HTTPException(404)
    list_id, kind, payload, _ = found
    sender = list_of(tx, list_id)
    changes = joining.asked_changes(site.pen(tx, sender), payload) if kind == "wish" else []
    return sender, kind, payload["address"], changes


def _confirmed(
    tx: Connection, site: Site, sender: MailingList, number: int, address: str
) -> dict[str, Any]:
    """Carries it out (again: nothing) and says what the page then shows."""
    pen = site.pen(tx, sender)
    table = timetable.of_list(sender, "weekly")
    slot = timetable.next_slot(table, pen.now)
    joining.confirm(pen, number, how="on the page", first=slot.at)
    reader = subscribers.by_address(tx, sender.id, address)
    if reader is None or reader.state != "active":
        return {"first": "", "settings_url": ""}
    first = slot.at.astimezone(table.zone) if reader.frequency == "weekly" else ""
    return {"first": first, "settings_url": settings_url(site.desk, reader.id, pen.now)}
