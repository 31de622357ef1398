"""Listens, lets clients in or turns them away, and closes without losing what is in hand.

What is said to a client that was let in is in server.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import socket
from pathlib import Path
from typing import cast

from ingest.arrivals import Arrivals, Keep
from ingest.crowd import Crowd, InFlight, is_among, source_of
from ingest.door_settings import DoorSettings
from ingest.recipients import IsOurs, Recipients
from ingest.server import (
    CLOSING,
    CROWDED,
    CROWDED_BY_YOU,
    Conversation,
    House,
    LocalConversation,
    turn_away,
)

BACKLOG = 256
"""Connections that wait in the kernel until we take them."""
AT_A_TIME = 16
"""So many are taken before those who are in already get their turn; and when there is no file
handle left, asyncio writes so many lines into the log and looks again a second later."""
WORTH_KEEPING_SECONDS = 10.0
"""Nobody who came in more recently, and does not crowd others out, has to leave for a newcomer: an
honest letter is in by then."""
READ_BYTES = 64 * 1024
UNIX = "unix"
# malloc.h
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
ARENAS = 2

log = logging.getLogger(__name__)


async def open_door(
    settings: DoorSettings, is_ours: IsOurs, keep: Keep, *, beside: Door | None = None
) -> Door:
    """A door that listens. ``is_ours`` and ``keep`` are called in threads; see their types.

    A door opened ``beside`` another shares its writer, its recipients and its limit on bytes in
    flight, and has to be closed first. Raises OSError when the address is taken.
    """
    # aiosmtpd logs every command line, with addresses and the marks in them.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    _give_freed_memory_back()
    house = beside.house if beside else _build(settings, is_ours, keep)
    door = Door(settings, house, owns_house=beside is None)
    await door.listen()
    return door


def _build(settings: DoorSettings, is_ours: IsOurs, keep: Keep) -> House:
    return House(Recipients(is_ours), Arrivals(keep), InFlight(settings.in_flight_bytes))


def _give_freed_memory_back() -> None:
    """Let glibc return large freed blocks to the system, always.

    It would learn from the first letter of 20 MiB to keep such blocks, and a flood of them would
    leave us twice as large as they ever were together. And each of our thirty threads would have a
    heap of its own, full of holes. Other C libraries need no telling.
    """
    with contextlib.suppress(AttributeError, OSError):
        allocator = ctypes.CDLL(None)
        allocator.mallopt(M_MMAP_THRESHOLD, 256 * 1024)
        allocator.mallopt(M_ARENA_MAX, ARENAS)


class Door:
    """One listening socket and the conversations that came through it."""

    def __init__(self, settings: DoorSettings, house: House, *, owns_house: bool) -> None:
        self.settings = settings
        self.house = house
        self.crowd: Crowd[Conversation] = Crowd(
            settings.connections_per_source, settings.connections
        )
        self._owns_house = owns_house
        self._server: asyncio.Server | None = None
        self._closing = False

    @property
    def port(self) -> int:
        """The port in use; 0 for a unix socket."""
        assert self._server is not None
        name = self._server.sockets[0].getsockname()
        return 0 if isinstance(name, str) else int(name[1])

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        path, host, port = self.settings.socket_path, self.settings.host, self.settings.port
        if path is None:
            self._server = await loop.create_server(
                lambda: _Porter(self), host, port, backlog=AT_A_TIME
            )
        else:
            self._server = await loop.create_unix_server(
                lambda: _Porter(self), path, backlog=AT_A_TIME
            )
            # As open as a loopback port is; the folder it lies in may say who gets there.
            Path(path).chmod(0o666)
        for listening in self._server.sockets:
            with socket.socket(fileno=os.dup(listening.fileno())) as same:
                same.listen(BACKLOG)  # asyncio has one number for both

    async def close(self, grace_seconds: float = 8.0) -> None:
        """Take no more, answer what is in hand, then hang up. Nothing acknowledged is lost."""
        self._closing = True
        assert self._server is not None
        self._server.close()
        for conversation in self.crowd.guests():
            conversation.finish(CLOSING)
        await self._wait_until_empty(grace_seconds)
        for conversation in self.crowd.guests():
            conversation.dismiss(CLOSING)
        if self._owns_house:
            await self.house.arrivals.close()
            self.house.recipients.close()

    async def _wait_until_empty(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self.crowd and loop.time() < until:
            await asyncio.sleep(0.02)

    def let_in(self, transport: asyncio.Transport) -> None:
        """Begin a conversation, or say why not. The address is the socket's, never the client's."""
        peer = _peer(transport)
        if peer is None:
            transport.abort()  # reset before we looked
            return
        source = source_of(peer)
        trusted = peer == UNIX or is_among(peer, self.settings.trusted_relays)
        if self._closing:
            turn_away(transport, CLOSING)
        elif not trusted and self.crowd.has_enough_of(source):
            turn_away(transport, CROWDED_BY_YOU)
        elif self.crowd.is_full() and not self._make_place(source):
            turn_away(transport, CROWDED)
        else:
            self._begin(transport, peer, source, trusted)

    def _make_place(self, source: str) -> bool:
        """Dismiss one of those who crowd the others out, or whoever stands here longest without
        having brought a letter."""
        guest = self.crowd.crowding_out(source, _may_leave) or self._longest_here()
        if guest is None:
            return False
        self.crowd.leave(guest)
        guest.dismiss(CROWDED)
        return True

    def _longest_here(self) -> Conversation | None:
        now = asyncio.get_running_loop().time()
        for guest in self.crowd.guests():
            if now - guest.since < WORTH_KEEPING_SECONDS:
                return None
            if not guest.letters and _may_leave(guest):
                return guest
        return None

    def _begin(self, transport: asyncio.Transport, peer: str, source: str, trusted: bool) -> None:
        kind = LocalConversation if self.settings.lmtp else Conversation
        # Whoever comes by the unix socket is on this machine, and is noted as that.
        noted = "127.0.0.1" if peer == UNIX else peer
        conversation = kind(
            self.settings, self.house, self.crowd, peer=noted, source=source, trusted=trusted
        )
        self.crowd.enter(conversation, source)
        # asyncio's own transport reads 256 KiB at a time; with hundreds of floods that is much.
        setattr(transport, "max_size", READ_BYTES)  # noqa: B010 - not in the transport's type
        transport.set_protocol(conversation)
        conversation.connection_made(transport)


def _may_leave(guest: Conversation) -> bool:
    return not guest.trusted and not guest.committing


class _Porter(asyncio.Protocol):
    """Looks at who comes before the costly conversation is made; 40 times cheaper than that."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._door.let_in(cast(asyncio.Transport, transport))


def _peer(transport: asyncio.Transport) -> str | None:
    name = transport.get_extra_info("peername")
    if isinstance(name, tuple) and name:
        return str(name[0]).partition("%")[0]
    sockname = transport.get_extra_info("sockname")
    return UNIX if isinstance(sockname, str) and sockname else None
