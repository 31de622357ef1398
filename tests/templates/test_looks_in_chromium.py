"""What a real browser makes of pages and mails: nothing runs, and nothing is wider than a phone."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest

from templates import Form, ItemView, letter, page
from tests.chromium import dom
from tests.templates.round_up import joined
from tests.templates.values import DROP_IN, PAGE_VALUES, page_values, values_of

pytestmark = pytest.mark.chromium

LONG = ItemView(
    title="https://housing.example/" + "a" * 150,
    text="b" * 300 + "\n\nhttps://housing.example/" + "c" * 300,
    html="",
    organisation="d" * 100,
    author_address="e" * 60 + "@" + "f" * 60 + ".example",
)
HOSTILE = (
    "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">'\"{{7*7}}"
)


def test_nothing_is_wider_than_a_small_phone(tmp_path: Path) -> None:
    forms: tuple[Form, ...] = ("html", "large")
    shown = {name: page(name, **page_values(name)) for name in PAGE_VALUES}
    shown["long"] = page(
        "leave", **page_values("leave") | {"list_title": "g" * 60, "address": LONG.author_address}
    )
    shown |= {form: joined(form, [("g" * 60, [DROP_IN, LONG])]) for form in forms}
    for name in ("post_held", "joining_done", "settings_shown", "settings_changed"):
        long = values_of(name) | {"post_title": LONG.title, "post_text": LONG.text}
        shown[name] = letter(name, **long).html or ""
    widths = _widths(tmp_path, shown)
    assert widths.keys() == shown.keys()
    assert {name: width for name, width in widths.items() if width > 320} == {}


def _widths(folder: Path, shown: dict[str, str]) -> dict[str, int]:
    """How wide each document wants to be in a frame of 320 pixels."""
    frames = "".join(
        f'<iframe id="{name}" width="320" height="600" srcdoc="{escape(html)}"></iframe>'
        for name, html in shown.items()
    )
    script = """<script>onload = () => { document.title = JSON.stringify(Object.fromEntries(
        [...document.querySelectorAll("iframe")].map(one =>
        [one.id, one.contentDocument.documentElement.scrollWidth]))) }</script>"""
    file = folder / "frames.html"
    file.write_text(f"<!doctype html><meta charset=utf-8><title></title>{frames}{script}")
    title = dom(file.as_uri()).partition("<title>")[2].partition("</title>")[0]
    widths: dict[str, int] = json.loads(title)
    return widths


def test_c6_nothing_that_a_partner_writes_runs(tmp_path: Path) -> None:
    item = ItemView(HOSTILE, HOSTILE, "", HOSTILE, HOSTILE)
    for number, html in enumerate(
        (
            joined("html", [(HOSTILE, [item])]),
            letter("post_held", **values_of("post_held") | {"post_title": HOSTILE}).html or "",
            page("confirm", **page_values("confirm") | {"address": HOSTILE}),
        )
    ):
        file = tmp_path / f"{number}.html"
        file.write_text(html)
        assert "<title>ran" not in dom(file.as_uri())
