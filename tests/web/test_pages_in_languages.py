"""Pages for people of whom we know nothing come in a language that they read."""

from __future__ import annotations

import pytest

from storage import lists
from tests.web.browser import CAROL, Browser
from web.tongues import preferred

POLISH = {"Accept-Language": "pl-PL,pl;q=0.9,en;q=0.5"}
ARABIC = {"Accept-Language": "ar-SY"}


def switch_on(browser: Browser, languages: str = "ar,pl") -> None:
    with browser.db.write() as tx:
        lists.edit(tx, browser.sender.id, {"languages": languages})


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "en"), ("pl", "pl"), ("PL-pl", "pl"), ("fr, pl;q=0.3", "pl"), ("*", "en"),
        ("pl;q=0.2, ar;q=0.8", "ar"), ("pl;q=0", "en"), ("pl ; q=0.9 , en;q=1", "en"),
        ("pl;q=nonsense, ar;q=0.1", "ar"), ("en-GB,en;q=0.9,ar;q=0.8", "en"), (";;;,,,=", "en"),
        ("x" * 100_000 + ",pl", "en"), (",".join(["fr;q=0.1"] * 50_000), "en"),
    ],
)  # fmt: skip
def test_what_the_browser_likes_best_of_what_is_written(header: str, wanted: str) -> None:
    assert preferred(header, ("en", "ar", "pl")) == wanted


def test_a_stranger_reads_the_form_in_their_own_language(browser: Browser) -> None:
    switch_on(browser)
    assert '<html lang="pl" dir="ltr">' in browser.ask("GET", "/join/news", headers=POLISH).text
    assert '<html lang="ar" dir="rtl">' in browser.ask("GET", "/join/news", headers=ARABIC).text
    assert '<html lang="en" dir="ltr">' in browser.get("/join/news").text


def test_a_language_that_is_not_switched_on_is_not_written(browser: Browser) -> None:
    assert '<html lang="en"' in browser.ask("GET", "/join/news", headers=POLISH).text
    assert 'class="tongues"' not in browser.get("/join/news").text
    switch_on(browser, "ar")
    assert '<html lang="en"' in browser.ask("GET", "/join/news", headers=POLISH).text


def test_the_other_languages_are_one_tap_away(browser: Browser) -> None:
    switch_on(browser)
    page = browser.get("/join/news").text
    assert 'href="?language=ar" lang="ar"' in page and "العربية" in page and "polski" in page
    page = browser.get("/join/news?language=ar").text
    assert '<html lang="ar" dir="rtl">' in page and 'href="?language=en"' in page
    assert '<html lang="en"' in browser.get("/join/news?language=%3Cscript%3E").text


def test_mistakes_and_the_mail_are_in_the_language_of_the_form(browser: Browser) -> None:
    switch_on(browser)
    path = "/join/news?language=pl"
    wrong = browser.post(path, {"address": "carol", "frequency": "hourly"})
    assert "Wpisz adres mailowy" in wrong.text and "Wybierz, jak często" in wrong.text
    assert "Enter an email" not in wrong.text
    done = browser.post(path, {"address": CAROL, "frequency": "weekly"})
    assert '<html lang="pl"' in done.text
    (mail,) = browser.letters()
    assert "Chcesz się zapisać" in mail.subject
    link = mail.text[mail.text.index("https://") :].split()[0]
    assert '<html lang="pl"' in browser.get(link).text
    assert '<html lang="pl"' in browser.post(link).text
    carol = browser.look()
    assert carol is not None and carol.language == "pl"


def test_who_is_turned_away_reads_why_in_their_language(browser: Browser) -> None:
    switch_on(browser)
    headers = {**POLISH, "Sec-Fetch-Site": "cross-site"}
    page = browser.post("/join/news", {"address": CAROL}, headers=headers)
    assert page.status_code == 403 and '<html lang="pl"' in page.text
    assert browser.letters() == []


def test_a_form_with_mistakes_is_whole_in_the_readers_language(browser: Browser) -> None:
    switch_on(browser)
    path = browser.path("settings", browser.reader(language="pl").id)
    fields = {"frequency": "x", "format": "x", "length": "x", "attachments": "x"}
    page = browser.post(path, {**fields, "paused_until": "nonsense"}).text
    for sentence in ("jak często", "jak mają wyglądać", "jak długie", "co mamy robić", "1 czerwca"):
        assert sentence in page
    page = browser.post(path + "/address", {"new_address": "carol"}).text
    assert "Wpisz adres mailowy" in page


def test_the_list_of_lists_and_what_is_not_there_speak_what_any_list_does(browser: Browser) -> None:
    switch_on(browser, "pl")
    assert '<html lang="pl"' in browser.ask("GET", "/", headers=POLISH).text
    assert "Nie ma takiej strony" in browser.ask("GET", "/nothing", headers=POLISH).text
    assert '<html lang="en"' in browser.ask("GET", "/nothing", headers=ARABIC).text
    too_large = {"address": "x" * 70_000}
    answer = browser.post("/join/news", too_large, headers=POLISH)
    assert answer.status_code == 413 and "To za dużo" in answer.text


def test_a_readers_own_language_comes_before_that_of_the_browser(browser: Browser) -> None:
    switch_on(browser)
    carol = browser.reader(language="ar")
    for purpose in ("settings", "leave"):
        page = browser.ask("GET", browser.path(purpose, carol.id), headers=POLISH).text
        assert '<html lang="ar"' in page
    waits = browser.ask("GET", browser.waiting("wish", {"frequency": "daily"}), headers=POLISH)
    assert '<html lang="ar"' in waits.text
