"""A door on a free port, and a raw socket that says to it exactly what a test wants said.

Not a mail client: what goes over the wire is the test's own bytes, right or wrong.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ingest.door import Door, open_door
from ingest.door_settings import DoorSettings
from ingest.recipients import Answer
from storage.records import Arrival
from tests.servers import free_port

Value = TypeVar("Value")

OURS = "news@lists.example.org"
HELLO = b"EHLO client.example\r\n"
MAIL = b"MAIL FROM:<alice@charity.example>\r\n"
RCPT = b"RCPT TO:<news@lists.example.org>\r\n"
DATA = b"DATA\r\n"
LETTER = b"From: alice@charity.example\r\nSubject: Food bank\r\n\r\nWe open at ten.\r\n"


def only_news(address: str) -> Answer:
    return "ours" if address.lower() == OURS else "unknown"


@dataclass
class RunningDoor:
    """A door in a thread with a loop of its own, and the arrivals that it kept."""

    door: Door
    loop: asyncio.AbstractEventLoop
    kept: list[Arrival] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.door.port

    def do(self, coroutine: Coroutine[Any, Any, Value]) -> Value:
        """Runs it where the door lives."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def wait_until(self, true: Callable[[], bool], seconds: float = 5.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.01)

    def has_nobody(self) -> bool:
        return len(self.door.crowd) == 0


@contextmanager
def running_door(
    keep: Callable[[list[Arrival]], object] | None = None,
    is_ours: Callable[[str], Answer] = only_news,
    **settings: Any,
) -> Iterator[RunningDoor]:
    """``settings`` are those of DoorSettings. Without ``keep``, arrivals land in ``kept``."""
    kept: list[Arrival] = []
    chosen = DoorSettings(**{"hostname": "lists.example.org", "port": free_port(), **settings})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = open_door(chosen, is_ours, keep or kept.extend)
    door = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    try:
        yield RunningDoor(door, loop, kept)
    finally:
        asyncio.run_coroutine_threadsafe(door.close(0.2), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


class Dialogue:
    """One connection. Use with ``with``; the greeting is read at the start."""

    def __init__(
        self, port: int, *, source: str = "127.0.0.1", greeted: bool = True, timeout: float = 10.0
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        self._read = b""
        self.greeting = self.reply() if greeted else ""

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """One reply with all its lines; "" when the connection was closed instead."""
        lines = []
        while True:
            line = self._line()
            lines.append(line)
            if line[3:4] != "-":
                return "\n".join(lines)

    def say(self, line: bytes) -> str:
        self.send(line if line.endswith(b"\r\n") else line + b"\r\n")
        return self.reply()

    def replies(self) -> list[str]:
        """Everything that is answered until the other side closes; call ``no_more`` first."""
        found = []
        while reply := self.reply():
            found.append(reply)
        return found

    def no_more(self) -> None:
        """We have said everything; the other side may still answer."""
        self.socket.shutdown(socket.SHUT_WR)

    def begin(self) -> None:
        """Hello, sender and one of our addresses."""
        for line in (HELLO, MAIL, RCPT):
            assert self.say(line).startswith("250"), line

    def deliver(self, letter: bytes = LETTER) -> str:
        """A whole letter, whose bytes are sent as they are; the answer after the dot."""
        self.begin()
        assert self.say(DATA).startswith("354")
        return self.say(letter + b".\r\n")

    def is_closed(self) -> bool:
        """Whether the other side hangs up (after anything it may still say)."""
        try:
            while self.reply():
                pass
        except TimeoutError:
            return False
        return True

    def _line(self) -> str:
        while b"\r\n" not in self._read:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return ""
            self._read += data
        line, _, self._read = self._read.partition(b"\r\n")
        return line.decode()


def honest_letter_is_taken(port: int, source: str = "127.0.0.1", seconds: float = 2.0) -> None:
    """Whatever went on before or goes on now, an honest letter gets in within two seconds."""
    began = time.monotonic()
    with Dialogue(port, source=source) as dialogue:
        assert dialogue.deliver().startswith("250 2.0.0")
    assert time.monotonic() - began < seconds
