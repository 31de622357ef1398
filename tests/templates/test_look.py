"""The palette can be read: WCAG 2.2 contrast of every pair that is used for text or for a mark."""

from __future__ import annotations

import pytest

from templates.look import DARK, LIGHT

TEXT_PAIRS = [
    (LIGHT, "ink", "card"),
    (LIGHT, "ink", "soft"),
    (LIGHT, "muted", "card"),
    (LIGHT, "muted", "soft"),
    (LIGHT, "link", "card"),
    (LIGHT, "link", "soft"),
    (LIGHT, "alarm", "soft"),
    (LIGHT, "alarm", "card"),
    (LIGHT, "on_brand", "brand"),
    (LIGHT, "quiet_on_brand", "brand"),
    (LIGHT, "date", "brand"),
    (LIGHT, "on_date", "date"),
    (DARK, "ink", "card"),
    (DARK, "ink", "soft"),
    (DARK, "muted", "card"),
    (DARK, "muted", "soft"),
    (DARK, "link", "card"),
    (DARK, "link", "soft"),
    (DARK, "alarm", "soft"),
    (DARK, "alarm", "card"),
    (DARK, "on_brand", "brand"),
    (DARK, "quiet_on_brand", "brand"),
    (DARK, "date", "brand"),
    (DARK, "on_date", "date"),
    (DARK, "ground", "link"),
]


@pytest.mark.parametrize(("palette", "front", "back"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(palette: dict[str, str], front: str, back: str) -> None:
    assert contrast(palette[front], palette[back]) >= 4.5


def test_fields_and_the_ring_of_focus_stand_out() -> None:
    for palette in (LIGHT, DARK):
        assert contrast(palette["muted"], palette["card"]) >= 3
        assert contrast(palette["ink"], palette["card"]) >= 3
        assert contrast(palette["link"], palette["card"]) >= 3


def test_both_palettes_name_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
