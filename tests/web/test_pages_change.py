"""GET, HEAD and OPTIONS show; one POST changes, and a second one finds it so already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.web.browser import CAROL, Browser

Page = Callable[[Browser], str]

PAGES: dict[str, Page] = {
    "index": lambda _: "/",
    "join": lambda _: "/join/news",
    "join by address": lambda _: "/join/news@lists.example.org",
    "settings": lambda browser: browser.path("settings", browser.reader().id),
    "leave": lambda browser: browser.path("leave", browser.reader().id),
    "rejoin": lambda browser: browser.path("leave", browser.reader().id).replace("leave", "rejoin"),
    "rejoin after leaving": lambda browser: browser.path(
        "leave", browser.reader(state="left").id
    ).replace("leave", "rejoin"),
    "confirm joining": lambda browser: browser.waiting("join"),
    "confirm leaving": lambda browser: (browser.reader(), browser.waiting("leave"))[1],
    "confirm a wish": lambda browser: (
        browser.reader(),
        browser.waiting("wish", {"frequency": "daily"}),
    )[1],
    "health": lambda _: "/health",
    "nothing": lambda _: "/nothing/here",
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_e1_whoever_only_looks_changes_nothing(browser: Browser, page: Page, method: str) -> None:
    path = page(browser)
    before = browser.everything()
    for query in ("", "?yes=1", "?List-Unsubscribe=One-Click", "?_method=POST"):
        browser.ask(method, path + query)
        browser.ask(method, path + query, headers={"X-HTTP-Method-Override": "POST"})
    assert browser.everything() == before


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"])
def test_other_methods_are_no_pages(browser: Browser, method: str) -> None:
    path = browser.path("leave", browser.reader().id)
    before = browser.everything()
    assert browser.ask(method, path).status_code in (404, 405)
    assert browser.everything() == before


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_form_submits_itself_and_no_page_has_a_script(browser: Browser, page: Page) -> None:
    html = browser.get(page(browser)).text.lower()
    baits = ("<script", "onload", "onsubmit", "autofocus", "http-equiv", "<iframe", "javascript:")
    assert [bait for bait in baits if bait in html] == []


# Leaving ----------------------------------------------------------------------------------------


def test_e2_one_click_leaves_at_once_without_a_cookie_or_a_redirect(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    answer = browser.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    carol = browser.look()
    assert carol is not None
    assert carol.state == "left"
    assert [mail.letter for mail in browser.letters()] == ["leaving_done"]


def test_e2_one_click_as_multipart_form(browser: Browser) -> None:
    """RFC 8058 §3.2 asks for multipart/form-data or the other one."""
    path = browser.path("leave", browser.reader().id)
    answer = browser.ask("POST", path, files={"List-Unsubscribe": (None, "One-Click")})
    assert answer.status_code == 200
    assert browser.look().state == "left"  # type: ignore[union-attr]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=" + b"x" * 10_000])
def test_a_body_that_means_nothing_leaves_all_the_same(browser: Browser, body: bytes) -> None:
    path = browser.path("leave", browser.reader().id)
    assert browser.ask("POST", path, content=body).status_code == 200
    assert browser.look().state == "left"  # type: ignore[union-attr]


def test_leaving_twice_is_a_success_and_one_letter(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    assert [browser.post(path).status_code for _ in range(3)] == [200, 200, 200]
    assert len(browser.letters()) == 1


def test_e11_the_address_is_masked_for_a_friend_who_got_the_mail_passed_on(
    browser: Browser,
) -> None:
    path = browser.path("leave", browser.reader().id)
    for page in (browser.get(path), browser.post(path)):
        assert CAROL not in page.text
        assert "c…@reader.example" in page.text


@pytest.mark.parametrize("days", [0, 31, 365, 4000])
def test_e5_a_link_to_leave_works_for_ever(browser: Browser, days: int) -> None:
    browser.now = browser.now.replace(year=2038)
    assert browser.post(browser.path("leave", browser.reader().id, days=days)).status_code == 200
    assert browser.look().state == "left"  # type: ignore[union-attr]


def test_e11_the_slip_can_be_undone_on_the_page(browser: Browser) -> None:
    path = browser.path("leave", browser.reader(frequency="daily").id)
    page = browser.post(path).text
    again = path.replace("leave", "rejoin")
    assert f'action="{again}"' in page
    browser.letters()
    assert browser.post(again).status_code == 200
    carol = browser.look()
    assert carol is not None
    assert (carol.state, carol.frequency) == ("active", "daily")
    assert [mail.letter for mail in browser.letters()] == ["joining_done"]
    browser.post(again)
    assert browser.letters() == [], "once is enough"


def test_an_old_link_brings_nobody_back(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id, days=31)
    assert "rejoin" not in browser.post(path).text
    assert browser.post(path.replace("leave", "rejoin")).status_code == 404
    assert browser.look().state == "left"  # type: ignore[union-attr]


# Settings ---------------------------------------------------------------------------------------


def save(browser: Browser, path: str, **fields: object) -> str:
    known: dict[str, object] = {"frequency": "weekly", "format": "html"}
    known["topics"] = ["housing", "jobs", "law"]
    answer = browser.post(path, known | fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_settings_are_saved_said_and_mailed(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    page = save(browser, path, frequency="daily", topics=["jobs"], paused_until="2027-06-01")
    for sentence in ("You now get one mail a day.", "Your topics are now: Jobs.", "1 June 2027"):
        assert sentence in page
    carol = browser.look()
    assert carol is not None
    assert (carol.frequency, carol.topics) == ("daily", (browser.topics["jobs"],))
    assert [mail.letter for mail in browser.letters()] == ["settings_changed"]


def test_saving_twice_changes_once(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    save(browser, path, frequency="daily")
    assert "Nothing was different" in save(browser, path, frequency="daily")
    assert len(browser.letters()) == 1


def test_all_ticked_and_none_ticked_both_mean_everything(browser: Browser) -> None:
    path = browser.path("settings", browser.reader(topics=(browser.topics["jobs"],)).id)
    save(browser, path)
    assert browser.look().topics == ()  # type: ignore[union-attr]
    save(browser, path, topics=["jobs"])
    save(browser, path, topics=[])
    assert browser.look().topics == ()  # type: ignore[union-attr]


def test_a_pause_that_is_over_is_not_shown_and_saving_does_not_speak_of_it(
    browser: Browser,
) -> None:
    path = browser.path("settings", browser.reader(paused_until=date(2026, 11, 1)).id)
    assert "2026-11-01" not in browser.get(path).text
    assert "Nothing was different" in save(browser, path)


@pytest.mark.parametrize(
    "fields",
    [
        {"frequency": "hourly"},
        {"frequency": ""},
        {"format": "pdf"},
        {"paused_until": "soon"},
        {"paused_until": "2027-13-45"},
        {"frequency": "weekly' OR 1=1 --"},
    ],
)
def test_a_wrong_answer_changes_nothing_and_is_shown_beside_its_field(
    browser: Browser, fields: dict[str, str]
) -> None:
    path = browser.path("settings", browser.reader().id)
    before = browser.everything()
    known = {"frequency": "weekly", "format": "html"}
    answer = browser.post(path, known | fields)
    assert answer.status_code == 422
    assert f'href="#{next(iter(fields))}"' in answer.text
    assert browser.everything() == before


def test_a_strangers_fields_are_not_stored(browser: Browser) -> None:
    path = browser.path("settings", browser.reader().id)
    save(browser, path, state="left", address="mallory@evil.example", consent="x", id="7")
    carol = browser.look()
    assert carol is not None
    assert carol.state == "active"


# Confirming -------------------------------------------------------------------------------------


def test_e10_the_link_of_a_confirmation_shows_a_button_and_the_button_does_it_once(
    browser: Browser,
) -> None:
    path = browser.waiting("join", {"frequency": "daily", "topics": [browser.topics["jobs"]]})
    assert "<button" in browser.get(path).text
    assert browser.look() is None
    assert "Welcome" in browser.post(path).text
    assert "Welcome" in browser.post(path).text
    carol = browser.look()
    assert carol is not None
    assert (carol.frequency, carol.topics) == ("daily", (browser.topics["jobs"],))
    assert carol.consent.startswith("Confirmed on the page")
    assert [mail.letter for mail in browser.letters()] == ["joining_done"]


def test_a_wish_is_shown_in_words_before_it_is_confirmed(browser: Browser) -> None:
    browser.reader()
    path = browser.waiting("wish", {"frequency": "daily", "paused_until": "2027-06-01"})
    assert "You now get one mail a day." in browser.get(path).text
    browser.post(path)
    assert browser.look().frequency == "daily"  # type: ignore[union-attr]


def test_leaving_is_confirmed_on_its_page_too(browser: Browser) -> None:
    browser.reader()
    path = browser.waiting("leave")
    assert "Leave Leeds Migration News?" in browser.get(path).text
    assert "You have left" in browser.post(path).text
    assert browser.look().state == "left"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["verdict", "help", "owner"])
def test_what_is_confirmed_by_reply_only_has_no_page(browser: Browser, kind: str) -> None:
    path = browser.waiting(kind)
    assert browser.get(path).status_code == browser.post(path).status_code == 404
