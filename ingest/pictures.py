"""Draws a stranger's picture anew, so that nothing of the file but its pixels goes out: no place,
no camera, no name, no thumbnail of what was cut away, no second file hidden behind the first."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

MOST_PIXELS = 25_000_000
MOST_PIXELS_OF = {"WEBP": 12_500_000}
"""Its reader holds the whole picture four times."""
LONGEST_SIDE = 1600
"""Pixels. Enough for a page printed on A4, little enough for a phone that pays for data."""

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF")
"""What Pillow may try. Not SVG, which is a program; not TIFF or EPS, whose readers are large."""

_LOSSLESS = ("PNG", "GIF", "BMP")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What puts a picture upright again, by the note of the camera (Exif 2.32, 4.6.4)."""
_STRIP = 256
"""Rows of the result that are made at a time."""
_LARGE_PNG = 300_000
_JPEG_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    content_type: str
    width: int
    height: int

    @property
    def extension(self) -> str:
        return ".png" if self.content_type == "image/png" else ".jpg"


def clean_picture(content: bytes, content_type: str = "") -> Picture | None:
    """The picture as a new JPEG or PNG file of at most 1600 pixels a side, turned upright, the
    first image of a moving one. ``content_type`` is what the sender says and decides nothing.
    None when it is no picture that we read, is broken, or has over 25 million pixels."""
    del content_type
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _drawn_anew(content)
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken files
        return None


def what_is_wrong(content: bytes) -> str | None:
    """In words why `clean_picture` did not draw this picture; None when it is no picture that we
    read. Reads the file's header only."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=_FORMATS) as opened:
                most = MOST_PIXELS_OF.get(opened.format or "", MOST_PIXELS)
                if opened.width * opened.height <= most:
                    return "it is damaged; please save it again"
                wide = f"it is larger than {most / 1_000_000:g} million pixels"
                if most == MOST_PIXELS:
                    return f"{wide}; please make it smaller"
                return f"{wide}; please make it smaller, or save it as JPEG"
    except Exception:  # noqa: BLE001 - as above
        return "it is damaged; please save it again" if _begins_as_picture(content) else None


def _begins_as_picture(content: bytes) -> bool:
    webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    return webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8"))


def _drawn_anew(content: bytes) -> Picture | None:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        # The size stands in the header: nothing has been decoded yet.
        most = MOST_PIXELS_OF.get(opened.format or "", MOST_PIXELS)
        if opened.width * opened.height > most or min(opened.size) < 1:
            return None
        lossless = opened.format in _LOSSLESS
        image = _only_pixels(opened)
        return _encoded(image, lossless or image.mode == "RGBA")


def _only_pixels(opened: Image.Image) -> Image.Image:
    opened.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
    opened.load()
    # Made small before anything else: each further step would copy up to 100 MB.
    small = _roughly_small(opened)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = _in_plain_colours(_upright(small, opened))
    # Pasting into a new image leaves behind everything that the old one carried with it.
    pixels = Image.new(drawn.mode, drawn.size)
    pixels.paste(drawn)
    return pixels


def _roughly_small(image: Image.Image) -> Image.Image:
    """Half as large again as it will be, or as it was; made so strip by strip."""
    factor = max(1, 2 * max(image.size) // (3 * LONGEST_SIDE))
    if factor == 1 and image.mode not in ("1", "P"):
        return image
    strips = []
    for top in range(0, image.height, _STRIP * factor):
        strip = image.crop((0, top, image.width, min(top + _STRIP * factor, image.height)))
        strip.info = image.info
        strips.append(_in_plain_colours(strip, opaque_too=True).reduce(factor))
    small = Image.new(strips[0].mode, (strips[0].width, sum(one.height for one in strips)))
    for number, strip in enumerate(strips):
        small.paste(strip, (0, number * _STRIP))
    return small


def _upright(image: Image.Image, opened: Image.Image) -> Image.Image:
    try:
        turn = _TURNS.get(opened.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a broken note must not cost the picture
        return image
    return image if turn is None else image.transpose(turn)


def _in_plain_colours(image: Image.Image, *, opaque_too: bool = False) -> Image.Image:
    """As RGB, L, or RGBA where something shows through; with ``opaque_too`` where it might."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        converted = image.convert("RGBA")
        if opaque_too:
            return converted
        opaque = converted.getchannel("A").getextrema() == (255, 255)
        return converted.convert("RGB") if opaque else converted
    if image.mode in ("I;16", "I;16L", "I;16B", "I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image if image.mode in ("RGB", "L") else image.convert("RGB")


def _encoded(image: Image.Image, lossless: bool) -> Picture:
    if not lossless:
        return _jpeg(image)
    png = _saved(image, "PNG", "image/png", optimize=True)
    if len(png.content) <= _LARGE_PNG or image.mode == "RGBA":
        return png
    jpeg = _jpeg(image)
    return jpeg if 2 * len(jpeg.content) < len(png.content) else png


def _jpeg(image: Image.Image) -> Picture:
    return _saved(
        image, "JPEG", "image/jpeg", quality=_JPEG_QUALITY, optimize=True, progressive=True
    )


def _saved(image: Image.Image, form: str, content_type: str, **options: bool | int) -> Picture:
    file = BytesIO()
    image.save(file, form, **options)
    return Picture(file.getvalue(), content_type, image.width, image.height)
