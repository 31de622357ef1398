"""Cuts the notes (place, camera, names) out of JPEG and PNG files that lie inside documents and
cannot be drawn anew without moving on the page. Pictures by themselves go through pictures."""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import Image

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_START_OF_SCAN = 0xDA
_ADOBE = 0xEE
"""The one application segment that decoders need: it says how colours are meant."""
_PNG_NOTES = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME")
_MOST_SEGMENTS = 10_000


def without_picture_notes(content: bytes) -> bytes:
    """A JPEG or PNG file with all its notes but the one that says which side is up; any other
    content as it is."""
    if content.startswith(_JPEG):
        return without_jpeg_segments(content)
    return _without_png_chunks(content) if content.startswith(_PNG) else content


def without_jpeg_segments(content: bytes) -> bytes:
    """A JPEG file without its application and comment segments (ITU T.81 B.1.1.4)."""
    kept = [content[:2]]
    at = 2
    for _ in range(_MOST_SEGMENTS):
        if content[at : at + 1] != b"\xff" or at + 4 > len(content):
            return content
        marker = content[at + 1]
        if marker == _START_OF_SCAN:
            kept.insert(1, _orientation_alone(content))
            return b"".join([*kept, content[at:]])
        end = at + 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
        if not (0xE1 <= marker <= 0xEF and marker != _ADOBE) and marker != 0xFE:
            kept.append(content[at:end])
        at = end
    return content


def _orientation_alone(content: bytes) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=("JPEG",)) as image:
            turned = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - without a readable note the picture is upright
        return b""
    if turned not in range(2, 9):
        return b""
    exif = Image.Exif()
    exif[0x0112] = turned
    body = exif.tobytes()
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _without_png_chunks(content: bytes) -> bytes:
    kept = [_PNG]
    at = len(_PNG)
    for _ in range(_MOST_SEGMENTS):
        if at + 12 > len(content):
            break
        end = at + 12 + struct.unpack(">I", content[at : at + 4])[0]
        name = content[at + 4 : at + 8]
        if name not in _PNG_NOTES:
            kept.append(content[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    return content
