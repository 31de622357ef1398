"""A reader's settings behind a signed link. What a form leaves out stays as it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.addresses import write_address
from delivery.letters import leave_url
from preferences import change, moving
from preferences.phrases import ADDRESS
from preferences.settings import in_force
from storage import lists, subscribers
from storage.records import MailingList, Subscriber, Topic
from web.settings_form import PAUSE, Errors, today, wanted_of
from web.site import Site, field, form_of, list_of, show

LINK_DAYS = 365

Found = tuple[MailingList, Subscriber, list[Topic]]


async def settings(request: Request, site: Site) -> Response:
    found = await _found(request, site)
    if isinstance(found, Response):
        return found
    sender, reader, topics = found
    if request.method != "POST":
        return _page(request, site, found)
    form = await form_of(request)
    wanted, errors = wanted_of(form, sender, reader, topics, today(site, sender))
    if errors:
        typed = {name: field(form, name, 40) for name in PAUSE}
        return _page(request, site, found, errors=errors, status=422, **typed)
    said = await site.change(lambda tx: _save(tx, site, reader.id, wanted))
    found = await site.run(lambda tx: reader_of(tx, reader.id))
    return _page(request, site, found, saved=True, changes=said)


async def address(request: Request, site: Site) -> Response:
    """Asks the new address for its yes; the answer is the same whether it is known or not."""
    found = await _found(request, site)
    if isinstance(found, Response):
        return found
    _, reader, _ = found
    if request.method != "POST":
        return _page(request, site, found)
    typed = field(await form_of(request), "new_address")
    fits = ADDRESS.fullmatch(typed)
    if not fits or not await site.carries(typed):
        errors = [("new_address", "odd_letters" if fits else "no_address")]
        return _page(request, site, found, errors=errors, status=422, new_address=typed)
    await site.change(lambda tx: _ask(tx, site, reader.id, typed))
    return _page(request, site, found, asked=True)


def _ask(tx: Connection, site: Site, number: int, typed: str) -> None:
    sender, reader, _ = reader_of(tx, number)
    moving.ask_to_move(site.pen(tx, sender), reader, typed)


async def _found(request: Request, site: Site) -> Found | Response:
    """The reader of the page's mark; or the page that says that the link is too old."""
    mark = site.mark(request, "settings")
    found = await site.run(lambda tx: reader_of(tx, mark.ids[0]))
    sender, reader, _ = found
    if mark.old_key or site.days_old(mark) > LINK_DAYS:
        help_address = write_address(sender, "help")
        return show("expired", sender, language=reader.language, help_address=help_address)
    if reader.state == "left":
        raise HTTPException(404)
    return found


def reader_of(tx: Connection, number: int) -> Found:
    reader = subscribers.by_id(tx, number)
    if reader is None:
        raise HTTPException(404)
    return list_of(tx, reader.list_id), reader, lists.topics(tx, reader.list_id)


def _save(tx: Connection, site: Site, number: int, wanted: dict[str, Any]) -> list[str]:
    """Saves what differs; the sentences about it. The reader hears of it by mail too."""
    sender, reader, _ = reader_of(tx, number)
    pen = site.pen(tx, sender)
    if reader.state == "stopped":
        wanted = {**wanted, "state": "active"}
    changes, said = change.difference(pen, reader, wanted)
    if changes:
        change.change(pen, reader, changes, how="on the page")
    return said


def _page(
    request: Request,
    site: Site,
    found: Found,
    *,
    errors: Errors = (),
    status: int = 200,
    **values: Any,
) -> Response:
    sender, reader, topics = found
    reader = in_force(reader, today(site, sender))
    here = f"/settings/{request.path_params['mark']}"
    known: dict[str, Any] = {
        "saved": False,
        "asked": False,
        "changes": [],
        "new_address": "",
        **{name: day.isoformat() if (day := getattr(reader, name)) else "" for name in PAUSE},
        "stopped": reader.state == "stopped",
        "address": reader.address,
        "frequency": reader.frequency,
        "topics": [_topic(topic, reader) for topic in topics],
        "format": reader.format,
        "length": reader.length,
        "files": reader.attachments,
        "tongue": reader.language,
        "tongues": sender.spoken,
        "save_url": here,
        "address_url": f"{here}/address",
        "data_url": f"{here}/copy.json",
        "text_url": f"{here}/copy.txt",
        "leave_url": leave_url(site.desk, reader.id, site.clock()).removeprefix(
            site.desk.public_url
        ),
        "errors": errors,
    }
    return show("settings", sender, status, language=reader.language, **(known | values))


def _topic(topic: Topic, reader: Subscriber) -> dict[str, Any]:
    return {
        "key": topic.key,
        "name": topic.name,
        "chosen": not reader.topics or topic.id in reader.topics,
        "own": reader.topic_frequencies.get(topic.id, ""),
    }
