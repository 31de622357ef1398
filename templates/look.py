"""The look that mails and pages share: one palette for light, one for dark.

Deep bottle green and marigold on a cool ground; items are numbered stops on a line, as on a
postal round. Every pair used for text has a contrast of at least 4.5 to 1 (WCAG 2.2 AA), also
where a list has a colour of its own.
"""

from __future__ import annotations

import re
from functools import cache

LIGHT = {
    "ground": "#e9efeb",
    "card": "#ffffff",
    "ink": "#17231f",
    "muted": "#4e5f57",
    "line": "#c5d3cb",
    "brand": "#0b4f42",
    "on_brand": "#ffffff",
    "quiet_on_brand": "#c9e4da",
    "on_brand_date": "#f8c24e",
    "link": "#0a5a4a",
    "soft": "#f0f5f2",
    "date": "#f8c24e",
    "on_date": "#17231f",
    "alarm": "#a3242a",
}

DARK = {
    "ground": "#0d1512",
    "card": "#16201c",
    "ink": "#e9f0ec",
    "muted": "#a8b9b0",
    "line": "#3a4b43",
    "brand": "#0c4a3e",
    "on_brand": "#ffffff",
    "quiet_on_brand": "#c9e4da",
    "on_brand_date": "#f3bd4a",
    "link": "#84d6ba",
    "soft": "#1d2a25",
    "date": "#f3bd4a",
    "on_date": "#17231f",
    "alarm": "#ff9d94",
}

FONT = "'Avenir Next',Avenir,'Segoe UI','Noto Sans',Arial,sans-serif"

ENOUGH = 4.5
"""Contrast of text with its ground (WCAG 2.2, 1.4.3 at level AA)."""

_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


def is_colour(text: str) -> bool:
    """Whether it is a colour as we keep it: "#" and six hexadecimal digits, in lower case."""
    return bool(_COLOUR.match(text))


@cache
def palettes(colour: str) -> tuple[dict[str, str], dict[str, str]]:
    """The light and the dark palette of a list with this colour; "" is our own.

    The band at the top has the colour itself; words on it, and links, are as near to it as can be
    read.
    """
    if not is_colour(colour):
        return LIGHT, DARK
    fronts = ("#ffffff", LIGHT["ink"], "#000000")
    front = next(one for one in fronts if contrast(one, colour) >= ENOUGH)
    date = LIGHT["date"] if contrast(LIGHT["date"], colour) >= ENOUGH else front
    band = {"brand": colour, "on_brand": front, "quiet_on_brand": front, "on_brand_date": date}
    light_link = _readable(colour, (LIGHT["card"], LIGHT["soft"]), "#000000")
    dark_link = _readable(colour, (DARK["card"], DARK["soft"], DARK["ground"]), "#ffffff")
    return LIGHT | band | {"link": light_link}, DARK | band | {"link": dark_link}


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, grounds: tuple[str, ...], towards: str) -> str:
    """The first mixture of ``colour`` and ``towards`` that stands out from every ground."""
    for step in range(21):
        mixed = _mixed(colour, towards, step / 20)
        if all(contrast(mixed, ground) >= ENOUGH for ground in grounds):
            return mixed
    return towards


def _mixed(colour: str, towards: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{round(own + (to - own) * share):02x}" for own, to in pairs)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
