"""Stands before every page: no page is kept, framed, or tells another site where its reader was.

Forms larger than any of ours are turned away before they are read, and what another site has a
visitor send is known. There is no cookie for it to ride on, but it could join somebody in their
name.
"""

from __future__ import annotations

from functools import cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import templates

LARGEST_FORM = 64 * 1024


class Guard:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_FORM:
                raise TooLarge
            return message

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers().items():
                    headers[name] = value
            await send(message)

        await self.app(scope, counted, guarded)


def comes_from_elsewhere(scope: Scope) -> bool:
    """Whether the browser says that another site's page posts it (Fetch Metadata). Where mail
    programs press for their reader (RFC 8058) that is right: the mark is proof enough."""
    if scope["method"] != "POST" or scope["path"].startswith("/leave/"):
        return False
    return (b"sec-fetch-site", b"cross-site") in scope["headers"]


class TooLarge(Exception):
    """More was sent than any of our forms holds."""


@cache
def _headers() -> dict[str, str]:
    policy = (
        f"default-src 'none'; style-src {templates.page_style_source()}; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
