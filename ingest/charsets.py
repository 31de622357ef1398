"""Turns a stranger's bytes into text under whatever charset label the stranger put on them.

Labels are looked up in an allow-list (the WHATWG names plus the old ones mail still carries), so
that no codec is ever run that can be turned against the reader: utf-7, idna, punycode,
unicode_escape. It never raises. It does not know about mail headers or parts.
"""

from __future__ import annotations

import re

import webencodings

from ingest.jis import read_jis
from ingest.unlabelled import guessed

_OLD_LABELS = {
    # What mail programs write and the WHATWG list does not know.
    "cp437": "cp437",
    "ibm437": "cp437",
    "cp850": "cp850",
    "ibm850": "cp850",
    "cp852": "cp852",
    "ibm852": "cp852",
    "cp858": "cp858",
    "cp855": "cp855",
    "cp862": "cp862",
    "cp864": "cp864",
    "cp874": "cp874",
    "cp932": "cp932",
    "cp936": "gb18030",
    "cp949": "cp949",
    "ms949": "cp949",
    "uhc": "cp949",
    "johab": "johab",
    "cp950": "cp950",
    "ms950": "cp950",
    "big5-eten": "big5hkscs",
    "hz": "hz",
    "hz-gb-2312": "hz",
    "iso-2022-kr": "iso2022_kr",
    "koi8-t": "koi8_t",
    "ptcp154": "ptcp154",
    "utf-32": "utf_32",
    "utf-32le": "utf_32_le",
    "utf-32be": "utf_32_be",
    "mac-roman": "mac_roman",
    "x-mac-roman": "mac_roman",
    "x-mac-ce": "mac_latin2",
    "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish",
    "x-mac-iceland": "mac_iceland",
    "x-sjis-jp": "cp932",
    "windows-31j": "cp932",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "cp-850": "cp850",
}
_PYTHON_NAMES = {
    # Wider codecs for labels under which senders write more than the standard allows.
    "gbk": "gb18030",
    "iso-2022-jp": "iso-2022-jp",
    "euc-jp": "euc_jis_2004",
    "x-user-defined": "cp1252",
    "utf-16le": "utf_16_le",
    "utf-16be": "utf_16_be",
}
_WESTERN = ("cp1252", "iso8859_1", "iso8859_15", "iso8859-15")
_UNLABELLED = {
    "",
    "us-ascii",
    "ascii",
    "ansi_x3.4-1968",
    "unknown",
    "unknown-8bit",
    "x-unknown",
    "default",
    "default_charset",
    "_default",
    "_autodetect",
    "8bit",
    "7bit",
    "binary",
    "none",
    "utf-8",
    "utf8",
    "cp65001",
    "utf-8mb4",
    "utf8mb4",
}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf_32_le"),
    (b"\xff\xfe", "utf_16_le"),
    (b"\xfe\xff", "utf_16_be"),
)


def decode(data: bytes, label: str | None, hint: str | None = None) -> tuple[str, str | None]:
    """Text of ``data`` and, in words, what was wrong with it (None when nothing was).

    ``label`` is the charset the sender named, if any. ``hint`` is another label seen in the same
    message: it is tried where ``label`` is missing or unknown and the bytes are not UTF-8.
    """
    name = _clean_label(label)
    bom = next(((mark, codec) for mark, codec in _BOMS if data.startswith(mark)), None)
    if bom and (name.startswith("utf") or bom[1] == "utf-8"):
        return data[len(bom[0]) :].decode(bom[1], "replace"), None
    if name in _UNLABELLED:
        return _guess(data, name, hint)
    codec = _codec(name)
    if codec is None:
        text, _ = _guess(data, name, hint)
        return text, f"unknown character set {name[:40]}"
    return _by_codec(data, codec, name)


def known(label: str | None) -> bool:
    """True when ``label`` names a charset that is read as such, ASCII and UTF-8 aside."""
    name = _clean_label(label)
    return name not in _UNLABELLED and _codec(name) is not None


def _clean_label(label: str | None) -> str:
    # RFC 2231 language ("utf-8*en"), stray quotes and lists ("utf-8, us-ascii") are seen in mail.
    name = (
        (label or "")[:100].encode("ascii", "replace").decode("ascii").strip(" \t\r\n\"'<>").lower()
    )
    return re.split(r"[*,;$ ]|\?[bq]\?", name, maxsplit=1)[0].strip("\"'?_=")


def _codec(name: str) -> str | None:
    for variant in (name, name.replace("_", "-"), re.sub(r"^(x-|cs)", "", name)):
        if variant in _OLD_LABELS:
            return _OLD_LABELS[variant]
        encoding = webencodings.lookup(variant)
        if encoding is not None and encoding.name != "replacement":
            return _PYTHON_NAMES.get(encoding.name, encoding.codec_info.name)
    return _by_number(name)


def _by_number(name: str) -> str | None:
    """ "windows1252", "iso88591", "win-1251", "latin-9": close enough for a careful human."""
    found = re.fullmatch(r"(?:windows|win|cp|x-cp|microsoft-cp)[-_ ]?(125[0-8]|874)", name)
    if found:
        return f"cp{found[1]}"
    found = re.fullmatch(r"(?:iso|iso[-_ ]?8859)[-_ ]?(?:8859)?[-_ ]?(1[0-6]|[1-9])", name)
    if found:
        number = int(found[1])
        return "cp1252" if number in (1, 12) else f"iso8859_{number}"
    return "iso8859_15" if name in ("latin9", "latin-9") else None


def _by_codec(data: bytes, codec: str, name: str) -> tuple[str, str | None]:
    if codec == "iso-2022-jp":
        return read_jis(data)
    if codec in ("utf_16_le", "utf_16_be") and b"\0" not in data:
        return _guess(data, name, None)[0], f"not in the character set it claims, {name}"
    # Western text almost never is UTF-8 by accident; what is, was labelled wrongly.
    if codec in _WESTERN and not data.isascii():
        if _is_utf8(data):
            return data.decode("utf-8"), f"labelled {name} but in UTF-8"
        if better := guessed(data):
            return data.decode(better, "replace"), f"labelled {name} but in {better}"
    try:
        return data.decode(codec), None
    except UnicodeDecodeError:
        pass
    if codec not in ("utf_16_le", "utf_16_be", "utf_32") and _is_utf8(data):
        return data.decode("utf-8"), f"labelled {name} but in UTF-8"
    return data.decode(codec, "replace"), f"not wholly in the character set it claims, {name}"


def _guess(data: bytes, name: str, hint: str | None) -> tuple[str, str | None]:
    """Bytes without a usable label: ASCII, UTF-8, the hint, and at last windows-1252."""
    if data.isascii():
        if b"\x1b$" in data:
            return read_jis(data)
        return data.decode("ascii"), None
    if _is_utf8(data):
        return data.decode("utf-8"), None
    said = f"8-bit bytes that are not {name or 'labelled'}"
    text = data.decode("utf-8", "replace")
    # A broken tail or one bad byte does not make a UTF-8 text Latin.
    bad = text.count("�")
    sound = sum(1 for letter in text if letter > "\x7f") - bad
    if sound and sound >= bad:
        return text, said
    if hint and known(hint):
        codec = _codec(_clean_label(hint))
        if codec:
            return _by_codec(data, codec, hint)[0], said
    if better := guessed(data):
        return data.decode(better, "replace"), said
    return data.decode("cp1252", "replace"), said


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
