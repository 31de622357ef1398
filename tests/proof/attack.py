"""The worst that clients do at once to our memory, in a process of its own. No tests here.

``python -m tests.proof.attack PORT SECONDS`` keeps 300 connections busy, 20 from each of 15
addresses of this machine: endless lines, headers, commands and letters, large letters that are
never ended, and whole bombs for the reading room. At the end it prints what it heard.
"""

from __future__ import annotations

import asyncio
import base64
import io
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle

from PIL import Image

NEWS = b"news@lists.example.org"
SOURCES, FROM_EACH = 15, 20
MIB = 1024 * 1024
SIZE = 25 * MIB
PIECE = 256 * 1024
LINE = b"The food bank at Oak House opens at ten, and the kettle is on for all who come.\r\n"


class Client:
    """One connection after the other from one address."""

    def __init__(self, port: int, source: str, heard: Counter[str]) -> None:
        self._port = port
        self._source = source
        self.heard = heard

    async def call(self, attack: Callable[[Client], Awaitable[None]]) -> None:
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self._port, local_addr=(self._source, 0), limit=MIB
        )
        try:
            await self.listen()
            await attack(self)
        finally:
            self.writer.close()

    async def say(self, line: bytes) -> str:
        self.writer.write(line)
        return await self.listen()

    async def listen(self) -> str:
        answer = await self.reader.readuntil(b"\r\n")
        while answer[3:4] == b"-":
            answer = await self.reader.readuntil(b"\r\n")
        return answer.decode()

    async def up_to_data(self) -> None:
        for line in (
            b"EHLO evil.example",
            b"MAIL FROM:<m@evil.example>",
            b"RCPT TO:<%s>" % NEWS,
            b"DATA",
        ):
            await self.say(line + b"\r\n")

    async def pour(self, content: bytes, most: int) -> None:
        """``content`` again and again, as fast as it is taken."""
        poured, piece = 0, content * max(1, PIECE // len(content))
        while poured < most:
            self.writer.write(piece)
            await self.writer.drain()
            poured += len(piece)


async def large_letter_without_end(client: Client) -> None:
    await client.up_to_data()
    client.writer.write(b"Subject: one\r\n\r\n")
    await client.pour(LINE, SIZE - 2 * PIECE)
    await asyncio.sleep(20)


async def one_line_without_end(client: Client) -> None:
    await client.up_to_data()
    client.writer.write(b"Subject: one\r\n\r\n")
    await client.pour(b"x" * 1000, 3 * SIZE)


async def header_without_end(client: Client) -> None:
    await client.up_to_data()
    await client.pour(b"X-Header: " + b"y" * 60 + b"\r\n", 3 * SIZE)


async def command_without_end(client: Client) -> None:
    await client.pour(b"EHLO" * 250, SIZE)


async def commands_ahead(client: Client) -> None:
    await client.pour(b"RSET\r\n" * 100, SIZE)


def whole(raw: bytes) -> Callable[[Client], Awaitable[None]]:
    """One letter to its end, and its answer."""

    async def attack(client: Client) -> None:
        await client.up_to_data()
        unlike = b"Message-ID: <%d@evil.example>\r\n" % time.monotonic_ns()
        client.writer.write(unlike + raw + b"\r\n.\r\n")
        await client.writer.drain()
        client.heard[f"a whole letter: {(await client.listen())[:9]}"] += 1

    attack.__name__ = "a whole letter"
    return attack


def bombs() -> Iterator[bytes]:
    """Letters that cost their reader the most, each within what the door takes."""
    yield _letter(b"multipart/mixed; boundary=x", b"--x\r\n\r\na\r\n" * (SIZE // 13))
    nested = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (depth, depth + 1)
        for depth in range(20_000)
    )
    yield _letter(b"multipart/mixed; boundary=b0", nested)
    yield _letter(b"text/html", b"<table><tr><td><div>" * (SIZE // 24))
    yield _letter(b"text/html", b"<a href='https://evil.example/'>" * (SIZE // 40))
    yield _letter(b"text/plain", b"> > > a\r\n" * (SIZE // 11))
    yield _letter(b"text/plain; charset=utf-8", LINE * (SIZE // 96))
    yield _with_file("image/png", _endless_png(30_000))
    yield _with_file("image/png", _endless_png(4_990))
    yield _with_file("image/jpeg", _photo("JPEG", progressive=True, subsampling=0))
    yield _with_file("image/webp", _photo("WEBP", method=0))
    yield _with_file("application/zip", _endless_document())
    yield _with_file("application/pdf", b"%PDF-1.7\n" + b"1 0 obj <</A [[[[[ " * 900_000)


def _letter(kind: bytes, body: bytes) -> bytes:
    head = b"From: m@evil.example\r\nSubject: one\r\nMIME-Version: 1.0\r\nContent-Type: "
    return head + kind + b"\r\n\r\n" + body + b"\r\n"


def _with_file(kind: str, content: bytes) -> bytes:
    head = f"--x\r\n\r\nLook.\r\n--x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64"
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    body = head.encode() + b"\r\n\r\n" + lines + b"--x--\r\n"
    return _letter(b"multipart/mixed; boundary=x", body)


def _endless_png(side: int) -> bytes:
    """A picture of so many pixels a side in a few kilobytes; beyond 5,000 only its head says so."""
    row = b"\0" + b"\7" * (side * 4)
    pixels = zlib.compress(row * min(side, 5_000), 1)
    head = side.to_bytes(4) * 2 + b"\x08\x06\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)
        for name, data in ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    )


def _photo(form: str, **options: bool | int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((4_990, 4_990), 20).convert("RGB").save(file, form, quality=40, **options)
    return file.getvalue()[: 17 * MIB]


def _endless_document() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        for number in range(4):
            package.writestr(f"word/document{number or ''}.xml", b"<a>" * (16 * MIB))
    return file.getvalue()


async def _one(client: Client, attacks: Iterator[Callable[[Client], Awaitable[None]]]) -> None:
    while True:
        attack = next(attacks)
        try:
            await client.call(attack)
        except (OSError, asyncio.IncompleteReadError) as error:
            client.heard[f"{attack.__name__}: {type(error).__name__}"] += 1
            await asyncio.sleep(0.2)
        else:
            client.heard[f"{attack.__name__}: to its end"] += 1


async def main(port: int, seconds: float) -> None:
    heard: Counter[str] = Counter()
    poured = [large_letter_without_end, one_line_without_end, header_without_end,
              command_without_end, commands_ahead]  # fmt: skip
    large = [whole(bomb) for bomb in bombs()]
    print("ready", flush=True)
    order = cycle([attack for one in large for attack in (*poured, large_letter_without_end, one)])
    clients = [
        Client(port, f"127.0.0.{2 + number % SOURCES}", heard)
        for number in range(SOURCES * FROM_EACH)
    ]
    tasks = [asyncio.create_task(_one(client, order)) for client in clients]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for said, times in sorted(heard.items()):
        print(f"{times:6} {said.strip()}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
