"""A server that swallows mail as fast as it can, for senders to be measured against.

Debian's smtp-sink where it is there, for it is written in C; else a small one of our own in a
process of its own.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sink() -> Iterator[tuple[int, str]]:
    """(port, what it is)"""
    port = _free_port()
    found = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")
    if found:
        command = [found, "-u", "nobody", "-c", f"127.0.0.1:{port}", "1000"]
        command.remove("-c")  # it would count aloud
        named = "smtp-sink"
    else:
        command = [sys.executable, str(Path(__file__)), str(port)]
        named = "a sink in Python"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port, named
    finally:
        process.terminate()
        process.wait(10)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


class _Swallow(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._data, self._in_mail = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._data += data
        while True:
            if self._in_mail:
                end = self._data.find(b"\r\n.\r\n")
                if end < 0:
                    self._data = self._data[-4:]
                    return
                self._data, self._in_mail = self._data[end + 5 :], False
                self._transport.write(b"250 kept\r\n")
            line, found, rest = self._data.partition(b"\r\n")
            if not found:
                return
            self._data = rest
            self._in_mail = line.upper() == b"DATA"
            self._transport.write(_answer(line.upper()))


def _answer(line: bytes) -> bytes:
    if line.startswith(b"EHLO"):
        return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
    return b"354 go on\r\n" if line == b"DATA" else b"250 ok\r\n"


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Swallow, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
