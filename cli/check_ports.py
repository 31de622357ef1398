"""Does somebody answer where we should listen, and is it us?"""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection, Iterator

from cli.listening import open_sockets, reason
from config import Settings
from web.finding import Finding

SECONDS = 3.0
_FREE = "Stop the other program (`ss -ltnp` names it), or choose another port."


def check_ports(settings: Settings, alive: Collection[str]) -> Iterator[Finding]:
    """``alive`` are the parts that gave signs of life; they may be on other machines."""
    places = [("smtp", "POSTROUND_SMTP_LISTEN", settings.smtp_listen)]
    if settings.lmtp_listen and "/" not in settings.lmtp_listen:
        places.append(("smtp", "POSTROUND_LMTP_LISTEN", settings.lmtp_listen))
    places.append(("web", "POSTROUND_WEB_LISTEN", settings.web_listen))
    found = [one for place in places if (one := _look(*place, part_is_alive=place[0] in alive))]
    yield from found
    if not found:
        yield Finding("ports", "ok", "Where we listen nobody else is in the way.")


def _look(part: str, setting: str, listen: str, *, part_is_alive: bool) -> Finding | None:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    try:
        for one in open_sockets(host, int(port)):
            one.close()
    except OSError as error:
        if part_is_alive and error.errno == errno.EADDRINUSE:
            return _ask(part, setting, listen, host, int(port))
        if error.errno == errno.EACCES:
            return None  # a port below 1024: the service may, and we may not
        return Finding("ports", "bad", f"{setting}: {reason(listen, error)}.", _FREE)
    return None


def _ask(part: str, setting: str, listen: str, host: str, port: int) -> Finding | None:
    """Our part is alive and the port is taken: it should be ours, so it should answer."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    try:
        with socket.create_connection((here, port), SECONDS) as client:
            client.settimeout(SECONDS)
            client.sendall(b"" if part == "smtp" else b"GET /health HTTP/1.0\r\n\r\n")
            wanted = b"220" if part == "smtp" else b"HTTP/"
            if client.recv(512).startswith(wanted):
                return None
    except OSError:
        pass
    says = f"{setting}: {listen} is taken, and no answer comes from it as from us."
    return Finding("ports", "bad", says, f"Start `postround {part}` again. {_FREE}")
