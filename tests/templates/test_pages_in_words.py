"""Every page: whole without script or third party, small, and deaf to what strangers type."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from templates import page, page_style_source
from tests.templates.values import PAGE_VALUES, page_values

HOSTILE = "{{7*7}}<script>alert(1)</script>\x00\"'&"
LABELLED = ("input", "select", "textarea")


class Outline(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.mark.parametrize("name", PAGE_VALUES)
def test_a_page_is_whole_small_and_fetches_nothing(name: str) -> None:
    html = page(name, **page_values(name))
    outline = Outline(html)
    assert html.startswith("<!doctype html>")
    assert outline.all("html")[0] == {"lang": "en", "dir": "ltr"}
    assert not outline.all("script", "link", "img", "iframe", "object")
    assert not re.search(r"url\(|@import|https?://", html)
    assert len(html.encode()) < 14_000
    assert len(outline.all("h1")) == len(outline.all("main")) == len(outline.all("title")) == 1
    assert not any("style" in attributes for _, attributes in outline.tags)


@pytest.mark.parametrize("name", PAGE_VALUES)
def test_each_field_has_a_label_and_each_id_is_there_once(name: str) -> None:
    outline = Outline(page(name, **page_values(name)))
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    labels = {label["for"] for label in outline.all("label")}
    assert len(ids) == len(set(ids))
    assert all(field["id"] in labels for field in outline.all(*LABELLED))
    described = {
        one
        for _, attributes in outline.tags
        for one in (attributes.get("aria-describedby") or "").split()
    }
    assert described <= set(ids)


@pytest.mark.parametrize("name", PAGE_VALUES)
def test_what_is_typed_stays_text(name: str) -> None:
    values = page_values(name)
    hostile = {
        key: HOSTILE if isinstance(value, str) and value else value for key, value in values.items()
    }
    if "answers" in values:
        hostile["answers"] = {"address": HOSTILE, "name": HOSTILE, "frequency": HOSTILE}
        hostile["errors"] = (("address", "no_address"),)
    html = page(name, **hostile)
    assert "\x00" not in html and "49" not in re.sub("<style>.*</style>", "", html, flags=re.S)
    assert not Outline(html).all("script")


@pytest.mark.parametrize("name", [name for name in PAGE_VALUES if PAGE_VALUES[name]])
def test_a_page_with_a_value_missing_is_never_shown(name: str) -> None:
    with pytest.raises(UndefinedError):
        page(name)


def test_an_error_is_told_on_top_and_beside_its_field() -> None:
    html = page("join", **page_values("join"))
    assert html.count("Enter an email address, like name@example.org") == 2
    assert '<a href="#address">' in html and "<title>Error: " in html
    field = next(one for one in Outline(html).all("input") if one["id"] == "address")
    assert field["aria-invalid"] == "true" and field["aria-describedby"] == "address-error"


def test_e9_everybody_who_asks_to_join_sees_the_same_words() -> None:
    assert "address" not in re.findall(r"{{\s*(\w+)", page("join_sent", list_title="News"))
    assert page("join_sent", list_title="News") == page("join_sent", list_title="News", address="x")


def test_the_trap_of_the_join_form_is_hidden_from_people() -> None:
    trap = next(
        one
        for one in Outline(page("join", **page_values("join"))).all("input")
        if one["name"] == "homepage"
    )
    assert trap["tabindex"] == "-1" and trap["autocomplete"] == "off"


def test_settings_show_what_was_chosen_and_what_was_saved() -> None:
    outline = Outline(page("settings", **page_values("settings")))
    chosen = [one["value"] for one in outline.all("input") if "checked" in one]
    assert chosen == ["weekly", "housing", "html", "full", "linked"]
    dates = [one["value"] for one in outline.all("input") if one["type"] == "date"]
    assert dates == ["", "2026-12-14"]
    assert {"class": "panel", "role": "status"} in outline.all("div")


def test_the_style_sheet_may_run_under_a_strict_policy() -> None:
    html = page("leave", **page_values("leave"))
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert page_style_source() == f"'sha256-{digest}'"
