"""Guesses the charset of 8-bit text whose sender named none, or a Western one that cannot be.

It knows the handful of scripts whose programs used to leave the label out: Cyrillic, Chinese,
Japanese, Korean. Where the letters stand alone among ASCII, as in Western languages, it guesses
nothing. Decoding is not done here.
"""

from __future__ import annotations

import re

SAMPLE = 20_000
"""Bytes looked at."""
LEAST = 6
"""Fewer 8-bit bytes than this tell nothing."""

_RUN = re.compile(rb"[\x80-\xff]{3,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_WESTERN = frozenset("äöüßÄÖÜàâçèéêëîïôùûáíóúñãõåæøÅÆØ€".encode("iso8859-15"))
_PAIRS = re.compile(rb"[\x81-\xfe][\x40-\xfe]")


def guessed(data: bytes) -> str | None:
    """A Python codec that ``data`` (not UTF-8) is probably in, or None."""
    sample = data[:SAMPLE]
    high = len(_HIGH.findall(sample))
    runs = _RUN.findall(sample)
    if high < LEAST or sum(map(len, runs)) * 2 < high:
        return None
    letters = b"".join(runs)
    # Somebody tries out "äöüßÄÖÜ".
    if sum(byte in _WESTERN for byte in letters) * 100 >= 85 * len(letters):
        return None
    if sum(byte >= 0xC0 for byte in letters) * 100 >= 95 * len(letters):
        return _cyrillic(letters)
    return _east_asian(data, letters)


def _cyrillic(letters: bytes) -> str | None:
    """windows-1251 or KOI8-R, whichever makes more of the commonest and of small letters."""
    texts = {codec: letters.decode(codec, "replace") for codec in ("cp1251", "koi8_r")}
    best = max(texts, key=lambda codec: _common(texts[codec]) + 0.4 * _small(texts[codec]))
    return best if _common(texts[best]) > 0.45 else None


def _common(text: str) -> float:
    return sum(letter in "оеаинтсрвлк" for letter in text.lower()) / max(1, len(text))


def _small(text: str) -> float:
    return sum(map(str.islower, text)) / max(1, len(text))


def _east_asian(data: bytes, letters: bytes) -> str | None:
    """The double-byte codec that can read all of it and whose commonest letters are there."""
    pairs = _PAIRS.findall(letters)
    leads = [pair[0] for pair in pairs]
    if _share(leads, 0xA4, 0xA5) > 0.2 and _reads(data, "euc_jp"):
        return "euc_jis_2004"
    if _share(leads, 0x82, 0x83) > 0.2 and _reads(data, "cp932"):
        return "cp932"
    if _share(leads, 0xB0, 0xC8) > 0.8 and _reads(data, "euc_kr"):
        return "cp949"
    if _reads(data, "gb2312"):
        return "gb18030"
    return next(
        (codec for codec in ("cp950", "gbk", "cp949", "cp932") if _reads(data, codec)), None
    )


def _share(leads: list[int], first: int, last: int) -> float:
    return sum(first <= lead <= last for lead in leads) / max(1, len(leads))


def _reads(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError as error:
        # A text that was cut may end inside a letter.
        return error.start >= len(data) - 1 and error.start > 0
    return True
