"""One mail over an open connection: MAIL, RCPT and DATA together where PIPELINING is offered, and
with the dot of the mail before where that is known to be next (RFC 2920 §3.1).

Connecting, TLS and login are the library's; it waits for each answer in turn, which costs most
of the time on the way to a smarthost that is not next door. Retrying is not decided here.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from email import message_from_bytes, policy
from typing import NamedTuple

from delivery.assemble import Plain
from storage.records import Refused, Result, Sent, TryLater

# RFC 5321 §4.5.3.2: whoever hangs up sooner makes duplicates at a slow server.
ENVELOPE_SECONDS = 300
DOT_SECONDS = 600
QUIT_SECONDS = 2
LONGEST_REPLY = 32 * 1024
DOT = b".\r\n"

NO_ANSWER = "no answer in time"
PERHAPS_SENT = "perhaps sent: "
"""Begins the reason where nobody can know whether the other server took the mail."""
BeforeDot = Callable[[], Awaitable[None] | None]
"""Asked before the dot, by which a mail is handed over; None: there is nothing to wait for."""
Following = Callable[[], tuple[str, str, bytes] | None]
"""Asked at the dot for what will be sent next: envelope sender, recipient, mail."""
_Lines = tuple[bytes, bytes, bytes]

ODD_LETTERS = "553 5.6.7 The address has letters that the mail server of ours does not carry."
"""What we say ourselves where SMTPUTF8 is not offered (RFC 6531 §3.5)."""

LOG_IN_FIRST = (530, 534, 535, 538)
"""RFC 4954 §6: it says something about our settings and nothing about the mail."""
MAILBOX = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+\Z")
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?\Z", re.DOTALL)
_ABOUT_THE_ADDRESS = re.compile(r"5[0-9][0-9] 5\.(?:[12]\.|6\.7)")
_STATUS = re.compile(r"5[0-9][0-9] 5\.[0-9]")


class Broken(Exception):
    """The connection is of no more use."""


class Reply(NamedTuple):
    code: int
    text: str

    @property
    def reason(self) -> str:
        return f"{self.code} {self.text}"[:500]


class Dialogue(asyncio.BufferedProtocol):
    """Takes over a connection on which the server has greeted us and was greeted back."""

    def __init__(self, transport: asyncio.Transport, extensions: Collection[str]) -> None:
        self._transport = transport
        self._pipelining = "pipelining" in extensions
        self._eight_bits = "8bitmime" in extensions
        # Who offers it carries eight bits, too (RFC 6531 §3.1).
        self._utf8 = "smtputf8" in extensions and self._eight_bits
        self._text = b""
        # Asyncio's own would be new and of 256 KiB each time. A view, for asyncio slices it where
        # several TLS records are there at once, and a slice of a bytearray would be a copy.
        self._buffer = memoryview(bytearray(4096))
        self._said: list[str] = []
        self._replies: deque[Reply] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._ended: str = ""
        self._loop = asyncio.get_running_loop()
        self._begun: tuple[str, str] | None = None
        self._until = 0.0
        self._alarm: asyncio.TimerHandle | None = None
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """False once the server has gone, or said something that it was not asked."""
        unasked = (self._replies or self._text) and not self._begun
        return not (self._ended or unasked or self._transport.is_closing())

    @property
    def has_begun(self) -> bool:
        """Whether the envelope of the next mail went out with the last dot."""
        return self._begun is not None

    def serves(self, envelope_from: str, to: str) -> bool:
        """Whether this mail can be the next here: none is, or this one, whose envelope went out
        with the last dot."""
        return self.usable and self._begun in (None, (envelope_from, to))

    def carries(self, address: str) -> bool:
        """Whether the server takes mail to such an address at all (RFC 6531 §3.1)."""
        return self._utf8 or address.isascii()

    async def send(
        self,
        envelope_from: str,
        to: str,
        message: bytes,
        before_dot: BeforeDot | None = None,
        following: Following | None = None,
    ) -> Result:
        """Hands one mail over. After a result with ``connection`` the dialogue is closed.

        What ``before_dot`` gives is waited for when all but the dot is on its way. What it raises
        is raised, and then the other server has no mail. What ``following`` gives is the only
        mail that may come next, as ``serves`` tells.
        """
        if no := self._unfit(to):
            return no
        phase = ""
        try:
            self._answer_within(ENVELOPE_SECONDS)
            refused = await self._envelope(self._lines(envelope_from, to, message))
            if refused is not None:
                return refused
            await self._content(message, before_dot, following)
            self._answer_within(DOT_SECONDS)
            phase = PERHAPS_SENT
            return self._judged(await self._reply(), everybody=True)
        except Broken as error:
            self.abort()
            return TryLater(f"{phase}{error}"[:500], connection=True)
        finally:
            self._until = 0.0

    async def quit(self) -> None:
        """Says goodbye where that is quick."""
        try:
            async with asyncio.timeout(QUIT_SECONDS):
                if self.usable and not self._begun:
                    self._write(b"QUIT\r\n")
                    await self._reply()
        except (Broken, TimeoutError):
            pass
        self.abort()

    def abort(self) -> None:
        """Without a goodbye: what was not ended by a dot is then no mail (RFC 5321 §4.1.1.4)."""
        self._transport.abort()

    def _unfit(self, to: str) -> Refused | None:
        if not MAILBOX.match(to):
            return Refused("No address that mail could go to.")
        return None if self.carries(to) else Refused(ODD_LETTERS)

    def _lines(self, envelope_from: str, to: str, message: bytes) -> _Lines:
        options = self._options(message, to)
        return (
            b"MAIL FROM:<%s>%s\r\n" % (envelope_from.encode("ascii"), options),
            b"RCPT TO:<%s>\r\n" % to.encode(),
            b"DATA\r\n",
        )

    def _options(self, message: bytes, to: str) -> bytes:
        if not to.isascii():
            return b" SMTPUTF8 BODY=8BITMIME"
        return b" BODY=8BITMIME" if self._eight_bits and not _seven(message) else b""

    async def _content(
        self, message: bytes, before_dot: BeforeDot | None, following: Following | None
    ) -> None:
        message = message if self._eight_bits else seven_bits(message)
        message = message if isinstance(message, Plain) else _stuffed(message)
        self._until = 0.0  # from here on it waits for us
        wait = before_dot() if before_dot else None
        if wait is None:
            self._write(message + self._dot(following))
            return
        self._write(message)
        try:
            await wait
        except BaseException:
            self.abort()
            raise
        self._write(self._dot(following))

    def _dot(self, following: Following | None) -> bytes:
        after = following() if following and self._pipelining else None
        if after is None or self._unfit(after[1]):
            return DOT
        self._begun = after[:2]
        return b"".join((DOT, *self._lines(*after)))

    async def _envelope(self, lines: _Lines) -> Result | None:
        """None when the server now waits for the mail."""
        begun, self._begun = self._begun, None
        if self._pipelining and not begun:
            self._write(b"".join(lines))
        replies: list[Reply] = []
        for line in lines:
            if not self._pipelining:
                self._write(line)
            replies.append(await self._reply())
            if not self._pipelining and replies[-1].code >= 400:
                break
        return await self._answer(replies)

    async def _answer(self, replies: list[Reply]) -> Result | None:
        wanted = (250, 250, 354)
        for number, reply in enumerate(replies):
            # 251: it will pass the mail on (RFC 5321 §3.4).
            if reply.code not in (wanted[number], wanted[number] + 1):
                no = self._judged(reply, everybody=number != 1 or _policy_of_theirs(reply))
                await self._forget(no, replies[-1])
                return no
        return None

    async def _forget(self, no: Result, last: Reply) -> None:
        """Makes the connection ready for the next mail, or ends it."""
        if isinstance(no, Sent) or last.code == 354:
            # It waits for a mail that nobody is to get: without a dot there is none.
            self.abort()
        elif not (isinstance(no, TryLater) and no.connection):
            self._write(b"RSET\r\n")
            await self._reply()

    def _judged(self, reply: Reply, *, everybody: bool) -> Result:
        """What a reply means. ``everybody``: it was not said about the recipient."""
        if reply.code == 250:
            return Sent(reply.text[:500])
        if reply.code == 421 or reply.code in LOG_IN_FIRST or not 400 <= reply.code < 600:
            self.abort()
            return TryLater(reply.reason, connection=True)
        if reply.code < 500:
            return TryLater(reply.reason)
        return Refused(reply.reason, everybody=everybody)

    def _write(self, data: bytes) -> None:
        if self._ended or self._transport.is_closing():
            raise Broken(self._ended or "the connection is closed")
        self._transport.write(data)

    async def _reply(self) -> Reply:
        while not self._replies:
            if self._ended:
                raise Broken(self._ended)
            self._waiting = self._loop.create_future()
            await self._waiting
        return self._replies.popleft()

    def _answer_within(self, seconds: float) -> None:
        """One alarm for many mails: it looks at the time again when it rings."""
        self._until = self._loop.time() + seconds
        if self._alarm is None or self._alarm.when() > self._until:
            self._ring_at(self._until)

    def _ring_at(self, when: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_at(when, self._rung)

    def _rung(self) -> None:
        self._alarm = None
        if not self._until or self._ended:
            return
        if self._until <= self._loop.time():
            self._end(NO_ANSWER)
        else:
            self._ring_at(self._until)

    # What asyncio calls -----------------------------------------------------------------------

    def get_buffer(self, _sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        *lines, self._text = (self._text + bytes(self._buffer[:nbytes])).split(b"\n")
        for line in lines:
            self._read_line(line.rstrip(b"\r"))
        if len(self._text) + sum(map(len, self._said)) > LONGEST_REPLY:
            self._end("an endless answer")
        self._wake()

    def _read_line(self, line: bytes) -> None:
        found = _LINE.match(line)
        if found is None:
            self._end(f"no SMTP: {line[:80]!r}")
            return
        self._said.append((found[3] or b"").decode("utf-8", "replace").strip())
        if found[2] != b"-":
            self._replies.append(Reply(int(found[1]), "\n".join(self._said)))
            self._said = []

    def eof_received(self) -> None:
        self._end("the server hung up")

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"{type(error).__name__}: {error}" if error else "the server hung up")

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)


def _policy_of_theirs(reply: Reply) -> bool:
    """Whether a refusal at RCPT is about us and not about that address (RFC 3463 §3.2, §3.3)."""
    return bool(_STATUS.match(reply.reason) and not _ABOUT_THE_ADDRESS.match(reply.reason))


def _seven(message: bytes) -> bool:
    return isinstance(message, Plain) or message.isascii()


def seven_bits(message: bytes) -> bytes:
    """The mail for a server that does not take eight (RFC 6152 §3). Ours have seven already."""
    if _seven(message):
        return message
    return message_from_bytes(message).as_bytes(policy=policy.SMTP.clone(cte_type="7bit"))


def _stuffed(message: bytes) -> bytes:
    """The mail as it stands before its dot (RFC 5321 §4.5.2)."""
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
