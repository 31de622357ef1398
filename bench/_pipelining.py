"""A bare SMTP client with PIPELINING: ready-made mails over kept connections, and nothing else.

What a sender costs beside this is what it does beside sending.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

ENVELOPE = (
    b"MAIL FROM:<news-bounce+mark@lists.example>\r\nRCPT TO:<carol@reader.example>\r\nDATA\r\n"
)


def send(port: int, mails: Sequence[bytes], number: int, connections: int) -> tuple[float, float]:
    """(wall seconds, CPU seconds) for ``number`` mails, taken from ``mails`` in turn."""
    ready = [mail + b".\r\n" for mail in mails]
    left = iter(range(number))
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_all(port, ready, left, connections))
    return time.perf_counter() - began, time.process_time() - cpu


async def _all(port: int, ready: Sequence[bytes], left: Iterator[int], connections: int) -> None:
    loop = asyncio.get_running_loop()
    clients = [_Client(ready, left, loop.create_future()) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*(client.done for client in clients))


class _Client(asyncio.Protocol):
    def __init__(
        self, ready: Sequence[bytes], left: Iterator[int], done: asyncio.Future[None]
    ) -> None:
        self._ready, self._left, self.done = ready, left, done
        self._text, self._state = b"", "greeting"

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *lines, self._text = (self._text + data).split(b"\r\n")
        for line in lines:
            if line[3:4] != b"-":
                self._answered(line)

    def _answered(self, line: bytes) -> None:
        if self._state == "greeting":
            self._state = "hello"
            self._transport.write(b"EHLO lists.example\r\n")
        elif line.startswith(b"354"):
            self._state = "mail"
            self._transport.write(self._ready[self._number % len(self._ready)])
        elif self._state in ("hello", "mail"):
            if not line.startswith(b"250"):
                raise RuntimeError(line)
            self._begin()

    def _begin(self) -> None:
        self._state = "envelope"
        number = next(self._left, None)
        if number is None:
            self._transport.close()
            self.done.set_result(None)
        else:
            self._number = number
            self._transport.write(ENVELOPE)
