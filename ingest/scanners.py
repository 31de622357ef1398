"""Asks a spam scanner that the operator runs: rspamd over HTTP, or SpamAssassin's spamd.

One that is down, slow or strange gives no verdict, and can do nothing worse to a letter.
"""

from __future__ import annotations

import http.client
import io
import json
import re
import socket
import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

SECONDS = 8.0
"""For the whole conversation. It is held in a worker, long after the letter was accepted."""
LARGEST_ANSWER = 1024 * 1024
LARGEST_FOR_SPAMD = 512 * 1024
"""SpamAssassin takes minutes over more, and its own client sends no more either."""


@dataclass(frozen=True, slots=True)
class SpamVerdict:
    verdict: Literal["clean", "suspect", "spam", "unknown"]
    reasons: tuple[str, ...] = ()
    """In plain words, for the moderator."""


@dataclass(frozen=True, slots=True)
class Scanner:
    kind: Literal["rspamd", "spamd"]
    host: str
    port: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a scanner may know besides the message."""

    mail_from: str = ""
    recipient: str = ""
    peer: str = ""
    helo: str = ""


UNKNOWN = SpamVerdict("unknown")
NO_ENVELOPE = Envelope()


def read_setting(setting: str) -> Scanner | None:
    """ "rspamd:http://127.0.0.1:11333" or "spamd:127.0.0.1:783" as a Scanner; None for "".

    Raises ValueError with a sentence for the operator.
    """
    kind, _, place = setting.strip().partition(":")
    if not setting.strip():
        return None
    url = urlsplit(place if kind == "rspamd" else f"spamd://{place}")
    try:
        port = url.port
    except ValueError:
        port = None
    if kind == "rspamd" and url.scheme == "http" and url.hostname:
        return Scanner("rspamd", url.hostname, port or 11333, url.path.rstrip("/") or "/checkv2")
    if kind == "spamd" and url.hostname and (port or place.rstrip("]").endswith(url.hostname)):
        return Scanner("spamd", url.hostname, port or 783)
    raise ValueError(
        "The spam scanner must be rspamd:http://HOST:PORT or spamd:HOST:PORT, "
        f"and {setting!r} is neither."
    )


def scan(
    raw: bytes, scanner: Scanner, envelope: Envelope = NO_ENVELOPE, seconds: float = SECONDS
) -> SpamVerdict:
    """What the scanner says about a whole message; "unknown" when it says nothing in time."""
    try:
        if scanner.kind == "rspamd":
            answer = _exchange(scanner, _rspamd_request(raw, scanner, envelope), seconds)
            return _rspamd_verdict(answer)
        if len(raw) > LARGEST_FOR_SPAMD:
            return UNKNOWN
        return _spamd_verdict(_exchange(scanner, _spamd_request(raw), seconds))
    except (OSError, ValueError, http.client.HTTPException, RecursionError):
        return UNKNOWN


def _exchange(scanner: Scanner, request: bytes, seconds: float) -> bytes:
    """Sends the request and reads to the end. Raises OSError, TimeoutError among them."""
    end = time.monotonic() + seconds
    with socket.create_connection((scanner.host, scanner.port), timeout=seconds) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        answer = bytearray()
        while True:
            left = end - time.monotonic()
            if left <= 0 or len(answer) > LARGEST_ANSWER:
                raise TimeoutError("the scanner's answer does not end")
            link.settimeout(left)
            more = link.recv(64 * 1024)
            if not more:
                return bytes(answer)
            answer += more


# rspamd ----------------------------------------------------------------------------------------


def _rspamd_request(raw: bytes, scanner: Scanner, envelope: Envelope) -> bytes:
    known = {
        "Host": f"{scanner.host}:{scanner.port}",
        "Content-Length": str(len(raw)),
        "From": envelope.mail_from,
        "Rcpt": envelope.recipient,
        "IP": envelope.peer,
        "Helo": envelope.helo,
        "Connection": "close",
    }
    lines = [f"{name}: {_one_line(value)}" for name, value in known.items() if value]
    head = f"POST {scanner.path} HTTP/1.0\r\n" + "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("utf-8", "replace") + raw


def _one_line(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "", value)[:500]


def _rspamd_verdict(answer: bytes) -> SpamVerdict:
    said = json.loads(_http_body(answer))
    if not isinstance(said, dict) or said.get("is_skipped"):
        return UNKNOWN
    points = _points("rspamd", said.get("score"), said.get("required_score"))
    action = said.get("action")
    if action in ("reject", "discard", "quarantine"):
        return SpamVerdict("spam", points)
    if action in ("add header", "rewrite subject"):
        return SpamVerdict("suspect", points)
    if action in ("no action", "greylist"):
        # Greylisting asks for a second try, which a letter that we have kept does not need.
        return SpamVerdict("clean")
    return UNKNOWN


def _http_body(answer: bytes) -> bytes:
    response = http.client.HTTPResponse(_Heard(answer))  # type: ignore[arg-type]
    response.begin()
    if response.status != 200:
        raise ValueError(f"status {response.status}")
    return response.read()


class _Heard:
    """An answer already read, for http.client, which wants a socket."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._answer)


def _points(name: str, score: object, bound: object) -> tuple[str, ...]:
    if isinstance(score, int | float) and isinstance(bound, int | float):
        return (f"{name} gave it {score:.1f} points; {bound:.1f} count as spam.",)
    return (f"{name} says that it is spam.",)


# spamd -----------------------------------------------------------------------------------------


def _spamd_request(raw: bytes) -> bytes:
    return f"CHECK SPAMC/1.5\r\nContent-length: {len(raw)}\r\n\r\n".encode() + raw


_SPAMD = re.compile(
    rb"SPAMD/[\d.]{1,9} 0 [^\r\n]{0,200}\r?\n(?:[^\r\n]{1,500}\r?\n){0,20}?"
    rb"Spam: {0,9}(True|Yes|False|No) {0,9}; {0,9}(-?[\d.]{1,12}) {0,9}/ {0,9}(-?[\d.]{1,12})",
    re.I,
)
CERTAIN = 2.0
"""So many times its own limit, and SpamAssassin is sure."""


def _spamd_verdict(answer: bytes) -> SpamVerdict:
    said = _SPAMD.match(answer)
    if said is None:
        return UNKNOWN
    if said[1].lower() in (b"false", b"no"):
        return SpamVerdict("clean")
    score, bound = float(said[2]), float(said[3])
    points = _points("SpamAssassin", score, bound)
    return SpamVerdict("spam" if score >= CERTAIN * max(bound, 1.0) else "suspect", points)
