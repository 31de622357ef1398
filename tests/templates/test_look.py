"""The palette can be read: WCAG 2.2 contrast of every pair that is used for text or for a mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.look import DARK, ENOUGH, LIGHT, contrast, is_colour, palettes

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
    (LIGHT, "on_brand_date", "brand"),
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
    (DARK, "on_brand_date", "brand"),
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


COLOURED = [pair for pair in TEXT_PAIRS if pair[1] in ("on_brand", "quiet_on_brand", "link")]


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_list_may_choose_any_colour_and_stays_readable(channels: tuple[int, int, int]) -> None:
    colour = "#" + "".join(f"{channel:02x}" for channel in channels)
    light, dark = palettes(colour)
    assert light["brand"] == colour
    for palette, front, back in COLOURED:
        chosen = light if palette is LIGHT else dark
        assert contrast(chosen[front], chosen[back]) >= ENOUGH, (colour, front, back)
    assert contrast(light["on_brand_date"], light["brand"]) >= ENOUGH


def test_what_is_no_colour_leaves_our_own() -> None:
    for text in ("", "red", "#12345", "#GGGGGG", "#0b4f42;}", "url(x)"):
        assert not is_colour(text)
        assert palettes(text) == (LIGHT, DARK)
