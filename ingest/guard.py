"""The bounded stream between the wire and aiosmtpd: strict CRLF, no endless line or message.

It stands in for aiosmtpd's own reader, which takes a bare LF for the end of a command and lets one
line grow without bound. It knows bytes and limits; replies and addresses are not its business.
"""

from __future__ import annotations

import asyncio
import re

from ingest.crowd import Load

MOST_COMMAND_BYTES = 2048
"""RFC 5321 §4.5.3.1.4 asks for 512 and leaves room for extensions."""
MOST_LINE_BYTES = 64 * 1024
"""A command line that goes on beyond this is an attack, and we hang up."""
MOST_HEADER_BYTES = 128 * 1024
MOST_BYTES_OVER = 32 * 1024 * 1024
"""So far we read on, throwing away, to be able to tell an honest sender that it is too large."""

LINES_IN_A_ROW = 4
"""So many commands that were sent at once are answered before all the others get their turn."""
DISCARD_SECONDS = 0.05
"""Pause after each piece that was thrown away, so that a flood costs the flooder more than us."""

_END_OF_DATA = b"\r\n.\r\n"
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")
_OTHER_PROTOCOL = re.compile(
    rb"(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|CONNECT|TRACE|PATCH|PRI|PROXY|[A-Z-]+:)[ \r]", re.I
)
"""HTTP, its header lines, a proxy's greeting, or the header of a message nobody asked for."""
_HEADER_END = re.compile(rb"\n\r?\n|\r\r")
_LETTERS_AND_LINE_ENDS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\r\n ")


class BadLine(Exception):
    """A command line that is too long, holds control bytes, or does not end with CRLF."""


class NotMail(Exception):
    """No mail dialogue at all (TLS, a binary protocol, a line without end): hang up."""


class TooLarge(Exception):
    """The message is over its limit. It was thrown away, and its end was read."""


class HeaderTooLarge(TooLarge):
    """The header section alone is over its limit."""


class Endless(TooLarge):
    """Far over the limit, and still no end in sight: hang up."""


class NoRoom(Exception):
    """All messages in hand are too many bytes together; this one was thrown away for now."""


