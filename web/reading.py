"""Pages to read: one post, or one round-up, for whoever has the link. They show and change nothing,
and there are none where the list does not want them.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from delivery.letters import page_url
from delivery.marks import Mark
from delivery.pieces import item_view
from storage import editions, lists, posts, taken
from storage.records import MailingList, Post
from web.site import Site, list_of, show
from web.tongues import for_anybody


async def item(request: Request, site: Site) -> Response:
    mark = site.mark(request, "item")
    sender, values = await site.run(lambda tx: _item(tx, mark))
    return show("item", sender, here=request.url.path, **values, **for_anybody(request, sender))


def _item(tx: Connection, mark: Mark) -> tuple[MailingList, dict[str, Any]]:
    sender, post = _post(tx, mark)
    attached = posts.attachments(tx, [post.id])
    names = {topic.id: topic.name for topic in lists.topics(tx, post.list_id)}
    view = item_view(post, attached, sender.language)
    files = [(number, one) for number, one in enumerate(attached) if not one.inline]
    return sender, {
        "item": view,
        "item_html": view.html,
        "topics": [names[topic] for topic in post.topics if topic in names],
        "files": [
            {"number": number, "name": one.filename, "size": one.size} for number, one in files
        ],
        "join_address": f"{sender.name}-join@{sender.domain}",
    }


async def attachment(request: Request, site: Site) -> Response:
    """One file of a post, to be saved: never shown as a page of ours."""
    mark = site.mark(request, "item")
    number = int(request.path_params["number"])
    name, kind, content = await site.run(lambda tx: _file(tx, mark, number))
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name) or "file"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})


def _file(tx: Connection, mark: Mark, number: int) -> tuple[str, str, bytes]:
    _, post = _post(tx, mark)
    attached = posts.attachments(tx, [post.id])
    if not number < len(attached):
        raise HTTPException(404)
    one = attached[number]
    content = posts.attachment_content(tx, one.id)
    if content is None or one.inline:
        raise HTTPException(404)
    return one.filename, one.content_type, content


def _post(tx: Connection, mark: Mark) -> tuple[MailingList, Post]:
    post = posts.by_id(tx, mark.ids[0])
    if post is None or post.state != "approved":
        raise HTTPException(404)
    return _public(tx, post.list_id), post


async def edition(request: Request, site: Site) -> Response:
    mark = site.mark(request, "edition")
    sender, values = await site.run(lambda tx: _edition(tx, site, mark))
    return show("edition", sender, **values, **for_anybody(request, sender))


def _edition(tx: Connection, site: Site, mark: Mark) -> tuple[MailingList, dict[str, Any]]:
    """Every post that its mails could bring, by topic: a page is for nobody in particular."""
    group = editions.group(tx, mark.ids[0])
    if not group:
        raise HTTPException(404)
    sender = _public(tx, group[0].list_id)
    numbers = list(dict.fromkeys(one.post_id for one in taken.taken(tx, [e.id for e in group])))
    found = posts.by_ids(tx, numbers)
    day = mark.day
    sections = [
        {
            "name": topic.name,
            "items": [_entry(site, post, day) for post in found if post.topics[:1] == (topic.id,)],
        }
        for topic in lists.topics(tx, sender.id)
    ]
    known = {topic.id for topic in lists.topics(tx, sender.id)}
    rest = [
        _entry(site, post, day) for post in found if not post.topics or post.topics[0] not in known
    ]
    sections.append({"name": "", "items": rest})
    return sender, {
        "day": group[0].end.astimezone(ZoneInfo(sender.timezone)).date(),
        "sections": [section for section in sections if section["items"]],
        "join_address": f"{sender.name}-join@{sender.domain}",
    }


def _entry(site: Site, post: Post, day: date) -> dict[str, Any]:
    url = page_url(site.desk, "item", post.id, day).removeprefix(site.desk.public_url)
    return {
        "title": post.title,
        "url": url,
        "event_date": post.event_date or "",
        "closing_date": post.closing_date or "",
    }


def _public(tx: Connection, list_id: int) -> MailingList:
    sender = list_of(tx, list_id)
    if not sender.pages:
        raise HTTPException(404)
    return sender
