"""Letters that nobody wants, of all kinds, made anew from a number. No tests here."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from dataclasses import dataclass

NEWS = "news@lists.example.org"


@dataclass(frozen=True)
class Hostile:
    raw: bytes
    mail_from: str = "mallory@evil.example"
    to: str = NEWS


def hostile(number: int) -> Hostile:
    """Always the same one for a number, and never the same for two."""
    chance = random.Random(number)
    return chance.choice(_KINDS)(number, chance)


def _head(number: int, sender: str = "", subject: str = "Make money fast", more: str = "") -> str:
    sender = sender or f"mallory{number}@evil{number % 40}.example"
    return (
        f"From: {sender}\r\nTo: {NEWS}\r\nSubject: {subject} {number}\r\n"
        f"Message-ID: <{number}@evil.example>\r\nMIME-Version: 1.0\r\n{more}"
    )


def _plain(number: int, chance: random.Random) -> Hostile:
    words = chance.choices(["casino", "loan", "viagra", "click", "now", "winner", "prize"], k=200)
    return Hostile(f"{_head(number)}\r\n{' '.join(words)}\r\n".encode(), _stranger(number))


def _page(number: int, chance: random.Random) -> Hostile:
    rows = "".join(
        f'<tr><td style="color:red"><a href="http://198.51.100.9/{chance.random()}">Buy</a>'
        f'<img src="http://evil.example/{row}.gif"><script>alert({row})</script></td></tr>'
        for row in range(200)
    )
    head = _head(number, more='Content-Type: text/html; charset="utf-8"\r\n')
    return Hostile(f"{head}\r\n<table>{rows}</table>".encode(), _stranger(number))


def _forged(number: int, _chance: random.Random) -> Hostile:
    """Under the address of somebody whom the list knows."""
    known = f"reader{number % 50}@home.example"
    return Hostile(f"{_head(number, known)}\r\nBuy.\r\n".encode(), known)


def _automatic(number: int, _chance: random.Random) -> Hostile:
    head = _head(number, subject="Out of office", more="Auto-Submitted: auto-replied\r\n")
    return Hostile(f"{head}\r\nI am away.\r\n".encode(), "")


def _many_parts(number: int, _chance: random.Random) -> Hostile:
    head = _head(number, more='Content-Type: multipart/mixed; boundary="x"\r\n')
    return Hostile((head + "\r\n" + "--x\r\n\r\na\r\n" * 3000 + "--x--\r\n").encode())


def _nested(number: int, _chance: random.Random) -> Hostile:
    head = _head(number, more='Content-Type: multipart/mixed; boundary="b0"\r\n')
    body = "".join(
        f'--b{depth}\r\nContent-Type: multipart/mixed; boundary="b{depth + 1}"\r\n\r\n'
        for depth in range(200)
    )
    return Hostile(f"{head}\r\n{body}".encode())


def _header_bomb(number: int, _chance: random.Random) -> Hostile:
    many = "".join(f"X-{line}: {'y' * 60}\r\n" for line in range(400))
    words = " ".join(["=?utf-8?q?=C3=A4?="] * 150)
    return Hostile(f"{_head(number, subject=words, more=many)}\r\nBuy.\r\n".encode())


def _program(number: int, chance: random.Random) -> Hostile:
    content = base64.encodebytes(b"MZ" + chance.randbytes(60_000)).decode().replace("\n", "\r\n")
    head = _head(number, more='Content-Type: multipart/mixed; boundary="x"\r\n')
    part = 'Content-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\n'
    return Hostile(f"{head}\r\n--x\r\n\r\nOpen it.\r\n--x\r\n{part}\r\n{content}--x--\r\n".encode())


def _noise(number: int, chance: random.Random) -> Hostile:
    raw = chance.randbytes(3000).replace(b"\r", b"").replace(b"\n", b"\r\n")
    return Hostile(b"X-Number: %d\r\n" % number + raw, _stranger(number))


def _command(number: int, chance: random.Random) -> Hostile:
    """Wants us to write to somebody else."""
    to = chance.choice(["news-join", "news-help", "news-leave", "news-owner"])
    victim = f"victim{number % 300}@elsewhere.example"
    return Hostile(
        f"{_head(number, victim)}\r\njoin\r\n".encode(), victim, f"{to}@lists.example.org"
    )


def _guess(number: int, _chance: random.Random) -> Hostile:
    """A mark that is none, and an address that is none: refused at the door."""
    to = ["news-verdict+0123456789abcdefghijklmn", "nobody", "root"][number % 3]
    return Hostile(f"{_head(number)}\r\nyes\r\n".encode(), to=f"{to}@lists.example.org")


def _stranger(number: int) -> str:
    return f"mallory{number}@evil{number % 40}.example"


_KINDS: list[Callable[[int, random.Random], Hostile]] = [
    _plain, _plain, _plain, _page, _page, _forged, _automatic, _many_parts, _nested,
    _header_bomb, _program, _noise, _command, _guess,
]  # fmt: skip
