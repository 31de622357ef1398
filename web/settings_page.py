"""A reader's settings behind a signed link."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.addresses import write_address
from delivery.letters import leave_url
from preferences import change
from preferences.settings import in_force
from storage import lists, subscribers
from storage.records import FREQUENCIES, MailingList, Subscriber, Topic
from web.site import Site, field, form_of, list_of, show

LINK_DAYS = 365
FORMATS = ("html", "plain")


async def settings(request: Request, site: Site) -> Response:
    mark = site.mark(request, "settings")
    found = await site.run(lambda tx: _reader(tx, mark.ids[0]))
    sender, reader, topics = found
    if mark.old_key or site.days_old(mark) > LINK_DAYS:
        return show("expired", sender, help_address=write_address(sender, "help"))
    if reader.state == "left":
        raise HTTPException(404)
    if request.method != "POST":
        return _form(site, sender, reader, topics)
    form = await form_of(request)
    wanted, errors = _wanted(form, topics, _today(site, sender))
    if errors:
        return _form(site, sender, reader, topics, errors=errors, status=422)
    said = await site.change(lambda tx: _save(tx, site, reader.id, wanted))
    sender, reader, topics = await site.run(lambda tx: _reader(tx, mark.ids[0]))
    return _form(site, sender, reader, topics, saved=True, changes=said)


def _today(site: Site, sender: MailingList) -> date:
    """The list's local date."""
    return site.clock().astimezone(ZoneInfo(sender.timezone)).date()


def _reader(tx: Connection, number: int) -> tuple[MailingList, Subscriber, list[Topic]]:
    reader = subscribers.by_id(tx, number)
    if reader is None:
        raise HTTPException(404)
    return list_of(tx, reader.list_id), reader, lists.topics(tx, reader.list_id)


def _wanted(
    form: FormData, topics: list[Topic], today: date
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    errors = []
    frequency, look = field(form, "frequency"), field(form, "format")
    if frequency not in FREQUENCIES:
        errors.append(("frequency", "Choose how often you want mail"))
    if look not in FORMATS:
        errors.append(("format", "Choose how your mail should look"))
    paused_until = None
    if text := field(form, "paused_until", 40):
        try:
            paused_until = date.fromisoformat(text)
        except ValueError:
            errors.append(("paused_until", "Enter a date, like 2027-06-01"))
        else:
            paused_until = paused_until if paused_until > today else None
    chosen = {value for value in form.getlist("topics") if isinstance(value, str)}
    ids = tuple(topic.id for topic in topics if topic.key in chosen)
    wanted = {
        "frequency": frequency,
        "format": look,
        "paused_until": paused_until,
        "topics": () if len(ids) == len(topics) else ids,
    }
    return wanted, errors


def _save(tx: Connection, site: Site, number: int, wanted: dict[str, Any]) -> list[str]:
    """Saves what differs; the sentences about it. The reader hears of it by mail too."""
    sender, reader, _ = _reader(tx, number)
    pen = site.pen(tx, sender)
    changes, said = change.difference(pen, reader, wanted)
    if changes:
        change.change(pen, reader, changes)
    return said


def _form(
    site: Site,
    sender: MailingList,
    reader: Subscriber,
    topics: list[Topic],
    *,
    saved: bool = False,
    changes: list[str] | None = None,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    reader = in_force(reader, _today(site, sender))
    return show(
        "settings",
        sender,
        status,
        address=reader.address,
        frequency=reader.frequency,
        topics=[
            {
                "key": topic.key,
                "name": topic.name,
                "chosen": not reader.topics or topic.id in reader.topics,
            }
            for topic in topics
        ],
        format=reader.format,
        formats=FORMATS,
        paused_until=reader.paused_until.isoformat() if reader.paused_until else "",
        leave_url=leave_url(site.desk, reader.id, site.clock()).removeprefix(site.desk.public_url),
        saved=saved,
        changes=changes or [],
        errors=errors or [],
    )
