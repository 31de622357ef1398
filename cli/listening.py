"""Says in one sentence why nothing can listen at an address; which setting names it."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Iterator

_REASONS = {
    errno.EADDRINUSE: "something else listens at {} already",
    errno.EACCES: "listening at {} is not allowed",
    errno.EADDRNOTAVAIL: "this machine has not the address of {}",
    errno.ENOENT: "the folder of {} is not there",
}


class CannotListen(Exception):
    """The text is one sentence that names the setting."""


@contextlib.contextmanager
def listening(setting: str, where: str) -> Iterator[None]:
    """Turns an OSError within into CannotListen."""
    try:
        yield
    except OSError as error:
        raise CannotListen(f"{setting}: {reason(where, error)}.") from error


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """One for each address that ``host`` has here. Raises OSError."""
    found: list[socket.socket] = []
    for family, _, _, _, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    ):
        try:
            found.append(socket.create_server(address[:2], family=family, backlog=2048))
        except OSError as error:
            # "localhost" often names ::1 on a machine without IPv6.
            if not (found and error.errno == errno.EADDRNOTAVAIL):
                for one in found:
                    one.close()
                raise
    return found


def reason(where: str, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"the name in {where} is not known"
    known = _REASONS.get(error.errno or 0, "")
    return known.format(where) or f"nothing can listen at {where} ({error.strerror or error})"
