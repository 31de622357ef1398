"""A real SMTP server in the smarthost's place: it keeps all mail, and can be told to be bad."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mailbox import Mail


@dataclass
class CatchingServer:
    """Change the answers at any time; they count from the next command on."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    """Everything whose final dot was seen, also what was then refused or left unanswered."""
    connections: int = 0
    """How many were opened so far."""
    answers: dict[str, str] = field(default_factory=dict)
    """The answer to RCPT for an address, such as "550 5.1.1 no such mailbox"; else 250."""
    after_dot: dict[str, str] = field(default_factory=dict)
    """The answer to the whole message when it is for this address."""
    drop_after_dot: int = 0
    """So many of the next messages are kept and get no answer: the connection breaks."""
    broken_after_dot: int = 0
    """How many clients went before they had the answer to a final dot."""
    pipelining: bool = True
    seconds: float = 0.0
    """How long the answer to the final dot takes."""
    options: dict[str, Any] = field(default_factory=dict)
    """For aiosmtpd's SMTP, such as tls_context or authenticator."""

    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _transports: set[Any] = field(default_factory=set)

    def __call__(self) -> list[Mail]:
        """The mails so far, oldest first: a mailbox for ``wait_for_mail``."""
        return list(self.mails)

    def start(self) -> None:
        """Listens: on a free port the first time, then on the same one again."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the catching server did not start"

    def stop(self) -> None:
        """Goes away, as a smarthost that is restarted; open connections break."""
        if self._thread:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._thread = None

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(
            self._loop.create_server(self._new_session, "127.0.0.1", self.port)
        )
        self.port = listening.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        listening.close()
        for transport in self._transports:
            transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0.01))  # lets the broken connections end
        self._loop.close()

    def _new_session(self) -> SMTP:
        self.connections += 1
        return SMTP(_Handler(self), hostname="smarthost.example", loop=self._loop, **self.options)


class _Handler:
    """The method names and arguments are aiosmtpd's."""

    def __init__(self, server: CatchingServer) -> None:
        self.server = server

    async def handle_EHLO(
        self, smtp: SMTP, session: Session, _envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.server._transports.add(smtp.transport)
        # As nearly every mail server does, and as aiosmtpd can.
        return [*answers[:1], "250-PIPELINING", *answers[1:]] if self.server.pipelining else answers

    async def handle_RCPT(
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.server.answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        recipients = tuple(envelope.rcpt_tos)
        # First the answer, then the mail: a test that sees the mail may change the answers.
        answers = (self.server.after_dot.get(address) for address in recipients)
        answer = next((answer for answer in answers if answer), "250 OK")
        drop = self.server.drop_after_dot > 0
        self.server.drop_after_dot -= drop
        self.server.mails.append(Mail(content, envelope.mail_from or "", recipients))
        try:
            await asyncio.sleep(self.server.seconds)
        except asyncio.CancelledError:
            self.server.broken_after_dot += 1
            raise
        if drop:
            cast(asyncio.Transport, smtp.transport).abort()
        return answer


@contextmanager
def catching(**options: Any) -> Iterator[CatchingServer]:
    """A started server; it stops at the end."""
    server = CatchingServer(options=options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
