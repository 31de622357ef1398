"""The page behind the link of a confirmation mail: shows what was asked, the button does it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.addresses import write_address
from delivery.letters import settings_url
from digest import coming
from preferences import confirming
from preferences.asking import CONFIRM_WITHIN
from storage import confirmations, subscribers
from storage.records import Confirmation, MailingList
from web.site import Site, list_of, show
from web.tongues import for_anybody

WHAT = {"join": "join", "wish": "change", "leave": "leave", "address": "address", "add": "add"}


async def confirm(request: Request, site: Site) -> Response:
    mark = site.mark(request, "confirm")
    sender, waiting, changes, spoken = await site.run(lambda tx: _asked(tx, site, mark.ids[0]))
    tongues = {"language": spoken} if spoken else for_anybody(request, sender)
    if mark.old_key or site.days_old(mark) > CONFIRM_WITHIN.days:
        return show("expired", sender, help_address=write_address(sender, "help"), **tongues)
    known: dict[str, Any] = {**tongues, "address": _about(waiting)}
    leaving, known["what"] = waiting.kind == "leave", WHAT[waiting.kind]
    if request.method != "POST" and leaving:
        return show("leave", sender, topics=(), **known)
    if request.method != "POST":
        return show("confirm", sender, changes=changes, **known)
    shown = await site.change(lambda tx: _confirmed(tx, site, sender, waiting))
    if leaving:
        return show("leave_done", sender, rejoin_url="", settings_url="", **known)
    return show("confirm_done", sender, **known, **shown)


def _about(waiting: Confirmation) -> str:
    """The address that it is about: the asked one's own, unless somebody else is to be added."""
    return str(waiting.payload["add"][0]) if waiting.kind == "add" else waiting.address


def _asked(
    tx: Connection, site: Site, number: int
) -> tuple[MailingList, Confirmation, list[str], str]:
    """With what would change, and the language of whoever is asked, "" where nobody knows it."""
    waiting = confirmations.by_id(tx, number)
    if waiting is None or waiting.kind not in WHAT:
        raise HTTPException(404)
    sender = list_of(tx, waiting.list_id)
    wish = waiting.kind == "wish"
    changes = confirming.asked_changes(site.pen(tx, sender), waiting) if wish else []
    return sender, waiting, changes, confirming.language_of(tx, waiting)


def _confirmed(
    tx: Connection, site: Site, sender: MailingList, waiting: Confirmation
) -> dict[str, Any]:
    """Carries it out (again: nothing) and says what the page then shows."""
    pen = site.pen(tx, sender)
    round_up = coming.next_weekly(tx, sender, pen.now)
    confirming.confirm(pen, waiting, how="on the page", first=round_up)
    reader = subscribers.by_address(tx, sender.id, waiting.address)
    if reader is None or reader.state != "active":
        return {"first": "", "settings_url": ""}
    local = round_up.astimezone(ZoneInfo(sender.timezone))
    first = local if reader.frequency == "weekly" else ""
    return {"first": first, "settings_url": settings_url(site.desk, reader.id, pen.now)}
