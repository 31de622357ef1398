"""Reads what another system leaves behind: the archive of a mailing list, the posts of a blog.

Everything comes out as raw mails, so that it is read and cleaned like any mail from a stranger.
Not for readers and moderators, who come as tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ingest.kept_with import HEADERS
from ingest.well_formed import WellFormed

MAX_TEXT = 2 * 1024 * 1024


class NotAnArchive(Exception):
    """The file is none of those that we read. The text is a sentence."""


def read_archive(path: Path, *, held: bool = False) -> Iterator[bytes]:
    """The mails in an mbox file, or the published posts of a WordPress export (WXR) as mails; or,
    where that is wanted, the held posts that Mailman 3 tells as JSON.

    In the order of the file, one at a time. Raises NotAnArchive, for a broken export also in the
    middle.
    """
    with path.open("rb") as file:
        beginning = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if beginning.startswith(b"From "):
        return _mails(path)
    if beginning.startswith((b"<?xml", b"<rss")):
        return _posts(path)
    if beginning.startswith((b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ")):
        raise NotAnArchive(f"{path} is packed: unpack it first, such as by gunzip or unzip.")
    if beginning.startswith((b"{", b"[")) and (mails := _held(path)):
        if not held:
            raise NotAnArchive(f"{path} holds posts that wait for a decision: add --held.")
        return iter(mails)
    raise NotAnArchive(f"{path} is neither an mbox file nor a WordPress export.")


def _held(path: Path) -> list[bytes]:
    """The mails in what Mailman's REST API tells of its held posts; none in any other JSON."""
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return []
    entries = found.get("entries") if isinstance(found, dict) else found
    known = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return [_encoded(one["msg"]) for one in known if isinstance(one.get("msg"), str)]


def _encoded(mail: str) -> bytes:
    """Python writes bytes that it cannot read as lone surrogates (PEP 383), and Mailman with it."""
    try:
        return mail.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return mail.encode("utf-8", "replace")


_TIMED = re.compile(rb"From [^\n]{0,500}\d\d?:\d\d")


def _mails(path: Path) -> Iterator[bytes]:
    """A line that begins with "From " in the middle of a text begins no mail: one that does comes
    after an empty line and, where the first one has a time (RFC 4155), has a time too."""
    mail: list[bytes] = []
    timed, before = None, b"\n"
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b"From ") and not before.strip():
                if timed is None:
                    timed = bool(_TIMED.match(line))
                if not timed or _TIMED.match(line):
                    if mail:
                        yield _unescaped(mail)
                    mail, before = [], line
                    continue
            mail.append(line)
            before = line
    if mail:
        yield _unescaped(mail)


def _unescaped(lines: list[bytes]) -> bytes:
    """RFC 4155 leaves it open, but nearly all programs write ">From " for "From "."""
    if not lines[-1].strip():
        lines = lines[:-1]
    return re.sub(rb"(?m)^>(>*From )", rb"\1", b"".join(lines))


# WordPress ---------------------------------------------------------------------------------------

_SHORT_CODE = re.compile(r"\[(/?)([a-zA-Z][\w-]{0,30})((?:\s[^\[\]]{0,2000})?)/?\]")
_KNOWN_CODES = frozenset(
    ("gallery", "caption", "embed", "audio", "video", "playlist", "contact-form", "contact-form-7")
)
_TAG_IN_TITLE = re.compile(
    r"(?i)</?(?:em|strong|b|i|u|span|br|sup|sub|code|small|mark)\b[^<>]{0,200}>"
)
_CAPTION = re.compile(r"\[caption[^\[\]]{0,2000}\](.{0,5000}?)\[/caption\]", re.DOTALL)
_BLOCK = re.compile(r"(?i)<(?:p|div|h[1-6]|ul|ol|table|blockquote|pre|figure)\b")
_LIKE_A_MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}")


def _posts(path: Path) -> Iterator[bytes]:
    authors: dict[str, tuple[str, str]] = {}
    try:
        with path.open("rb") as file:
            steps = iterparse(WellFormed(file), events=("end",), forbid_dtd=False)
            yield from _published(steps, authors)
    except (ParseError, DefusedXmlException) as error:
        raise NotAnArchive(f"{path} breaks off or is not XML: {error}.") from error


def _published(
    steps: Iterable[tuple[str, Element]], authors: dict[str, tuple[str, str]]
) -> Iterator[bytes]:
    site = "blog.invalid"
    for _, element in steps:
        name = _name(element)
        if name == "base_blog_url":
            site = _host(element.text or "") or site
        elif name == "author":
            login = _said(element, "author_login")
            shown = _said(element, "author_display_name") or login
            authors[login] = (shown, _said(element, "author_email"))
        elif name == "item":
            if _is_public(element):
                yield _mail_of(element, site, authors)
            element.clear()


def _is_public(item: Element) -> bool:
    """Drafts, private ones, and those behind a password stay where they are."""
    is_out = _said(item, "post_type") == "post" and _said(item, "status") == "publish"
    return is_out and not _said(item, "post_password")


def _mail_of(item: Element, site: str, authors: dict[str, tuple[str, str]]) -> bytes:
    mail: Any = EmailMessage(policy=SMTP.clone(utf8=True))
    login = _said(item, "creator")
    name, address = authors.get(login, (login, ""))
    if not _LIKE_A_MAIL.fullmatch(address):
        address = f"blog@{site}"
    quoted = re.sub(r'["\\\x00-\x1f]', " ", unescape(name)).strip()
    mail["From"] = f'"{quoted}" <{address}>' if quoted else address
    # WordPress keeps "&" as "&amp;" in its titles, and lets tags stand in them.
    title = _TAG_IN_TITLE.sub("", _said(item, "title"))
    mail["Subject"] = " ".join(unescape(title).split())
    if named := _categories(item):
        mail[HEADERS[0]] = ", ".join(named)
    mail["Date"] = format_datetime(_moment(item))
    guid = sha256(_said(item, "guid").encode()).hexdigest()[:20]
    number = re.sub(r"\D", "", _said(item, "post_id")) or guid
    mail["Message-ID"] = f"<{number}.post@{site}>"
    mail.set_content(_html(_said(item, "encoded")), subtype="html", cte="base64")
    return bytes(mail)


def _html(text: str) -> str:
    """WordPress makes paragraphs of blank lines only when it shows a post."""
    text = _CAPTION.sub(r"\1", text[:MAX_TEXT])
    closed = {match[2].lower() for match in _SHORT_CODE.finditer(text) if match[1]}
    text = _SHORT_CODE.sub(lambda match: "" if _is_code(match, closed) else match[0], text)
    if _BLOCK.search(text):
        return text
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


def _is_code(match: re.Match[str], closed: set[str]) -> bool:
    """[gallery ids="1"] is one; [sic] and [see the notes below] are words of the author."""
    name = match[2].lower()
    return name in _KNOWN_CODES or name in closed or "=" in match[3] or "_" in name


def _categories(item: Element) -> list[str]:
    found = (child for child in item if _name(child) == "category")
    words = (word for one in found for word in (one.get("nicename", ""), one.text or ""))
    plain = (" ".join(unescape(word).replace(",", " ").split())[:100] for word in words)
    return list(dict.fromkeys(filter(None, plain)))[:40]


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
