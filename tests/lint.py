"""Looks at one mail as a strict mail server would, and names what is wrong with it. No tests here.

Read from the raw bytes: a reader that forgives would hide the faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import getaddresses, parsedate_to_datetime
from urllib.parse import urlsplit

from tests.mailbox import Mail

ONE_EACH = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version")
AUTOMATIC = {"auto-generated", "auto-replied"}
_LINK = re.compile(r"""(?:https?|mailto):[^\s<>"')\]]+""")
_BOUNCE = re.compile(r"[a-z0-9._-]+-bounce\+[a-z0-9]+@(.+)")


def faults(mail: Mail, *, to_reader: bool) -> list[str]:
    """What is wrong; ``to_reader``: it goes to a subscriber and is list mail."""
    found = [*_bytes(mail.raw), *_headers(mail), *_addresses(mail), *_encoding(mail), *_links(mail)]
    return [*found, *(_list_headers(mail) if to_reader else ())]


def _bytes(raw: bytes) -> Iterator[str]:
    """RFC 5321 §2.3.8, §4.5.3.1.6; RFC 5322 §2.1.1."""
    if raw.replace(b"\r\n", b"").translate(None, b"\r\n\0") != raw.replace(b"\r\n", b""):
        yield "a bare CR or LF, or a NUL"
    if not raw.isascii():
        yield "bytes above 127 without 8BITMIME"
    if not raw.endswith(b"\r\n"):
        yield "no line end at the end"
    longest = max(map(len, raw.split(b"\r\n")))
    if longest > 998:
        yield f"a line of {longest} characters"


def _headers(mail: Mail) -> Iterator[str]:
    head = mail.raw.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    names = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in " \t"]
    yield from (
        f"a header named {name!r}" for name in names if not re.fullmatch(r"[!-9;-~]+", name)
    )
    for name in ONE_EACH:
        if (many := [one.lower() for one in names].count(name.lower())) != 1:
            yield f"{many} times {name}"
    if not re.fullmatch(r"<[!-;=?A-~]+@[a-z0-9.-]+>", mail.header("Message-ID")):
        yield f"Message-ID {mail.header('Message-ID')}"
    try:
        if parsedate_to_datetime(mail.header("Date")).tzinfo is None:
            yield "a Date without its zone"
    except ValueError:
        yield f"Date {mail.header('Date')}"
    if mail.header("Auto-Submitted") not in AUTOMATIC:
        yield f"Auto-Submitted {mail.header('Auto-Submitted')!r}"
    if not mail.letter:
        yield "no Postround-Letter"


def _addresses(mail: Mail) -> Iterator[str]:
    """One person each; From, return path and replies under one domain (RFC 7489 §3.1)."""
    if len(mail.recipients) != 1 or mail.to != mail.recipients:
        yield f"To {mail.to} for {mail.recipients}"
    (sender,) = mail.addresses("From") or ("",)
    domain = sender.rpartition("@")[2]
    bounce = _BOUNCE.fullmatch(mail.mail_from)
    if not bounce or bounce[1] != domain:
        yield f"return path {mail.mail_from} for {sender}"
    for name in ("From", "To", "Reply-To"):
        for address in mail.addresses(name):
            if len(address.partition("@")[0]) > 64 or not re.fullmatch(r"[!-~]+@[!-~]+", address):
                yield f"{name}: {address}"
    for name in ("Cc", "Bcc", "Sender", "Return-Receipt-To", "Disposition-Notification-To"):
        if mail.header(name):
            yield f"a header {name}"


def _encoding(mail: Mail) -> Iterator[str]:
    yield from (f"{type(one).__name__}: {one}" for one in mail.message.defects)
    for part in mail.message.walk():
        yield from (f"{type(one).__name__}: {one}" for one in part.defects)
        if part.is_multipart():
            continue
        encoding = str(part.get("Content-Transfer-Encoding", "7bit")).lower()
        if encoding not in ("7bit", "quoted-printable", "base64"):
            yield f"Content-Transfer-Encoding {encoding}"
        if part.get_content_maintype() == "text":
            try:
                text = part.get_payload(decode=True).decode(part.get_content_charset("ascii"))  # type: ignore[union-attr]
            except (LookupError, UnicodeDecodeError) as error:
                yield f"{part.get_content_type()}: {error}"
            else:
                if "\N{REPLACEMENT CHARACTER}" in text or "\0" in text:
                    yield "a character that was lost, or a slot that was not filled"


def _links(mail: Mail) -> Iterator[str]:
    for link in set(_LINK.findall(f"{mail.text}\n{mail.html}")):
        parts = urlsplit(link)
        whole = parts.netloc if parts.scheme != "mailto" else "@" in parts.path
        if not whole or not link.isascii() or not link.isprintable():
            yield f"link {link}"


def _list_headers(mail: Mail) -> Iterator[str]:
    """RFC 2369, RFC 2919, RFC 8058."""
    if not re.fullmatch(r"(.* )?<[a-z0-9.-]+>", mail.header("List-Id")):
        yield f"List-Id {mail.header('List-Id')!r}"
    stop = mail.header("List-Unsubscribe")
    if not re.fullmatch(r"<https?://[!-~]+>,\s*<mailto:[!-~]+>", stop):
        yield f"List-Unsubscribe {stop!r}"
    if mail.header("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield "no List-Unsubscribe-Post"
    for name in ("List-Help", "List-Post", "List-Subscribe", "List-Owner"):
        if not re.fullmatch(r"<mailto:[!-~]+>", mail.header(name)):
            yield f"{name} {mail.header(name)!r}"
    if mail.header("Precedence") != "list":
        yield "no Precedence: list"
    reply = [address for _, address in getaddresses([mail.header("Reply-To")])]
    if not any("-settings+" in address for address in reply):
        yield f"Reply-To {reply}"
