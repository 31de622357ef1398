"""Pictures within documents lose their notes (place, owner, program) and nothing else."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from ingest.segments import without_picture_notes

SECRET = "Carol at the refuge, 51.5 N"


def png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET)
    notes.add_text("Author", SECRET, zip=True)
    notes.add_itxt("Place", SECRET)
    exif = Image.Exif()
    exif[0x010E] = SECRET
    out = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "PNG", pnginfo=notes, exif=exif, dpi=(72, 72))
    return out.getvalue()


def jpeg(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = SECRET, orientation
    out = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG", exif=exif, comment=SECRET.encode())
    return out.getvalue()


def test_a_png_file_loses_its_notes_and_looks_the_same() -> None:
    cleaned = without_picture_notes(png())
    assert SECRET.encode() in png() and SECRET.encode() not in cleaned
    assert not any(name in cleaned for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"))
    with Image.open(BytesIO(cleaned)) as after, Image.open(BytesIO(png())) as before:
        assert after.tobytes() == before.tobytes()
        assert "Comment" not in after.info and "dpi" in after.info


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_file_keeps_which_side_is_up(orientation: int) -> None:
    cleaned = without_picture_notes(jpeg(orientation))
    assert SECRET.encode() not in cleaned
    with Image.open(BytesIO(cleaned)) as after:
        assert after.getexif().get(0x0112, 1) == orientation
        assert 0x010E not in after.getexif()


def test_what_is_no_picture_stays() -> None:
    assert without_picture_notes(b"words") == b"words"


@given(st.binary(max_size=60), st.integers(0, 120), st.booleans())
def test_broken_pictures_stop_nothing(rubbish: bytes, at: int, is_png: bool) -> None:
    whole = png() if is_png else jpeg(6)
    without_picture_notes(whole[:at] + rubbish)
    without_picture_notes(whole[:at] + rubbish + whole[at:])
    without_picture_notes(whole[:8] + struct.pack(">I", 2**32 - 1) + rubbish)
