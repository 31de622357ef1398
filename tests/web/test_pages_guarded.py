"""Forged and old links, large forms, headers, and what a page tells to somebody it should not."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import confirmations, lists
from storage.database import Database, Unavailable
from tests.web.browser import CAROL, Browser, settle
from tests.web.test_pages_change import PAGES, Page

FORBIDDEN = ("traceback", "sqlalchemy", "starlette", "uvicorn", "/work/", "site-packages", "python")


@pytest.mark.parametrize("purpose", ["settings", "leave", "confirm", "rejoin"])
def test_e4_a_forged_mark_is_a_page_that_is_not_there(browser: Browser, purpose: str) -> None:
    carol, dilan = browser.reader(), browser.reader("dilan@house.example")
    browser.waiting()
    good = browser.path("leave" if purpose == "rejoin" else purpose, carol.id).rpartition("/")[2]
    other = browser.path("verdict", dilan.id).rpartition("/")[2]
    before = browser.everything()
    nothing = browser.get("/nothing").text
    forged = [good[:-1], good + "a", good[:-1] + ("a" if good[-1] != "a" else "b"), good[1:]]
    forged += ["z" + good[1:], "a", "%00", "..%2f", "a" * 5000, "é", "{{7*7}}", other]
    for mark in forged:
        for method in ("GET", "POST"):
            answer = browser.ask(method, f"/{purpose}/{mark}")
            assert answer.status_code in (404, 405), mark
            assert answer.text == nothing
    assert browser.everything() == before


def test_e4_a_mark_for_another_page_opens_none(browser: Browser) -> None:
    carol = browser.reader()
    for made_for in ("leave", "settings", "confirm", "bounce", "verdict", "post"):
        mark = browser.path(made_for, carol.id).rpartition("/")[2]
        for page in {"leave", "settings", "confirm"} - {made_for}:
            assert browser.get(f"/{page}/{mark}").status_code == 404


def test_a_mark_in_capitals_is_the_same(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    mark = path.rpartition("/")[2].upper()
    assert browser.get(f"/leave/{mark}").status_code == 200


def test_a_reader_who_is_gone_has_no_pages(browser: Browser) -> None:
    for purpose in ("settings", "leave", "confirm"):
        assert browser.get(browser.path(purpose, 99)).status_code == 404


def test_the_settings_of_somebody_who_left_are_not_shown(browser: Browser) -> None:
    path = browser.path("settings", browser.reader(state="left").id)
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"frequency": "daily", "format": "html"}).status_code == 404


def test_e5_an_old_key_is_good_for_leaving_only(browser: Browser) -> None:
    carol = browser.reader()
    assert browser.get(browser.path("settings", carol.id, secret="old")).status_code == 200
    page = browser.post(browser.path("settings", carol.id, secret="old"), {"frequency": "daily"})
    assert "too old" in page.text
    assert "news-help@lists.example.org" in page.text
    with browser.db.write() as tx:
        number = confirmations.ask(tx, browser.sender.id, "join", "x@y.example", {}, browser.now)
    browser.post(browser.path("confirm", number, secret="old"))
    assert browser.look("x@y.example") is None
    browser.post(browser.path("leave", carol.id, secret="old"))
    assert browser.look().state == "left"  # type: ignore[union-attr]


@pytest.mark.parametrize(("days", "old"), [(365, False), (366, True)])
def test_e5_settings_open_for_a_year(browser: Browser, days: int, old: bool) -> None:
    browser.now = browser.now.replace(year=2028)
    page = browser.get(browser.path("settings", browser.reader().id, days=days))
    assert ("too old" in page.text) == old


@pytest.mark.parametrize(("days", "old"), [(30, False), (31, True)])
def test_a_confirmation_opens_for_thirty_days(browser: Browser, days: int, old: bool) -> None:
    browser.now = browser.now.replace(year=2028)
    browser.waiting()
    page = browser.post(browser.path("confirm", 1, days=days))
    assert ("too old" in page.text) == old
    assert (browser.look() is None) == old


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_e7_every_answer_carries_the_guarding_headers(
    browser: Browser, page: Page, method: str
) -> None:
    headers = browser.ask(method, page(browser)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    for part in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_e7_no_page_fetches_anything_from_anywhere_else(browser: Browser, page: Page) -> None:
    html = browser.get(page(browser)).text
    for bait in ("src=", "url(", "@import", "<link", "//fonts"):
        assert bait not in html


@pytest.mark.parametrize("page", ["/join/news", "settings", "leave"])
def test_a_form_that_is_too_large_is_turned_away(browser: Browser, page: str) -> None:
    path = page if page.startswith("/") else browser.path(page, browser.reader().id)
    answer = browser.post(path, {"address": "x" * 70_000})
    if page == "leave":
        assert answer.status_code == 200, "what is not read is not too large"
    else:
        assert answer.status_code == 413
        assert "too much" in answer.text


@pytest.mark.parametrize("many", [61, 10_000])
def test_a_form_with_too_many_fields_is_turned_away(browser: Browser, many: int) -> None:
    before = browser.everything()
    answer = browser.post("/join/news", {f"f{number}": "" for number in range(many)})
    assert answer.status_code in (400, 413)
    assert "<h1>" in answer.text
    assert browser.everything() == before


def test_a_file_is_no_answer(browser: Browser) -> None:
    for field in ("address", "frequency", "topics"):
        files = {field: ("poster.pdf", b"%PDF", "application/pdf")}
        answer = browser.ask("POST", "/join/news", files=files)
        assert answer.status_code in (400, 422)
        assert "<h1>" in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=300), st.sampled_from(["urlencoded", "multipart", "text"]))
def test_no_body_breaks_a_page(browser: Browser, body: bytes, kind: str) -> None:
    types = {
        "urlencoded": "application/x-www-form-urlencoded",
        "multipart": "multipart/form-data; boundary=b",
        "text": "text/plain",
    }
    answer = browser.ask("POST", "/join/news", content=body, headers={"Content-Type": types[kind]})
    assert answer.status_code < 500
    assert not any(word in answer.text.lower() for word in FORBIDDEN)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_address_breaks_a_page(browser: Browser, path: str) -> None:
    for start in ("/", "/join/", "/leave/", "/settings/", "/confirm/"):
        assert browser.get(start + quote(path, safe="")).status_code < 500


class Away(Database):
    def read(self) -> object:  # type: ignore[override]
        raise Unavailable("postgresql://bob:secret@10.0.0.1 is away")

    write = read  # type: ignore[assignment]


class Broken(Database):
    def read(self) -> object:  # type: ignore[override]
        raise ZeroDivisionError("secret detail")

    write = read  # type: ignore[assignment]


@pytest.mark.parametrize(("database", "status"), [(Away, 503), (Broken, 500)])
def test_d21_h5_a_fault_of_ours_tells_nothing(
    sqlite_url: str, database: type[Database], status: int
) -> None:
    working = settle(Database(sqlite_url))
    path = working.path("leave", working.reader().id)
    broken = Browser(database(sqlite_url), working.sender, working.topics)
    for answer in (broken.get("/"), broken.post(path), broken.get("/health")):
        assert answer.status_code == status
        assert "secret" not in answer.text
        assert "sorry" in answer.text.lower()
        assert answer.headers["cache-control"] == "no-store"
    assert ("retry-after" in broken.get("/").headers) == (status == 503)


def test_i7_health_says_ok_and_nothing_else(browser: Browser) -> None:
    assert browser.get("/health").text == "ok\n"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/metrics", "/admin", "/.env"])
def test_d21_nothing_else_is_there(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_c19_titles_and_topics_are_text(browser: Browser) -> None:
    bait = "<script>alert(1)</script>{{7*7}}"
    with browser.db.write() as tx:
        lists.edit(tx, browser.sender.id, {"title": bait})
        lists.add_topic(tx, browser.sender.id, "bait", bait)
    for path in ("/", "/join/news", browser.path("settings", browser.reader().id)):
        page = browser.get(path).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "{{7*7}}" in page


def test_c19_what_was_typed_into_the_form_comes_back_as_text(browser: Browser) -> None:
    bait = '"><script>alert(1)</script>'
    answer = browser.post("/join/news", {"address": bait, "name": bait, "frequency": bait})
    assert answer.status_code == 422
    assert "<script" not in answer.text


def test_the_mark_is_in_no_page_where_it_is_not_needed(browser: Browser) -> None:
    """D15: a page that is passed on or printed must not carry the key to the settings."""
    carol = browser.reader()
    mark = browser.path("settings", carol.id).rpartition("/")[2]
    assert mark not in browser.get(browser.path("leave", carol.id)).text
    assert CAROL not in browser.get("/").text


@pytest.mark.parametrize("page", ["settings", "confirm", "join"])
def test_e6_a_form_on_another_site_does_nothing(browser: Browser, page: str) -> None:
    """There is no cookie: who has no mark can only try the form to join, in a visitor's name."""
    paths = {"settings": browser.path("settings", browser.reader().id), "join": "/join/news"}
    path = paths.get(page) or browser.waiting("wish", {"frequency": "daily"})
    before = browser.everything()
    fields = {"address": "x@y.example", "frequency": "daily", "format": "html"}
    answer = browser.post(path, fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert answer.headers["cache-control"] == "no-store"
    assert "Sorry, that did not work" in answer.text
    assert browser.everything() == before
    for site in ("same-origin", "same-site", "none"):
        assert browser.post(path, fields, headers={"Sec-Fetch-Site": site}).status_code == 200


def test_e6_a_mail_program_on_another_site_may_press_leave(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(path, {"List-Unsubscribe": "One-Click"}, headers=headers).status_code == 200
    assert browser.look().state == "left"  # type: ignore[union-attr]
