"""Takes the names of people and everything that runs or fetches out of Word, Excel, PowerPoint
(ECMA-376) and OpenDocument (ISO 26300) files, and leaves the text alone."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from ingest.compound_files import MAGIC, holds_program, opened
from ingest.refusals import Refusal
from ingest.segments import without_picture_notes

MOST_PARTS = 3_000
MOST_UNPACKED = 200_000_000
"""Bytes in all; a file that unpacks to more is a bomb or a film."""
MOST_XML = 50_000_000
"""Bytes in all of parts that are searched for names, which costs time and memory."""
_DEEPEST = 2

_MACROS = "it holds macros (small programs), which could harm readers; please save it without"
_BOMB = "it is too large when unpacked; please make it smaller, or save it as PDF"
_DAMAGED = "it is damaged; please save it again"

_MAIN_PARTS = {
    "word/": ".docx",
    "xl/": ".xlsx",
    "ppt/": ".pptx",
}
_OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
    b"application/vnd.oasis.opendocument.presentation": ".odp",
}
_RUNNING = re.compile(
    r"vbaproject|vbadata|macrosheets/|activex/|^basic/|^scripts/|\.(?:exe|dll|js|vbs|scr|jar)$"
)

_EMPTY = {
    "docprops/core.xml": (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties"/>'
    ),
    "docprops/app.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"/>'
    ),
    "docprops/custom.xml": (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'custom-properties"/>'
    ),
    "meta.xml": (
        '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' office:version="1.2"><office:meta/></office:document-meta>'
    ),
}
"""Parts that hold nothing but who, when and where; empty ones keep the package whole."""


def office_kind(content: bytes) -> str | None:
    """ ".docx", ".xlsx", ".pptx", ".odt", ".ods" or ".odp" by what is inside; None for any other
    content, archives among it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _kind(package)
    except Exception:  # noqa: BLE001 - a broken archive is of no kind
        return None


def looks_empty(content: bytes) -> bool:
    """True for what begins like an Office file and holds no file at all: nothing to fear from it
    and nothing to read in it."""
    return content.startswith(b"PK\x03\x04") and not content[4:].strip(b"\x00")


