"""The browser that page tests look through really runs what a page brings along."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chromium import dom, screenshot

PAGE = "<!doctype html><title>before</title><p>Hello</p><script>document.title = 'after'</script>"


@pytest.fixture
def page(tmp_path: Path) -> str:
    file = tmp_path / "page.html"
    file.write_text(PAGE)
    return file.as_uri()


@pytest.mark.chromium
def test_scripts_have_run_when_the_page_is_looked_at(page: str) -> None:
    assert "<title>after</title>" in dom(page)


@pytest.mark.chromium
def test_a_picture_has_the_width_of_a_phone(page: str, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    screenshot(page, picture)
    header = picture.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(header[16:20], "big") == 360
