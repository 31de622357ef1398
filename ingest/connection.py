"""One client's connection: when it begins, who is waited for how long, and how we hang up.

It knows bytes and clocks. What is said in the dialogue, with every reply code, is in server.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from typing import Any, ClassVar, cast

from aiosmtpd.smtp import SMTP

from ingest.crowd import Crowd
from ingest.door_settings import DoorSettings
from ingest.guard import MOST_COMMAND_BYTES, BoundedStream

LOOK_SECONDS = 3.0
"""How often we look whether a client is still there."""

log = logging.getLogger(__name__)


class Farewell(str):
    """A reply after which we hang up."""

    __slots__ = ()


class Connection(SMTP):
    """One SMTP client. aiosmtpd does the loop over commands and TLS; the clocks are ours."""

    greeting = "ESMTP"
    too_slow: ClassVar[Farewell]
    too_long_a_call: ClassVar[Farewell]

    # aiosmtpd allows 512 bytes and lets EHLO raise that for all sessions; our guard has the limit.
    command_size_limit = MOST_COMMAND_BYTES
    command_size_limits: dict[str, int] = defaultdict(lambda: MOST_COMMAND_BYTES)  # noqa: RUF012

    def __init__(
        self, settings: DoorSettings, crowd: Crowd[Any], *, peer: str, source: str, trusted: bool
    ) -> None:
        super().__init__(
            None,
            data_size_limit=settings.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident=self.greeting,
            tls_context=settings.tls,
            loop=asyncio.get_running_loop(),
        )
        self.settings = settings
        self.crowd = crowd
        self.peer = peer
        self.source = source
        self.trusted = trusted
        self.since = self.loop.time()
        self.in_hand = False
        """Whether a letter is being read or committed; it will be answered."""
        self.committing = False
        """Whoever hangs up now, or would be hung up on, is left alone until that is done."""
        self.leaving: Farewell | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Called a second time by the TLS handshake, which begins from nothing (RFC 3207 §4.2).
        self.hello = ""
        super().connection_made(transport)
        if self._original_transport is None and self._handler_coroutine is not None:
            self._handler_coroutine.add_done_callback(_forget_frames)

    def _set_rset_state(self) -> None:
        self.sender: str | None = None
        self.addressed_to: list[str] = []

    def _cb_client_connected(
        self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # The place where the guard comes in: aiosmtpd reads from it instead of from its own reader.
        self.stream = BoundedStream(cast(asyncio.Transport, writer.transport))
        self._reader = cast(asyncio.StreamReader, self.stream)
        self._writer = writer

    def data_received(self, data: bytes) -> None:
        self.stream.feed(data)

    def eof_received(self) -> bool:
        # aiosmtpd would cancel a commit here. What was sent before the end is still answered.
        self.stream.feed_eof()
        return self._tls_protocol is None

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.leave(self)
        # This object is part of a circle and stays until the next big collection; its bytes go now.
        self.stream.forget()
        super().connection_lost(error)

    def _reset_timeout(self, _duration: float | None = None) -> None:
        # aiosmtpd starts this clock anew with each command and forgets it inside DATA. Ours looks
        # every few seconds at when we last heard a byte, so that no command keeps it from going.
        if self._timeout_handle is None:
            self._watch()

    def _watch(self) -> None:
        self._timeout_handle = self.loop.call_later(LOOK_SECONDS, self._timeout_cb)

    def _timeout_cb(self) -> None:
        self._watch()
        now = self.loop.time()
        if self.committing:
            return
        if now - self.stream.last_heard > self._patience():
            self.dismiss(self.too_slow)
        elif not self.trusted and now - self.since > self.settings.session_seconds:
            self.dismiss(self.too_long_a_call)

    def _patience(self) -> float:
        if self.trusted:
            return self.settings.front_idle_seconds
        if self.crowd.is_crowded():
            return min(self.settings.crowded_idle_seconds, self.settings.idle_seconds)
        return self.settings.idle_seconds

    def dismiss(self, reply: Farewell) -> None:
        """Say goodbye from outside the dialogue, if that can be heard, and hang up."""
        transport = cast(asyncio.Transport | None, self._original_transport or self.transport)
        if transport is None:
            return
        shaking_hands = self._tls_protocol is not None and not self._is_encrypted()
        if shaking_hands or transport.is_closing() or transport.get_write_buffer_size():
            transport.abort()
            return
        self._writer.write(encoded(reply))
        self._writer.close()

    def _is_encrypted(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    def finish(self, reply: Farewell) -> None:
        """Dismiss now, or, with a letter in hand, when that has been answered."""
        if self.in_hand:
            self.leaving = reply
        else:
            self.dismiss(reply)


def _forget_frames(task: asyncio.Task[None]) -> None:
    """A cancelled task keeps its traceback, and that keeps the letter, until somebody asks."""
    with contextlib.suppress(asyncio.CancelledError):
        error = task.exception()
        if error is not None and not isinstance(error, ConnectionError):
            log.error("a conversation ended badly", exc_info=error)


def encoded(reply: str) -> bytes:
    return reply.encode("ascii") + b"\r\n"
