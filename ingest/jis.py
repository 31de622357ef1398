"""Reads ISO-2022-JP, the seven-bit Japanese of mail, with the letters that makers added to it."""

from __future__ import annotations

import re

_JIS_ESCAPE = re.compile(rb"\x1b(\([A-Z]|\$[@A-B]|\$\([A-Z])")


def read_jis(data: bytes) -> tuple[str, str | None]:
    """ISO-2022-JP with the makers' own letters (circled digits and such), which are daily bread.

    Python's codec refuses them, so each escaped run is moved to Shift_JIS code points, where
    cp932 knows them.
    """
    pieces = _JIS_ESCAPE.split(data)
    text = [pieces[0].decode("cp932", "replace")]
    for escape, run in zip(pieces[1::2], pieces[2::2], strict=True):
        text.append(_run(escape, run))
    whole = "".join(text)
    return whole, "not wholly in the character set it claims, iso-2022-jp" if (
        "�" in whole
    ) else None


def _run(escape: bytes, run: bytes) -> str:
    if escape == b"(I":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in run).decode(
            "cp932", "replace"
        )
    if escape in (b"$@", b"$B"):
        return _two_byte_run(run).decode("cp932", "replace")
    if escape in (b"$(D", b"$A", b"$(C"):
        return (b"\x1b" + escape + run + b"\x1b(B").decode("iso2022_jp_2", "replace")
    return run.decode("cp932", "replace")


def _two_byte_run(run: bytes) -> bytes:
    """JIS X 0208 in its seven-bit form as Shift_JIS bytes; anything else stays as it is."""
    out = bytearray()
    at = 0
    while at < len(run):
        high, low = run[at], run[at + 1] if at + 1 < len(run) else 0
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            out.append(high)
            at += 1
            continue
        out.append((high + 1) // 2 + (0x70 if high < 0x5F else 0xB0))
        out.append(low + (0x1F if high % 2 and low < 0x60 else 0x20 if high % 2 else 0x7E))
        at += 2
    return bytes(out)
