"""A reader's copy of what we hold about them, to read or for computers. Only shows.

What they wrote to us comes by mail only, to their own address.
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from preferences import person
from web.settings_page import LINK_DAYS, reader_of
from web.site import Site

_FILE = 'attachment; filename="what-we-hold-about-you.{}"'


async def copy(request: Request, site: Site) -> Response:
    mark = site.mark(request, "settings")
    if mark.old_key or site.days_old(mark) > LINK_DAYS:
        raise HTTPException(404)
    kind = request.path_params["kind"]
    content = await site.run(lambda tx: _copy(tx, site, mark.ids[0], kind))
    media = "application/json" if kind == "json" else "text/plain; charset=utf-8"
    return Response(content, media_type=media, headers={"Content-Disposition": _FILE.format(kind)})


def _copy(tx: Connection, site: Site, number: int, kind: str) -> str:
    sender, reader, _ = reader_of(tx, number)
    if reader.state == "left":
        raise HTTPException(404)
    copy = person.copy_of(site.pen(tx, sender), reader.address, letters=False)
    return person.as_json(copy) if kind == "json" else person.as_text(copy)
