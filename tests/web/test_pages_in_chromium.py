"""The pages in a real browser: by keyboard and mouse, without scripts, on a narrow screen, and as
axe-core judges them (WCAG 2.2 AA)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from config import Settings
from storage import lists
from storage.database import Database
from tests.driven import Driven, driven
from tests.servers import free_port
from tests.web.browser import CAROL, Browser, settle
from web.app import create_app

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def served(browser: Browser) -> Iterator[str]:
    """The address at which the pages are, over real HTTP."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    browser.settings = Settings(public_url=url, secret=browser.settings.secret)
    app = create_app(browser.db, browser.settings, lambda: browser.now)
    config = uvicorn.Config(app, "127.0.0.1", port, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            pass
        yield url
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def browser(sqlite_url: str) -> Iterator[Browser]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def places(browser: Browser) -> list[str]:
    carol = browser.reader(topic_frequencies={browser.topics["jobs"]: "daily"})
    left = browser.reader("left@reader.example", state="left")
    stopped = browser.reader("stopped@reader.example", state="stopped")
    with browser.db.write() as tx:
        lists.edit(tx, browser.sender.id, {"languages": "ar,pl"})
    amal = browser.reader("amal@reader.example", language="ar")
    return [
        "/",
        "/join/news",
        "/join/news?language=ar",
        "/join/news?language=pl",
        browser.path("settings", amal.id),
        browser.path("leave", amal.id),
        browser.path("settings", carol.id),
        browser.path("settings", stopped.id),
        browser.path("settings", carol.id, days=400),
        browser.path("leave", carol.id),
        browser.path("leave", left.id),
        browser.waiting("join"),
        browser.waiting("wish", {"frequency": "daily"}),
        browser.waiting("leave"),
        "/nothing",
    ]


def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    browser.now = browser.now.replace(year=2028)
    paths = places(browser)
    with served(browser) as url, driven() as chromium:
        for width in (320, 1280):
            chromium.size(width)
            for path in paths:
                chromium.open(url + path)
                assert chromium.tell("document.documentElement.scrollWidth") <= width, path
                assert chromium.run_axe(AXE, WCAG_22_AA) == [], path


def test_errors_are_no_barrier_either(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(320)
        chromium.open(url + path)
        chromium.tell("document.querySelector('#new_address').value = 'carol'; 0")
        chromium.submit(1)
        assert chromium.tell("document.title").startswith("Error: ")
        assert chromium.run_axe(AXE, WCAG_22_AA) == []


def test_large_text_stays_within_a_narrow_screen(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(320)
        chromium.open(url + path)
        chromium.tell("document.documentElement.style.fontSize = '36px'; 0")
        assert chromium.tell("document.documentElement.scrollWidth") <= 320


def test_a_page_from_right_to_left_stays_within_a_narrow_screen(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(320)
        chromium.open(url + path)
        chromium.tell("document.documentElement.dir = 'rtl'; 0")
        assert chromium.tell("document.documentElement.scrollWidth") <= 320
        dot = "getComputedStyle(document.querySelector('fieldset'), '::after').right"
        assert chromium.tell(dot) == "0px", "the stops of the line stand on the right"


def focused(chromium: Driven) -> str:
    return str(chromium.tell("document.activeElement.id || document.activeElement.textContent"))


def tab_to(chromium: Driven, wanted: str) -> None:
    seen = []
    for _ in range(60):
        chromium.key("Tab")
        seen.append(focused(chromium))
        if seen[-1].strip() == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by Tab: {seen}")


def test_everything_can_be_done_by_keyboard(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(1280)
        chromium.open(url + path)
        chromium.key("Tab")
        assert focused(chromium) == "Go to the text", "the way past the head comes first"
        tab_to(chromium, "frequency-3")
        chromium.key("ArrowDown")
        tab_to(chromium, "topics-2")
        chromium.key(" ")
        tab_to(chromium, "Save")
        outline = chromium.tell("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px", "one sees where one is"
        chromium.key("Enter")
        chromium.wait()
        assert "Saved" in chromium.tell("document.querySelector('[role=status]').textContent")
    carol = browser.look()
    assert carol is not None
    assert carol.frequency == "monthly"
    assert browser.topics["jobs"] not in carol.topics


@pytest.mark.parametrize("width", [320, 1280])
def test_everything_can_be_done_by_mouse_without_scripts(browser: Browser, width: int) -> None:
    path = browser.path("settings", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(width, 6000, scripts=False)
        chromium.open(url + path)
        _click(chromium, "label[for=frequency-4]")
        _click(chromium, "label[for=format-3]")
        _click(chromium, "form button")
        chromium.wait()
        chromium.open(url + browser.path("leave", 1))
        _click(chromium, "form button")
        chromium.wait()
    carol = browser.look()
    assert carol is not None
    assert (carol.frequency, carol.format, carol.state) == ("monthly", "large", "left")
    assert [mail.letter for mail in browser.letters()] == ["settings_changed", "leaving_done"]


def test_one_topic_is_stopped_by_keyboard_without_scripts(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    with served(browser) as url, driven() as chromium:
        chromium.size(320, 2000, scripts=False)
        chromium.open(url + path)
        for _ in range(60):
            chromium.key("Tab")
            if "Jobs" in focused(chromium):
                break
        chromium.key("Enter")
        chromium.wait()
    carol = browser.look()
    assert carol is not None
    assert carol.state == "active"
    assert carol.topics == (browser.topics["housing"], browser.topics["law"])


def _click(chromium: Driven, selector: str) -> None:
    box = f"document.querySelector('{selector}').getBoundingClientRect()"
    x, y, height = chromium.tell(f"(b => [b.x + 20, b.y + b.height / 2, b.height])({box})")
    assert height >= 24, "a target is at least 24 pixels high (WCAG 2.2, 2.5.8)"
    chromium.click(x, y)


def test_somebody_joins_by_keyboard(browser: Browser) -> None:
    with served(browser) as url, driven() as chromium:
        chromium.size(320)
        chromium.open(f"{url}/join/news")
        tab_to(chromium, "address")
        chromium.write(CAROL)
        chromium.key("Enter")
        chromium.wait()
        assert chromium.tell("document.querySelector('h1').textContent") == "Now look at your mail"
    assert [mail.letter for mail in browser.letters()] == ["joining_confirm"]
