"""What may be set about a door, with the values that the measurements led to."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DoorSettings:
    """Where to listen, and how much of what to take there. Times are seconds, sizes bytes."""

    hostname: str
    """Our name in the greeting. Never looked up: that would block the door on DNS."""
    host: str = "127.0.0.1"
    port: int = 8025
    """0 takes a free one."""
    socket_path: str | None = None
    """A unix socket instead of host and port."""
    lmtp: bool = False
    tls: ssl.SSLContext | None = None
    """With a certificate, STARTTLS is offered."""
    max_message_bytes: int = 25 * MIB
    max_recipients: int = 100
    connections_per_source: int = 20
    connections: int = 300
    trusted_relays: tuple[str, ...] = ()
    """Addresses or networks of our front servers. Clients of a unix socket count as such."""
    session_seconds: float = 600.0
    idle_seconds: float = 60.0
    front_idle_seconds: float = 300.0
    """RFC 5321 §4.5.3.2.7; and our front server may keep a connection as long as it likes."""
    crowded_idle_seconds: float = 10.0
    """How long anybody may be idle while most places are taken."""
    in_flight_bytes: int = 64 * MIB
    """All messages in hand together. One at a time costs its size twice more while it is
    committed."""
