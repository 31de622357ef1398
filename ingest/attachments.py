"""Decides for each attached file whether it goes to readers, and makes what goes safe to open and
silent about people. Which attachments belong to a post's text is decided in draft."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.characters import clean_line
from ingest.documents import clean_document
from ingest.drafted import RefusedAttachment
from ingest.file_kinds import (
    ARCHIVE,
    CONTENT_TYPES,
    DRAWING,
    FILM,
    PROGRAM,
    SEALED,
    ending_of,
    is_program_name,
    refused_kind,
    safe_name,
)
from ingest.pictures import clean_picture, what_is_wrong
from ingest.refusals import Refusal
from storage.records import Attachment

_UNKNOWN = "it is of a kind that not every reader can open safely"
_TEXT_TYPES = {"text/csv": ".csv", "text/calendar": ".ics", "text/plain": ".txt"}
_TNEF = b"\x78\x9f\x3e\x22"

_QUIET = {
    "application/pkcs7-signature": "A digital signature (S/MIME) was left out; lists break them.",
    "application/x-pkcs7-signature": "A digital signature (S/MIME) was left out; lists break them.",
    "application/pgp-signature": "A digital signature (PGP) was left out; lists break them.",
    "application/pgp-keys": "A key for encrypted mail was left out.",
    "text/vcard": "A visiting card with the sender's contact details was left out.",
    "text/x-vcard": "A visiting card with the sender's contact details was left out.",
    "text/directory": "A visiting card with the sender's contact details was left out.",
    "text/x-amp-html": "A second, moving form of the mail was left out.",
    "message/delivery-status": "A delivery report was left out.",
    "text/rfc822-headers": "The technical lines of another mail were left out.",
}
_QUIET_ENDINGS = {
    ".p7s": "application/pkcs7-signature",
    ".asc": "application/pgp-signature",
    ".sig": "application/pgp-signature",
    ".vcf": "text/vcard",
}
_WINMAIL = "it is an Outlook wrapping that other programs cannot open; please send as HTML"


@dataclass(frozen=True, slots=True)
class Checked:
    outcome: Attachment | RefusedAttachment
    note: str = ""
    """For the moderator: what could not be made sure of."""


def clean_attachment(attachment: Attachment) -> Attachment | RefusedAttachment:
    """The attachment as it may go to readers, its type, name and content by what it is in truth;
    or why it may not."""
    return check_attachment(attachment).outcome


def check_attachment(attachment: Attachment) -> Checked:
    """As `clean_attachment`, with a note for the moderator."""
    name = clean_line(attachment.filename or "")
    shown = safe_shown_name(name)
    if (quiet := _quiet_reason(attachment, name)) is not None:
        return Checked(RefusedAttachment(shown, quiet, quiet=True))
    try:
        return _checked(attachment, name)
    except Refusal as refusal:
        return Checked(RefusedAttachment(shown, refusal.reason))
    except Exception:  # noqa: BLE001 - one odd file must not cost the post
        return Checked(RefusedAttachment(shown, "it could not be read"))


def safe_shown_name(name: str) -> str:
    """The name as it may be told to people: one short line, the ending as it was."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return last if len(last) <= 80 else last[:60] + "…" + last[-19:]


def _quiet_reason(attachment: Attachment, name: str) -> str | None:
    kind = attachment.content_type.lower()
    if kind in _QUIET:
        return _QUIET[kind]
    if not attachment.content:
        return "An attachment without content was left out."
    return _QUIET.get(_QUIET_ENDINGS.get(ending_of(name), ""))


def _checked(attachment: Attachment, name: str) -> Checked:
    content, kind = attachment.content, attachment.content_type.lower()
    if name.lower() == "winmail.dat" or content.startswith(_TNEF):
        raise Refusal(_WINMAIL)
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        raise Refusal(SEALED)
    if is_program_name(name):
        raise Refusal(PROGRAM)
    if (picture := clean_picture(content, kind)) is not None:
        return Checked(_with(attachment, picture.extension, picture.content))
    if (reason := refused_kind(name, content)) is not None:
        raise Refusal(reason)
    document = clean_document(content, _ending(name, kind))
    if document is None:
        raise Refusal(_reason_for(content, kind))
    cleaned = _with(attachment, document.extension, document.content)
    return Checked(cleaned, document.note.format(name=cleaned.filename))


def _ending(name: str, kind: str) -> str:
    ending = ending_of(name)
    return ending if ending in CONTENT_TYPES else _TEXT_TYPES.get(kind, ending)


def _with(attachment: Attachment, extension: str, content: bytes) -> Attachment:
    return replace(
        attachment,
        filename=safe_name(attachment.filename, extension),
        content_type=CONTENT_TYPES[extension],
        content=content,
    )


def _reason_for(content: bytes, kind: str) -> str:
    if (wrong := what_is_wrong(content)) is not None:
        return wrong
    if content.startswith(b"PK"):
        return ARCHIVE
    if kind.startswith(("audio/", "video/")):
        return FILM
    return DRAWING if kind.startswith("image/") else _UNKNOWN
