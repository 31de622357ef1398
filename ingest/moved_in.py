"""Reads what another system leaves behind: the archive of a mailing list, the posts of a blog.

Everything comes out as raw mails, so that it is read and cleaned like any mail from a stranger.
Not for readers and moderators, who come as tables.
"""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

MAX_TEXT = 2 * 1024 * 1024


class NotAnArchive(Exception):
    """The file is neither a mailbox nor a WordPress export. The text is a sentence."""


def read_archive(path: Path) -> Iterator[bytes]:
    """The mails in an mbox file, or the published posts of a WordPress export (WXR) as mails.

    In the order of the file, one at a time. Raises NotAnArchive, for a broken export also in the
    middle.
    """
    with path.open("rb") as file:
        beginning = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if beginning.startswith(b"From "):
        return _mails(path)
    if beginning.startswith((b"<?xml", b"<rss")):
        return _posts(path)
    raise NotAnArchive(f"{path} is neither an mbox file nor a WordPress export.")


def _mails(path: Path) -> Iterator[bytes]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            raw = box.get_bytes(key)
            # RFC 4155 leaves it open, but nearly all programs write ">From " for "From ".
            yield re.sub(rb"(?m)^>(>*From )", rb"\1", raw)
    finally:
        box.close()


# WordPress ---------------------------------------------------------------------------------------

_SHORT_CODE = re.compile(r"\[/?[a-zA-Z][\w-]{0,30}(?:\s[^\[\]]{0,2000})?/?\]")
_CAPTION = re.compile(r"\[caption[^\[\]]{0,2000}\](.{0,5000}?)\[/caption\]", re.DOTALL)
_BLOCK = re.compile(r"(?i)<(?:p|div|h[1-6]|ul|ol|table|blockquote|pre|figure)\b")
_LIKE_A_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")


def _posts(path: Path) -> Iterator[bytes]:
    site, authors = "blog.invalid", dict[str, tuple[str, str]]()
    try:
        for _, element in iterparse(path, events=("end",), forbid_dtd=False):
            name = _name(element)
            if name == "base_blog_url":
                site = _host(element.text or "") or site
            elif name == "author":
                login = _said(element, "author_login")
                shown = _said(element, "author_display_name") or login
                authors[login] = (shown, _said(element, "author_email"))
            elif name == "item":
                if _said(element, "post_type") == "post" and _said(element, "status") == "publish":
                    yield _mail_of(element, site, authors)
                element.clear()
    except (ParseError, DefusedXmlException) as error:
        raise NotAnArchive(f"{path} breaks off or is not XML: {error}.") from error


def _mail_of(item: Element, site: str, authors: dict[str, tuple[str, str]]) -> bytes:
    mail: Any = EmailMessage(policy=SMTP.clone(utf8=True))
    login = _said(item, "creator")
    name, address = authors.get(login, (login, ""))
    if not _LIKE_A_MAIL.fullmatch(address):
        address = f"blog@{site}"
    quoted = re.sub(r'["\\\x00-\x1f]', " ", name).strip()
    mail["From"] = f'"{quoted}" <{address}>' if quoted else address
    mail["Subject"] = " ".join(_said(item, "title").split())
    mail["Date"] = format_datetime(_moment(item))
    number = re.sub(r"\D", "", _said(item, "post_id")) or str(abs(hash(_said(item, "guid"))))
    mail["Message-ID"] = f"<{number}.post@{site}>"
    mail.set_content(_html(_said(item, "encoded")), subtype="html", cte="base64")
    return bytes(mail)


def _html(text: str) -> str:
    """WordPress makes paragraphs of blank lines only when it shows a post."""
    text = _SHORT_CODE.sub("", _CAPTION.sub(r"\1", text[:MAX_TEXT]))
    if _BLOCK.search(text):
        return text
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _moment(item: Element) -> datetime:
    stored = _said(item, "post_date_gmt")
    try:
        return datetime.strptime(stored, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        told = parsedate_to_datetime(_said(item, "pubDate"))
        return told if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, TypeError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def _said(element: Element, name: str) -> str:
    """The text of the first child of this name, whatever version's namespace it has."""
    for child in element:
        if _name(child) == name and (name != "encoded" or "content" in child.tag):
            return child.text or ""
    return ""


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _host(url: str) -> str:
    match = re.match(r"https?://([a-zA-Z0-9.-]{1,253})", url.strip())
    return match[1].lower() if match else ""
