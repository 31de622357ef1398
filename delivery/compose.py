"""Makes one whole mail from a letter's template, as bytes. Round-ups are joined in assemble.py."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from storage.addresses import a_labels
from storage.records import Attachment, MailingList
from templates.flow import one_line

# Lines under 998 octets and 7 bits on every way (RFC 5321 §4.5.3.1.6); CR or LF in a header raises.
POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=78)

# What strangers wrote goes into a header only when it fits into a line.
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,400}\Z")
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
    """The mail as it will leave, CRLF line ends, only ASCII bytes."""
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(one_line(sender.title), sender.name, sender.domain)
    message["To"] = one_person(draft.to)
    message["Subject"] = one_line(draft.subject)
    message["Date"] = format_datetime(draft.created_at)
    message["Message-ID"] = f"<{draft.message_id}>"
    message["Reply-To"] = one_person(draft.reply_to)
    if _MESSAGE_ID.match(draft.in_reply_to):
        message["In-Reply-To"] = message["References"] = f"<{draft.in_reply_to}>"
    if draft.automatic:
        message["Auto-Submitted"] = draft.automatic
    message["List-Id"] = f"<{sender.list_id}>"
    message["Postround-Letter"] = draft.letter
    for name, value in draft.headers.items():
        message[name] = value
    message.set_content(draft.text, cte="quoted-printable")
    if draft.html is not None:
        message.add_alternative(draft.html, subtype="html", cte="quoted-printable")
        _add_pictures(message, draft)
    for attachment in draft.attachments:
        if not attachment.inline:
            _attach(message, attachment)
    return message.as_bytes()


def one_person(address: str) -> Address:
    """The address as a header holds it: one mailbox, whatever characters are in it."""
    local, _, domain = one_line(address).rpartition("@")
    spec = f"{local}@{a_labels(domain)}"
    try:
        return Address(addr_spec=spec)
    except (HeaderParseError, ValueError, IndexError):
        return Address(username=local, domain=a_labels(domain))


def _add_pictures(message: EmailMessage, draft: Draft) -> None:
    """The pictures that the HTML shows in its text, as parts beside it (RFC 2387)."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for picture in draft.attachments:
        if picture.inline and picture.content_id:
            main, sub = _content_type(picture.content_type)
            name = one_line(picture.filename or "picture")
            html.add_related(
                picture.content,
                main,
                sub,
                cid=f"<{picture.content_id}>",
                filename=name,
                disposition="inline",
            )


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    main, sub = _content_type(attachment.content_type)
    message.add_attachment(
        attachment.content,
        maintype=main,
        subtype=sub,
        filename=one_line(attachment.filename or "attachment"),
    )


def _content_type(named: str) -> tuple[str, str]:
    main, _, sub = named.lower().partition("/")
    # Bytes cannot stand as multipart or message: those have parts and headers of their own.
    fits = _CONTENT_TYPE.match(main) and _CONTENT_TYPE.match(sub)
    if not fits or main in ("multipart", "message"):
        return "application", "octet-stream"
    return main, sub
