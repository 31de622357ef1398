"""The web door: puts the pages together with their addresses. GET shows, POST changes.

No login, no cookie, no script: the signed link in a mail is the key. What a page changes is
carried out by the same desk as a mail's wish.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from config import Settings
from delivery.letters import Desk
from storage.database import Database, Unavailable
from web import confirming, copying, joining, leaving, reading, settings_page
from web.guard import Guard, TooLarge, comes_from_elsewhere
from web.health import health
from web.site import Site, show
from web.tongues import among

Page = Callable[[Request, Site], Awaitable[Response]]


def create_app(
    database: Database,
    settings: Settings,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> ASGIApp:
    """The application for an ASGI server."""
    site = Site(database, Desk.of(settings), settings, clock)
    show_and_change = ["GET", "POST"]

    def route(path: str, page: Page, methods: list[str]) -> Route:
        async def endpoint(request: Request) -> Response:
            if comes_from_elsewhere(request.scope):
                raise HTTPException(403)
            return await page(request, site)

        return Route(path, endpoint, methods=methods)

    def sorry(
        name: str, status: int, headers: Mapping[str, str] | None = None, **values: str
    ) -> Callable[[Request, Exception], Awaitable[Response]]:
        async def handler(request: Request, _error: Exception) -> Response:
            # Where our own work broke, it is not asked again.
            spoken = await site.languages() if status < 500 else site.known_languages
            tongues = among(request, spoken)
            return show(name, None, status, headers=headers, **(tongues | values))

        return handler

    pages = Starlette(
        routes=[
            route("/", joining.index, ["GET"]),
            route("/join/{address}", joining.join, show_and_change),
            route("/confirm/{mark}", confirming.confirm, show_and_change),
            route("/settings/{mark}", settings_page.settings, show_and_change),
            route("/settings/{mark}/address", settings_page.address, show_and_change),
            route("/settings/{mark}/copy.{kind}", copying.copy, ["GET"]),
            route("/leave/{mark}", leaving.leave, show_and_change),
            route("/rejoin/{mark}", leaving.rejoin, ["POST"]),
            route("/item/{mark}", reading.item, ["GET"]),
            route("/item/{mark}/file/{number:int}", reading.attachment, ["GET"]),
            route("/edition/{mark}", reading.edition, ["GET"]),
            route("/health", health, ["GET"]),
        ],
        exception_handlers={
            400: sorry("error", 400, notice="unread"),
            403: sorry("error", 403, {"Connection": "close"}),
            404: sorry("not_found", 404),
            405: sorry("not_found", 404),
            TooLarge: sorry("error", 413, notice="too_large"),
            Unavailable: sorry("error", 503, {"Retry-After": "60"}),
            Exception: sorry("error", 500),
        },
    )
    # A redirect would lose what a mail program posts with its one click (RFC 8058 §3.1).
    pages.router.redirect_slashes = False
    return Guard(pages)
