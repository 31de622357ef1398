"""The page that leaves a list, or stops one topic. Its link works for ever; one press is enough,
and once is for good.

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
from preferences.wish import Wish
from storage import lists, subscribers
from storage.records import MailingList, Subscriber, Topic
from web.guard import TooLarge
from web.site import Site, field, form_of, list_of, show

REJOIN_DAYS = 30


async def leave(request: Request, site: Site) -> Response:
    mark = site.mark(request, "leave")
    sender, reader, topics = await site.run(lambda tx: _reader(tx, mark))
    known: dict[str, Any] = {"address": masked(reader.address), "language": reader.language}
    named = await _named(request)
    topic = next((one for one in topics if one.key == named), None)
    if request.method != "POST" or (named and topic is None):
        return show("leave", sender, topics=topics, **known)
    fresh = not mark.old_key and site.days_old(mark) <= REJOIN_DAYS
    again = f"/rejoin/{request.path_params['mark']}" if fresh else ""
    if topic is not None:
        await site.change(lambda tx: _stop(tx, site, mark, topic))
        return show("topic_stopped", sender, topic=topic, again_url=again, **known)
    await site.change(lambda tx: _leave(tx, site, sender, mark))
    return show("leave_done", sender, rejoin_url=again, settings_url="", **known)


async def _named(request: Request) -> str:
    """The key of the topic that alone shall stop; whatever else a mail program posts is for all."""
    try:
        return field(await form_of(request), "topic") if request.method == "POST" else ""
    except (HTTPException, TooLarge):
        return ""


def _stop(tx: Connection, site: Site, mark: Mark, topic: Topic, word: str = "without") -> None:
    """Takes one topic away; with the word "also" it comes back."""
    sender, reader, _ = _reader(tx, mark)
    pen = site.pen(tx, sender)
    wanted = change.merged(pen, reader, [Wish("change", {word: (topic.id,)})])
    if reader.state != "left" and change.difference(pen, reader, wanted)[0]:
        change.change(pen, reader, wanted, how="on the page")


def _leave(tx: Connection, site: Site, sender: MailingList, mark: Mark) -> None:
    """The reader hears of it: a friend may have pressed, to whom the mail was passed on."""
    change.leave(site.pen(tx, sender), _reader(tx, mark)[1], how="on the page")


async def rejoin(request: Request, site: Site) -> Response:
    """The undo of a slip: only from the page itself, and only while the link is young."""
    mark = site.mark(request, "leave")
    if mark.old_key or site.days_old(mark) > REJOIN_DAYS:
        raise HTTPException(404)
    topic = field(await form_of(request), "topic")
    sender, reader = await site.change(lambda tx: _rejoined(tx, site, mark, topic))
    known: dict[str, Any] = {"address": masked(reader.address), "language": reader.language}
    if topic:
        return show("confirm_done", sender, what="change", first="", settings_url="", **known)
    return show("confirm_done", sender, what="join", first="", settings_url="", **known)


def _rejoined(
    tx: Connection, site: Site, mark: Mark, stopped: str
) -> tuple[MailingList, Subscriber]:
    """Back to the list, or to one topic."""
    sender, reader, _ = _reader(tx, mark)
    for topic in lists.topics(tx, sender.id) if stopped else ():
        if topic.key == stopped:
            _stop(tx, site, mark, topic, "also")
    if reader.state == "left" and not stopped:
        pen = site.pen(tx, sender)
        first = coming.next_weekly(tx, sender, pen.now)
        joining.rejoin(pen, reader, first=first)
    return sender, reader


def _reader(tx: Connection, mark: Mark) -> tuple[MailingList, Subscriber, list[Topic]]:
    """With the topics of which one alone may be stopped: who has only one leaves the list."""
    reader = subscribers.by_id(tx, mark.ids[0])
    if reader is None:
        raise HTTPException(404)
    every = lists.topics(tx, reader.list_id)
    theirs = [topic for topic in every if not reader.topics or topic.id in reader.topics]
    offered = theirs if len(theirs) > 1 and reader.state != "left" else []
    return list_of(tx, reader.list_id), reader, offered
