"""How many may be in the doorway at once, and how many bytes they may carry together.

Counting only: no sockets, no replies. A source is one IPv4 address, or one IPv6 /64, because that
is what one customer of a provider gets.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

Guest = TypeVar("Guest")


def source_of(peer: str) -> str:
    """The key under which a client is counted; "unix" for a local socket."""
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def is_among(source_address: str, networks: Iterable[str]) -> bool:
    """Whether an IP address (or "unix") is one of, or lies in one of, the given ones."""
    try:
        address = ipaddress.ip_address(source_address.partition("%")[0])
    except ValueError:
        return source_address in networks
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(
        address in ipaddress.ip_network(network, strict=False)
        for network in networks
        if network != "unix"
    )


class Crowd(Generic[Guest]):
    """Connections, counted per source and in all, in the order in which they came."""

    def __init__(self, per_source: int, in_all: int) -> None:
        self._per_source = per_source
        self._in_all = in_all
        self._guests: dict[Guest, str] = {}
        self._by_source: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._guests)

    def guests(self) -> list[Guest]:
        """Everybody, the one who has been here longest first."""
        return list(self._guests)

    def is_full(self) -> bool:
        return len(self._guests) >= self._in_all

    def is_crowded(self) -> bool:
        """Nearly full: time to be less patient with those who only stand there."""
        return len(self._guests) * 3 > self._in_all * 2

    def has_enough_of(self, source: str) -> bool:
        return self._by_source[source] >= self._per_source

    def enter(self, guest: Guest, source: str) -> None:
        self._guests[guest] = source
        self._by_source[source] += 1

    def crowding_out(self, source: str, may_leave: Callable[[Guest], bool]) -> Guest | None:
        """The one who has been here longest of those from where most are, unless a newcomer from
        ``source`` would then be no better."""
        able = [(guest, where) for guest, where in self._guests.items() if may_leave(guest)]
        greatest, places = (
            Counter(where for _, where in able).most_common(1)[0] if able else ("", 0)
        )
        if places <= self._by_source[source] + 1:
            return None
        return next(guest for guest, where in able if where == greatest)

    def leave(self, guest: Guest) -> None:
        """Take a guest out; one that has left already is no error."""
        source = self._guests.pop(guest, None)
        if source is None:
            return
        self._by_source[source] -= 1
        if not self._by_source[source]:
            del self._by_source[source]  # or the counter would remember every address ever seen


class Load:
    """The bytes of one message, from its first to the end of its commit."""

    def __init__(self, in_flight: InFlight, source: str, put_down: Callable[[], None]) -> None:
        self.source = source
        self.size = 0
        self.complete = False
        """Wholly read: from here on it cannot be taken away any more."""
        self._in_flight = in_flight
        self.put_down = put_down

    def grow_to(self, size: int) -> None:
        self._in_flight.weigh(self, size)

    def release(self) -> None:
        self._in_flight.forget(self)


class InFlight:
    """All messages in hand. When they are too many bytes, the greediest source loses its largest.

    So that whoever fills our memory with large slow messages loses those, and an honest small
    letter from elsewhere still comes in.
    """

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.total = 0
        self._loads: set[Load] = set()

    def weigh(self, load: Load, size: int) -> None:
        """Note how large a message has grown, and make room when all are too many bytes."""
        self._loads.add(load)
        self.total += size - load.size
        load.size = size
        while self.total > self.most_bytes:
            greediest = self._greediest()
            if greediest is None:
                return
            self.forget(greediest)
            greediest.put_down()

    def forget(self, load: Load) -> None:
        if load in self._loads:
            self._loads.remove(load)
            self.total -= load.size
            load.size = 0

    def _greediest(self) -> Load | None:
        by_source: Counter[str] = Counter()
        for load in self._loads:
            by_source[load.source] += load.size
        growing = [load for load in self._loads if not load.complete]
        return max(growing, key=lambda load: (by_source[load.source], load.size), default=None)
