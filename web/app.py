"""The web door: puts the pages together with their addresses. GET shows, POST changes.

No login, no cookie, no script: the signed link in a mail is the key. What a page changes is
carried out by the same desk as a mail's wish.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

import templates
from config import Settings
from delivery.letters import Desk
from storage.database import Database, Unavailable
from web import confirming, copying, joining, leaving, reading, settings_page
from web.guard import Guard, TooLarge
from web.health import health
from web.site import Site

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
            return await page(request, site)

        return Route(path, endpoint, methods=methods)

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
            400: _not_understood,
            404: _not_found,
            405: _not_found,
            TooLarge: _too_large,
            Unavailable: _away,
            Exception: _broken,
        },
    )
    # A redirect would lose what a mail program posts with its one click (RFC 8058 §3.1).
    pages.router.redirect_slashes = False
    return Guard(pages)


async def _not_found(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(templates.page("not_found"), 404)


async def _not_understood(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(templates.page("error", notice="We could not read that form."), 400)


async def _too_large(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(templates.page("error", notice="That is too much for one form."), 413)


async def _away(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(templates.page("error"), 503, headers={"Retry-After": "60"})


async def _broken(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(templates.page("error"), 500)
