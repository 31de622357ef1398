"""No picture leaves with more than its pixels (people in refuges are in them)."""

from __future__ import annotations

import re
import struct
import time
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from ingest.pictures import LONGEST_SIDE, clean_picture, what_is_wrong

SECRET = "refuge-53.80N-1.54W"


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = SECRET
    return exif


def _file(form: str, size: tuple[int, int] = (80, 40), **options: object) -> bytes:
    image = Image.new("RGB", size, "navy")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _png_with_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET)
    notes.add_itxt("XML:com.adobe.xmp", SECRET)
    notes.add_text("Packed", SECRET, zip=True)
    return _file("PNG", pnginfo=notes, exif=_exif(), dpi=(72, 72))


SECRETIVE = {
    "jpeg": _file("JPEG", exif=_exif(), comment=SECRET.encode(), xmp=SECRET.encode()),
    "jpeg with profile": _file("JPEG", icc_profile=SECRET.encode() * 20),
    "png": _png_with_text(),
    "webp": _file("WEBP", exif=_exif(), xmp=SECRET.encode()),
    "gif": _file("GIF", comment=SECRET.encode()),
    "avif": _file("AVIF", exif=_exif(), xmp=SECRET.encode()),
    "after the end": _file("JPEG") + SECRET.encode(),
    "bmp": _file("BMP") + SECRET.encode(),
}


@pytest.mark.parametrize("name", SECRETIVE)
def test_c5_nothing_but_pixels_is_left(name: str) -> None:
    assert SECRET.encode() in SECRETIVE[name] or name in ("png", "avif", "webp")
    picture = clean_picture(SECRETIVE[name])
    assert picture is not None
    assert SECRET.encode() not in picture.content
    with Image.open(BytesIO(picture.content)) as image:
        assert not image.getexif()
        assert (
            not set(image.info)
            - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
            - {
                "progressive",
                "progression",
            }
        )
    assert b"Exif" not in picture.content
    assert b"http://ns.adobe.com" not in picture.content


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_picture_stands_upright(form: str) -> None:
    picture = clean_picture(_file(form, exif=_exif()))
    assert picture is not None
    assert (picture.width, picture.height) == (40, 80)
    with Image.open(BytesIO(picture.content)) as image:
        pixel = image.convert("RGB").getpixel((35, 5))
        assert isinstance(pixel, tuple)
        red, _, blue = pixel
        assert red > 200 and blue < 60


@pytest.mark.parametrize("note", range(1, 9))
def test_every_way_of_holding_a_camera_is_known(note: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = note
    content = _file("PNG", exif=exif)
    with Image.open(BytesIO(content)) as opened:
        upright = ImageOps.exif_transpose(opened)
    picture = clean_picture(content)
    assert picture is not None and upright is not None
    with Image.open(BytesIO(picture.content)) as image:
        assert image.convert("RGB").tobytes() == upright.convert("RGB").tobytes()


def test_the_type_is_that_of_the_content() -> None:
    picture = clean_picture(_file("JPEG"), "image/png")
    assert picture is not None
    assert picture.content_type == "image/jpeg" and picture.extension == ".jpg"


def test_large_pictures_shrink_and_keep_their_shape() -> None:
    picture = clean_picture(_file("JPEG", size=(4000, 3000)))
    assert picture is not None
    assert (picture.width, picture.height) == (LONGEST_SIDE, 1200)


def test_transparency_stays() -> None:
    file = BytesIO()
    Image.new("RGBA", (9, 9), (255, 0, 0, 0)).save(file, "PNG")
    picture = clean_picture(file.getvalue())
    assert picture is not None
    with Image.open(BytesIO(picture.content)) as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "RGBA", "YCbCr"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    file = BytesIO()
    form = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    Image.new(mode, (9, 9)).save(file, form)
    assert clean_picture(file.getvalue()) is not None


def test_a_moving_picture_stands_still() -> None:
    file = BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    picture = clean_picture(file.getvalue())
    assert picture is not None
    with Image.open(BytesIO(picture.content)) as image:
        assert getattr(image, "n_frames", 1) == 1


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        _png_claiming(60_000, 60_000),
        _png_claiming(5_001, 5_000),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"",
        b"GIF89a",
        _file("JPEG")[:300],
        _file("TIFF"),
        b"%PDF-1.4",
    ],
)
def test_c4_bombs_drawings_and_rubbish_are_no_pictures(content: bytes) -> None:
    start = time.process_time()
    assert clean_picture(content, "image/png") is None
    assert time.process_time() - start < 0.5


@given(st.binary(max_size=200), st.integers(0, 600))
def test_broken_files_never_raise(noise: bytes, at: int) -> None:
    content = SECRETIVE["jpeg"]
    clean_picture(content[:at] + noise + content[at + len(noise) :])


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1"])
def test_c4_a_large_picture_is_made_small_in_strips_and_stays_itself(mode: str) -> None:
    """More rows than one strip has, and a last strip that is not whole."""
    large = Image.new("L", (3201, 2703), 255)
    large.paste(0, (0, 0, 3201, 1351))
    file = BytesIO()
    large.convert(mode).save(file, "PNG")
    picture = clean_picture(file.getvalue())
    assert picture is not None
    assert (picture.width, picture.height) == (1600, 1351)
    with Image.open(BytesIO(picture.content)) as small:
        rows = small.convert("L").resize((1, 1351)).tobytes()
    assert max(rows[:670]) < 20
    assert min(rows[680:]) > 200


def test_c4_what_shows_through_a_large_picture_still_does() -> None:
    file = BytesIO()
    Image.new("RGBA", (4000, 3000), (200, 0, 0, 100)).save(file, "PNG")
    picture = clean_picture(file.getvalue())
    assert picture is not None
    with Image.open(BytesIO(picture.content)) as small:
        assert small.mode == "RGBA"
        red, _, _, alpha = small.resize((1, 1)).tobytes()
    assert red in range(195, 206)
    assert alpha == 100


@pytest.mark.parametrize(
    ("form", "size", "words"),
    [
        ("WEBP", (4_000, 3_200), "12.5 million pixels.*JPEG"),
        ("PNG", (6_000, 4_200), "25 million pixels"),
        ("PNG", (20, 20), "damaged"),
    ],
)
def test_a_picture_that_is_not_drawn_is_told_why(
    form: str, size: tuple[int, int], words: str
) -> None:
    file = BytesIO()
    Image.new("L" if form == "PNG" else "RGB", size).save(file, form)
    content = file.getvalue() if size[0] > 20 else file.getvalue()[:50]
    assert clean_picture(content) is None
    wrong = what_is_wrong(content)
    assert wrong is not None and re.search(words, wrong)


def test_what_is_no_picture_is_not_called_one() -> None:
    assert what_is_wrong(b"%PDF-1.7") is None