def clean_office(content: bytes, depth: int = 0) -> bytes:
    """The document without author, last editor, times, company, thumbnail and names of those who
    commented; remote pictures and templates lead nowhere. Raises Refusal for macros, embedded
    programs, archive bombs and damage."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _rewritten(package, depth)
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(_BOMB) from None
    except Exception:  # noqa: BLE001 - zip and its decompressors raise many things
        raise Refusal(_DAMAGED) from None


def _kind(package: zipfile.ZipFile) -> str | None:
    names = package.namelist()[:MOST_PARTS]
    if "mimetype" in names:
        with package.open("mimetype") as file:
            return _OPEN_DOCUMENT.get(file.read(200).strip())
    if "[Content_Types].xml" not in names:
        return None
    return next(
        (k for part, k in _MAIN_PARTS.items() if any(n.startswith(part) for n in names)), None
    )


def _rewritten(package: zipfile.ZipFile, depth: int) -> bytes:
    parts = package.infolist()
    if len(parts) > MOST_PARTS or depth > _DEEPEST:
        raise Refusal(_BOMB)
    if any(part.flag_bits & 1 for part in parts):
        raise Refusal("it needs a password, so most readers could not open it")
    if any(_RUNNING.search(part.filename.lower()) for part in parts):
        raise Refusal(_MACROS)
    out = BytesIO()
    left, left_of_xml = MOST_UNPACKED, MOST_XML
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean:
        for part in _once_each(parts):
            content = _read(package, part, min(left, left_of_xml if _is_xml(part) else left))
            left -= len(content)
            left_of_xml -= len(content) if _is_xml(part) else 0
            _write(clean, part, _clean_part(part.filename, content, depth))
    return out.getvalue()


_XML = (".xml", ".rels", ".vml", ".rdf")


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith(_XML)


def _once_each(parts: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    # Two parts of one name are read differently by different programs.
    if len({part.filename.lower() for part in parts}) != len(parts):
        raise Refusal(_DAMAGED)
    return [part for part in parts if not part.is_dir()]


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    # What the archive says about sizes is a claim; only what comes out is counted.
    with package.open(part) as file:
        content = file.read(left + 1)
    if len(content) > left:
        raise Refusal(_BOMB)
    return content


def _write(clean: zipfile.ZipFile, part: zipfile.ZipInfo, content: bytes) -> None:
    # A new entry: the old one carries the time and the system of whoever packed it.
    entry = zipfile.ZipInfo(part.filename)
    stored = part.filename == "mimetype" or part.compress_type == zipfile.ZIP_STORED
    entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    clean.writestr(entry, content)


def _clean_part(name: str, content: bytes, depth: int) -> bytes:
    lower = name.lower()
    if lower in _EMPTY:
        return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _EMPTY[lower]).encode()
    if "thumbnail" in lower:
        return _NOTHING_TO_SEE if lower.endswith(".png") else b""
    if lower.endswith(_XML):
        return _clean_xml(lower, content)
    if office_kind(content) is not None:
        return clean_office(content, depth + 1)
    if content.startswith(MAGIC):
        inner = opened(content)
        if inner is None or holds_program(inner):
            raise Refusal(_MACROS)
    return without_picture_notes(content)


_NOTHING_TO_SEE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364"
    "f80f00010501012718e3660000000049454e44ae426082"
)
_NAMES = re.compile(
    rb"(\s(?:w|w15|w16cex|p|p15|p188|xr|xr2)?:?(?:author|initials|userId|providerId|userName|"
    rb"displayName|lastEditedBy))=(\"[^\"]*\"|'[^']*')"
)
"""Attributes that name a person: of a change or comment, in lists of people, in file sharing."""
_ODF_NAMES = re.compile(
    rb"(<(dc:creator|meta:initial-creator|meta:creator-initials|loext:sender-initials)(?:\s[^<>]*)?>)"
    rb"[^<]*(?=</)"
)
_EXCEL_AUTHORS = re.compile(rb"(<author(?:\s[^<>]*)?>)[^<]*(?=</author>)")
_PERSON_NAMES = re.compile(rb"(<(?:p|p188):(?:cmAuthor|author)\s[^<>]*?\bname)=\"[^\"]*\"")
_PATHS = re.compile(rb"(<x15ac:absPath\s[^<>]*?url)=\"[^\"]*\"")
_RELATION = re.compile(rb"<Relationship\s[^<>]*>")
_TARGET = re.compile(rb"\bTarget\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_DYNAMIC = re.compile(rb"\bDDE(?:AUTO)?\s", re.IGNORECASE)
_FIELD_CODES = re.compile(rb"<w:instrText[^<>]*>([^<]*)")


def _clean_xml(name: str, content: bytes) -> bytes:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in content[:200]:
        raise Refusal(_DAMAGED)
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content:
        raise Refusal(_DAMAGED)
    if name.endswith(".rels"):
        return _RELATION.sub(_clean_relation, content)
    if b"instrText" in content and _DYNAMIC.search(b"".join(_FIELD_CODES.findall(content))):
        raise Refusal(_MACROS)
    content = _NAMES.sub(rb'\1="Author"', content)
    content = _ODF_NAMES.sub(rb"\1", content)
    content = _EXCEL_AUTHORS.sub(rb"\1Author", content)
    content = _PERSON_NAMES.sub(rb'\1="Author"', content)
    return _PATHS.sub(rb'\1=""', content)


def _clean_relation(match: re.Match[bytes]) -> bytes:
    """Only a link that a person clicks may lead out of the document; remote templates, pictures
    and objects would be fetched on opening."""
    relation = match[0]
    if b"thumbnail" in relation:
        return b""
    if b"External" not in relation or b"/hyperlink" in relation:
        return relation
    return _TARGET.sub(b'Target="NULL"', relation)
