"""A plain, fast SMTP client for load: whole messages over kept connections, each one timed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field


@dataclass
class Load:
    """What a round of sending gave."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Messages a second."""
        return len(self.latencies) / self.seconds

    @property
    def p95(self) -> float:
        """Milliseconds from MAIL to the answer after the dot, for 95 of 100 messages."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[int(len(ordered) * 0.95)]


async def load(port: int, recipient: str, *, connections: int, seconds: float, size: int) -> Load:
    """Sends for some seconds; raises when a message is not accepted."""
    result = Load()
    began = time.perf_counter()
    clients = [_Client(port, recipient, number, size) for number in range(connections)]
    await asyncio.gather(*(client.run(began + seconds, result) for client in clients))
    result.seconds = time.perf_counter() - began
    return result


class _Client:
    def __init__(self, port: int, recipient: str, number: int, size: int) -> None:
        self._port = port
        self._recipient = recipient
        self._number = number
        self._body = _body(size)

    async def run(self, until: float, result: Load) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._reader, self._writer = reader, writer
        await self._say(b"", b"220")
        await self._say(b"EHLO client.example\r\n", b"250")
        sent = 0
        while time.perf_counter() < until:
            began = time.perf_counter()
            await self._send(sent)
            result.latencies.append(time.perf_counter() - began)
            sent += 1
        await self._say(b"QUIT\r\n", b"221")
        writer.close()

    async def _send(self, count: int) -> None:
        await self._say(b"MAIL FROM:<alice@charity.example>\r\n", b"250")
        await self._say(b"RCPT TO:<%s>\r\n" % self._recipient.encode(), b"250")
        await self._say(b"DATA\r\n", b"354")
        head = b"Message-ID: <%d.%d.%d@charity.example>\r\n"
        await self._say(head % (self._number, count, time.time_ns()) + self._body, b"250")

    async def _say(self, line: bytes, expected: bytes) -> None:
        self._writer.write(line)
        answer = await self._reader.readuntil(b"\r\n")
        while answer[3:4] == b"-":
            answer = await self._reader.readuntil(b"\r\n")
        if not answer.startswith(expected):
            raise RuntimeError(f"expected {expected!r}, got {answer!r}")


def _body(size: int) -> bytes:
    head = b"From: Alice <alice@charity.example>\r\nSubject: Load\r\n\r\n"
    line = b"The food bank opens on Monday at ten, and the kettle is on for all.\r\n"
    return head + line * max(1, (size - len(head)) // len(line)) + b".\r\n"
