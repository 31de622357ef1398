"""Numbers for a watcher such as Prometheus, as text, on a port of this machine only.

No address, name or subject stands in them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime

from digest.lateness import late
from storage import holds, letters, outgoing, state
from storage.database import Database, Unavailable

SECONDS = 5.0
Sample = tuple[str, str, str, float]
"""(name, labels, help, value)"""


@contextlib.asynccontextmanager
async def metrics_at(
    listen: str, database: Database, counts: Mapping[str, int]
) -> AsyncIterator[None]:
    """Answers every request at ``listen`` with the numbers of that moment."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                while (await reader.readline()).strip():
                    pass
                writer.write(await asyncio.to_thread(_response, database, counts))
                await writer.drain()
        except (TimeoutError, OSError, ValueError):
            pass
        finally:
            writer.close()

    host, _, port = listen.rpartition(":")
    server = await asyncio.start_server(answer, host.strip("[]"), int(port))
    try:
        yield
    finally:
        server.close()


def text(database: Database, counts: Mapping[str, int], now: datetime) -> str:
    """The numbers in the text format 0.0.4."""
    lines: list[str] = []
    named = set()
    for name, labels, words, value in _samples(database, counts, now):
        if name not in named:
            named.add(name)
            kind = "counter" if name.endswith("_total") else "gauge"
            lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines.append(f"{name}{labels} {value:g}")
    return "\n".join(lines) + "\n"


def _response(database: Database, counts: Mapping[str, int]) -> bytes:
    try:
        body, status = text(database, counts, datetime.now(UTC)), "200 OK"
    except Unavailable:
        body, status = "postround_up 0\n", "503 Service Unavailable"
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


def _samples(database: Database, counts: Mapping[str, int], now: datetime) -> Iterator[Sample]:
    with database.read() as tx:
        box = state.outbox(tx, now)
        yield "postround_up", "", "Whether the database can be used.", 1
        for name, number in sorted(letters.counts(tx).items()):
            yield "postround_letters", _label("state", name), "Letters by their state.", number
        for name, number in sorted(outgoing.counts(tx).items()):
            yield "postround_outgoing", _label("state", name), "Mails by their state.", number
        for name, number in sorted(state.people(tx).items()):
            yield "postround_readers", _label("state", name), "Readers by their state.", number
        yield "postround_posts_held", "", "Posts that wait for a moderator.", state.held_posts(tx)
        yield "postround_editions_late", "", "Round-ups overdue.", len(late(tx, now))
        yield "postround_hold", "", "Whether sending is on hold.", int(holds.in_force(tx))
        since = box.forgotten_since
        waits = (now - since).total_seconds() if since else 0
        yield "postround_outgoing_overdue_seconds", "", "How long a mail is due untried.", waits
    yield "postround_database_bytes", "", "Size of the database.", state.size(database)
    yield "postround_kept_total", "", "Letters kept by this process.", counts.get("kept", 0)


def _label(name: str, value: str) -> str:
    return f'{{{name}="{value}"}}'
