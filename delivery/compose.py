"""Makes one whole mail from a letter's template, as bytes. Round-ups are joined in assemble.py."""

from __future__ import annotations

import re
import secrets
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import format_datetime

from storage.addresses import a_labels
from storage.records import Attachment, MailingList
from templates.flow import one_line

# Lines under 998 octets and 7 bits on every way (RFC 5321 §4.5.3.1.6); CR or LF in a header raises.
POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=78)
_UNFOLDED = POLICY.clone(max_line_length=998)

# What strangers wrote goes into a header only when it fits into a line.
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,400}\Z")
_QUOTED_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,80}\Z")


@dataclass(frozen=True, slots=True)
class Draft:
    """All that one mail to one person is made of."""

    letter: str
    """Template name, for Postround-Letter."""
    to: str
    subject: str
    text: str
    html: str | None
    created_at: datetime
    message_id: str
    reply_to: str
    in_reply_to: str = ""
    automatic: str = "auto-generated"
    """Auto-Submitted (RFC 3834 §5): auto-generated, auto-replied, or "" for none."""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()


def new_message_id(domain: str) -> str:
    """Without brackets. Random, so that it gives nothing away and cannot be guessed."""
    return f"{secrets.token_hex(12)}@{domain}"


def compose(sender: MailingList, draft: Draft) -> bytes:
    """The mail as it will leave, CRLF line ends, only ASCII bytes but for an address beyond it."""
    return b"".join(_field(*one) for one in _header(sender, draft)) + _content(draft)


def _header(sender: MailingList, draft: Draft) -> Iterator[tuple[str, str | Address]]:
    yield "From", Address(one_line(sender.title), sender.name, sender.domain)
    yield "To", one_person(draft.to)
    yield "Subject", one_line(draft.subject)
    yield "Date", format_datetime(draft.created_at)
    yield "Message-ID", f"<{draft.message_id}>"
    yield "Reply-To", one_person(draft.reply_to)
    if _MESSAGE_ID.match(draft.in_reply_to):
        yield "In-Reply-To", f"<{draft.in_reply_to}>"
        yield "References", f"<{draft.in_reply_to}>"
    if draft.automatic:
        yield "Auto-Submitted", draft.automatic
    yield "List-Id", f"<{sender.list_id}>"
    yield "Postround-Letter", draft.letter
    yield from draft.headers.items()


def _field(name: str, value: str | Address) -> bytes:
    """One header field, encoded and folded where it must be. ValueError for a line break in it."""
    if isinstance(value, Address) and not value.display_name:
        return _mailbox(name, value)
    line = f"{name}: {value}"
    # The package takes a millisecond for what most often is ready as it stands.
    if len(line) < 78 and line.isascii() and line.isprintable() and "=?" not in line:
        return line.encode() + b"\r\n"
    return POLICY.fold_binary(*POLICY.header_store_parse(name, value))


def _mailbox(name: str, address: Address) -> bytes:
    """An address is not folded, and no encoded word (RFC 2047 §5).

    To goes in UTF-8 where it has letters beyond ASCII (RFC 6532 §3.2), since its server must take
    them anyway; the others may not ask that of the reader's server.
    """
    if name == "To" or address.addr_spec.isascii():
        return f"{name}: {address.addr_spec}\r\n".encode()
    return _UNFOLDED.fold_binary(*_UNFOLDED.header_store_parse(name, address))


def _content(draft: Draft) -> bytes:
    """The fields that say what the body is, and the body."""
    attached = [_file(one, "attachment") for one in draft.attachments if not one.inline]
    part = _text_part("plain", draft.text)
    if draft.html is None and not attached:
        return part.replace(b"\r\n\r\n", b"\r\nMIME-Version: 1.0\r\n\r\n", 1)
    if draft.html is not None:
        part = _multipart("alternative", [part, _page(draft.html, draft.attachments)])
    if attached:
        part = _multipart("mixed", [part, *attached])
    return b"MIME-Version: 1.0\r\n" + part


def _page(html: str, attachments: Sequence[Attachment]) -> bytes:
    """With the pictures that it shows in its text, as parts beside it (RFC 2387)."""
    part = _text_part("html", html)
    pictures = [_file(one, "inline") for one in attachments if one.inline and one.content_id]
    return _multipart("related", [part, *pictures]) if pictures else part


def _text_part(kind: str, text: str) -> bytes:
    head = (
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = text.encode("utf-8", "replace").splitlines()
    return head.encode() + b2a_qp(b"\r\n".join([*lines, b""]), istext=True)


def _multipart(kind: str, parts: Sequence[bytes]) -> bytes:
    # "=_" stands in no quoted-printable text and in no base64 (RFC 2045 §6.7).
    boundary = f"=_{secrets.token_hex(12)}"
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'
    begin, end = f"--{boundary}\r\n".encode(), f"--{boundary}--\r\n".encode()
    return b"".join([head.encode(), *(begin + part + b"\r\n" for part in parts), end])


def _file(attachment: Attachment, disposition: str) -> bytes:
    part = MIMEPart(POLICY)
    main, sub = _content_type(attachment.content_type)
    name = one_line(attachment.filename or ("picture" if attachment.inline else "attachment"))
    cid = f"<{attachment.content_id}>" if attachment.inline else None
    part.set_content(attachment.content, main, sub, disposition=disposition, filename=name, cid=cid)
    return part.as_bytes()


def one_person(address: str) -> Address:
    """The address as a header holds it: one mailbox, whatever characters are in it."""
    local, _, domain = one_line(address).rpartition("@")
    if quoted := _QUOTED_STRING.fullmatch(local):
        local = re.sub(r"\\(.)", r"\1", quoted[1])
    # In its parts: the package's own parser breaks on some of what strangers write.
    return Address(username=local, domain=a_labels(domain))


def _content_type(named: str) -> tuple[str, str]:
    main, _, sub = named.lower().partition("/")
    # Bytes cannot stand as multipart or message: those have parts and headers of their own.
    fits = _CONTENT_TYPE.match(main) and _CONTENT_TYPE.match(sub)
    if not fits or main in ("multipart", "message"):
        return "application", "octet-stream"
    return main, sub
