"""Tells what a file is by its first bytes and by what is inside it, whatever it is called, and
gives it a name that is safe to save under."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.characters import clean_line
from ingest.compound_files import MAGIC as COMPOUND

NAME_LENGTH = 100

CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".rtf": "application/rtf",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".ics": "text/calendar",
}

PROGRAM = "it is a program or script, which could harm readers"
ARCHIVE = "it is an archive; please attach the files in it one by one"
PAGE = "it is a web page; please send it as a PDF or put the text into the mail"
FILM = "sound and film are too large for mail; please put them on a web page and send the link"
DRAWING = "it is a kind of picture that not every reader can open"
SEALED = "it is encrypted, so nobody on the list could read it"
DISK = "it is a disk image, which could hide programs"

_BY_FIRST_BYTES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xfe\xed\xfa", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\x00asm", PROGRAM),
    (b"dex\n", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),
    (b"ITSF", PROGRAM),
    (b"!<arch>", PROGRAM),
    (b"#!", PROGRAM),
    (b"FWS", PROGRAM),
    (b"CWS", PROGRAM),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"\x1f\x9d", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\x00", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"MSCF", ARCHIVE),
    (b"\x60\xea", ARCHIVE),
    (b"xar!", ARCHIVE),
    (b"conectix", DISK),
    (b"vhdxfile", DISK),
    (b"II*\x00", DRAWING),
    (b"MM\x00*", DRAWING),
    (b"8BPS", DRAWING),
    (b"%!PS", DRAWING),
    (b"ID3", FILM),
    (b"OggS", FILM),
    (b"RIFF", FILM),
    (b"\x1aE\xdf\xa3", FILM),
    (b"-----BEGIN PGP MESSAGE", SEALED),
)
_HEIC = re.compile(rb"ftyp(?:hei|hev|mif|msf)")
_RUNNING_NAMES = re.compile(
    r"\.(?:exe|com|scr|pif|cpl|dll|sys|ocx|msi|msp|mst|bat|cmd|ps1|psm1|psd1|vb|vbe|vbs|js|jse|mjs"
    r"|ws|wsf|wsh|wsc|sct|hta|jar|jnlp|lnk|url|desktop|inf|reg|scf|gadget|application|appref-ms"
    r"|settingcontent-ms|library-ms|search-ms|py|pyw|pl|rb|sh|bash|command|php|asp|aspx|jsp|cgi"
    r"|chm|hlp|xll|xlam|ppam|dotm|docm|xlsm|xltm|pptm|potm|ppsm|sldm|xlm|xla|iqy|slk|diagcab"
    r"|appx|msix|apk|ipa|deb|rpm|dmg|pkg|app|workflow|terminal|action|osx|swf|wasm|one|rdp)$",
    re.IGNORECASE,
)
_PAGE_NAMES = re.compile(
    r"\.(?:html?|xhtml|shtml|mht|mhtml|xht|svgz?|xml|xsl|xslt)$", re.IGNORECASE
)
_ARCHIVE_NAMES = re.compile(
    r"\.(?:zip|rar|7z|gz|tgz|bz2|xz|zst|tar|cab|arj|lzh|lha|ace|z|uue?|iso|img|vhdx?|udf|wim)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    rb"(?:<\?xml[^>]{0,300}>|<!--(?:[^-]|-(?!->)){0,2000}-->|\s)*<(?:!doctype|html|head|body|script|svg|iframe|meta"
    rb"|title|style|table|div|a\s|img|xml|\?php)",
    re.IGNORECASE | re.DOTALL,
)


def is_program_name(name: str) -> bool:
    """True when some system runs a file of this name, whatever is in it."""
    return _RUNNING_NAMES.search(name.rstrip(" .")) is not None


def refused_kind(name: str, content: bytes) -> str | None:
    """Why a file of this name and content cannot go to readers, as the end of a sentence; None
    when a closer look has to decide. Documents and pictures are not judged here."""
    if content[4:8] == b"ftyp":
        return DRAWING if _HEIC.match(content, 4) else FILM
    if _MARKUP.match(content[:4096].removeprefix(b"\xef\xbb\xbf")):
        return PAGE
    reason = next((r for first, r in _BY_FIRST_BYTES if content.startswith(first)), None)
    if reason or content.startswith(COMPOUND):
        return reason
    if content[32769:32774] == b"CD001" or content[-512:-508] == b"koly":
        return DISK
    if content[257:262] == b"ustar":
        return ARCHIVE
    if _PAGE_NAMES.search(name):
        return PAGE
    return ARCHIVE if _ARCHIVE_NAMES.search(name) else None


_UNSAFE = re.compile(r'[<>:"|?*\\/\x00-\x1f]+')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_SAME = {
    ".jpeg": ".jpg",
    ".jpe": ".jpg",
    ".jfif": ".jpg",
    ".text": ".txt",
    ".md": ".txt",
    ".log": ".txt",
}
_UNNAMED = {".ics": "calendar", ".jpg": "picture", ".png": "picture", ".txt": "text"}


def safe_name(name: str | None, extension: str) -> str:
    """A file name of at most 100 characters without path, control characters and direction
    tricks, ending in ``extension``, whatever ending it had."""
    stem = _UNSAFE.sub("_", clean_line((name or "").replace("\\", "/")).rpartition("/")[2])
    while ending := _EXTENSION.search(stem):
        # "plan.pdf.exe" and "plan.pdf .exe" both end as plan with what it is in truth.
        if not _is_known_ending(ending[0], extension):
            break
        stem = stem[: ending.start()].rstrip(" .")
    stem = stem.strip(" ._-~")[: NAME_LENGTH - len(extension)].rstrip(" .")
    if not stem or _DEVICE.fullmatch(stem):
        stem = _UNNAMED.get(extension, "document")
    return stem + extension


def _is_known_ending(ending: str, extension: str) -> bool:
    ending = _SAME.get(ending.lower(), ending.lower())
    return (
        ending == extension
        or ending in CONTENT_TYPES
        or ending in (".gif", ".bmp", ".webp", ".avif", ".dat", ".bin", ".tmp")
        or any(names.search(ending) for names in (_RUNNING_NAMES, _PAGE_NAMES, _ARCHIVE_NAMES))
    )


def ending_of(name: str) -> str:
    """The lower-case ending of a name, ".jpeg" counted as ".jpg"; "" when it has none."""
    suffix = PurePosixPath(clean_line(name)).suffix.lower()
    return _SAME.get(suffix, suffix)