class BoundedStream:
    """What aiosmtpd has for a reader: whole strict command lines, and whole messages.

    The protocol puts bytes in with ``feed`` and ``feed_eof``; aiosmtpd's command loop takes lines
    out with ``readuntil``. ``_transport`` and ``_buffer`` have the names under which aiosmtpd, at
    STARTTLS, puts in the encrypted transport and empties what was sent before it.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._paused = False
        self._given_up: Exception | None = None
        self._searched = 0
        self._header_is_whole = False
        self._lines_in_a_row = 0
        self.last_heard = self._loop.time()

    def feed(self, data: bytes) -> None:
        """Bytes from the client. When nobody reads, TCP is made to hold the client back."""
        self.last_heard = self._loop.time()
        self._buffer += data
        if self._waiter is not None:
            self._wake()
        elif len(self._buffer) > MOST_LINE_BYTES and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def feed_eof(self) -> None:
        """The client will send no more. What it sent before is still served."""
        self._ended = True
        self._wake()

    def forget(self) -> None:
        """Throw away what was sent ahead, as before a TLS handshake (RFC 3207 §6)."""
        self._buffer.clear()
        self._resume()

    async def readuntil(self) -> bytes:
        """One command line with its CRLF.

        Raises BadLine or NotMail, and CancelledError when the client has gone: that is how
        aiosmtpd's loop ends.
        """
        while (end := self._buffer.find(b"\n")) < 0:
            self._check_first_byte()
            if len(self._buffer) > MOST_COMMAND_BYTES:
                await self._skip_line()
                raise BadLine("too long")
            await self._more()
        self._check_first_byte()
        await self._let_others_in()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return _strict(line)

    async def read_message(self, load: Load, most_bytes: int, most_header_bytes: int) -> bytes:
        """What stands between DATA and the final dot: dot-stuffed, ends with CRLF.

        Only CR LF . CR LF is the end; every other spelling is a smuggler's (RFC 5321 §4.1.1.4).
        Raises TooLarge, HeaderTooLarge or NoRoom once the end was read, Endless when it did not
        come. What the client sent after the end stays for the next ``readuntil``.
        """
        self._given_up = None
        # DATA itself ended with CRLF, so "." as the very first line is the end of the message.
        self._buffer[:0] = b"\r\n"
        end = await self._find_end(load, most_bytes, most_header_bytes)
        if end > most_bytes:
            self._given_up = self._given_up or TooLarge()
        with memoryview(self._buffer) as view:  # a slice of the buffer would be one more copy
            message = b"" if self._given_up else bytes(view[2 : end + 2])
        del self._buffer[: end + len(_END_OF_DATA)]
        if self._given_up is not None:
            raise self._given_up
        load.complete = True
        return message

    def give_up(self, reason: Exception) -> None:
        """Keep nothing of the message that is being read but the few bytes that may end it."""
        self._given_up = self._given_up or reason
        del self._buffer[: 1 - len(_END_OF_DATA)]
        self._searched = 0

    async def _find_end(self, load: Load, most_bytes: int, most_header_bytes: int) -> int:
        thrown_away = 0
        self._searched = 0
        self._header_is_whole = False
        while (end := self._buffer.find(_END_OF_DATA, max(0, self._searched - 4))) < 0:
            self._searched = held = len(self._buffer)
            self._given_up = self._given_up or self._why_give_up(most_bytes, most_header_bytes)
            if self._given_up is None:
                load.grow_to(held)  # for which this very letter may be put down
            if self._given_up is not None:
                load.release()
                self.give_up(self._given_up)
                thrown_away += held - len(self._buffer)
            if thrown_away > most_bytes + MOST_BYTES_OVER:
                raise Endless
            if self._given_up is not None and held > MOST_LINE_BYTES:
                await asyncio.sleep(DISCARD_SECONDS)  # and look at what came in meanwhile
            else:
                await self._more()
        return end

    def _why_give_up(self, most_bytes: int, most_header_bytes: int) -> Exception | None:
        held = len(self._buffer)
        if held > most_header_bytes and not self._header_is_whole:
            found = _HEADER_END.search(self._buffer, 0, most_header_bytes)
            self._header_is_whole = found is not None
            if found is None:
                return HeaderTooLarge()
        return TooLarge() if held > most_bytes else None

    async def _let_others_in(self) -> None:
        self._lines_in_a_row += 1
        if self._lines_in_a_row > LINES_IN_A_ROW:
            self._lines_in_a_row = 0
            await asyncio.sleep(0)

    def _check_first_byte(self) -> None:
        if self._buffer and self._buffer[0] not in _LETTERS_AND_LINE_ENDS:
            raise NotMail("no command begins like this")

    async def _skip_line(self) -> None:
        skipped = 0
        while (end := self._buffer.find(b"\n")) < 0:
            skipped += len(self._buffer)
            self._buffer.clear()
            if skipped > MOST_LINE_BYTES:
                raise NotMail("a line without end")
            await self._more()
        del self._buffer[: end + 1]

    async def _more(self) -> None:
        if self._ended or self._transport.is_closing():
            raise asyncio.CancelledError
        self._resume()
        self._lines_in_a_row = 0
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _resume(self) -> None:
        if self._paused and not self._transport.is_closing():
            self._paused = False
            self._transport.resume_reading()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _strict(line: bytes) -> bytes:
    if _OTHER_PROTOCOL.match(line):
        raise NotMail("another protocol, or a message without its DATA")
    if len(line) > MOST_COMMAND_BYTES:
        raise BadLine("too long")
    if not line.endswith(b"\r\n"):
        raise BadLine("does not end with CRLF")
    if _CONTROLS.search(line, 0, len(line) - 2):
        raise BadLine("holds control bytes")
    return line
