"""The settings page: every setting, another address, a copy of everything; kind about mistakes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from storage import letters, lists
from tests.storage.rows import MINUTE, arrival
from tests.web.browser import CAROL, Browser


def page_of(browser: Browser, **more: object) -> str:
    return browser.path("settings", browser.reader(**more).id)  # type: ignore[arg-type]


FORM = {
    "frequency": "monthly",
    "topics": ["housing", "law"],
    "own-housing": "daily",
    "own-jobs": "",
    "own-law": "",
    "format": "large",
    "length": "short",
    "attachments": "included",
    "paused_until": "2027-06-01",
}


def test_every_setting_can_be_chosen_at_once(browser: Browser) -> None:
    path = page_of(browser)
    said = browser.post(path, FORM).text
    for sentence in (
        "You now get one mail a month.",
        "Your topics are now: Housing, Law.",
        "For Housing you now get one mail a day.",
        "Your mails now look like this: large print.",
        "Your mails are now short",
        "Files now come with your mails.",
        "until Tuesday 1 June 2027",
    ):
        assert sentence in said
    carol = browser.look()
    assert carol is not None
    housing, law = browser.topics["housing"], browser.topics["law"]
    assert (carol.frequency, carol.topics) == ("monthly", (housing, law))
    assert carol.topic_frequencies == {housing: "daily"}
    assert (carol.format, carol.length, carol.attachments) == ("large", "short", "included")
    assert carol.paused_until == date(2027, 6, 1)
    assert [mail.letter for mail in browser.letters()] == ["settings_changed"]


def test_a_topics_own_frequency_is_taken_back(browser: Browser) -> None:
    housing = browser.topics["housing"]
    path = page_of(browser, topic_frequencies={housing: "daily"})
    assert '<option value="daily" selected>' in browser.get(path).text
    said = browser.post(path, {**FORM, "own-housing": ""}).text
    assert "Housing now comes with all the others." in said
    assert browser.look().topic_frequencies == {}  # type: ignore[union-attr]


def test_what_a_form_leaves_out_stays_as_it_is(browser: Browser) -> None:
    path = page_of(browser, length="short", attachments="included", language="ar")
    browser.post(path, {"frequency": "daily", "format": "html"})
    carol = browser.look()
    assert carol is not None
    assert (carol.length, carol.attachments, carol.language) == ("short", "included", "ar")


@pytest.mark.parametrize("typed", ["1 June", "1 June 2027", "01/06/2027", "3 weeks"])
def test_a_browser_without_a_calendar_may_type_a_date(browser: Browser, typed: str) -> None:
    browser.post(page_of(browser), {**FORM, "paused_until": typed})
    until = browser.look().paused_until  # type: ignore[union-attr]
    assert until == (date(2026, 12, 9) if "weeks" in typed else date(2027, 6, 1))


@pytest.mark.parametrize("typed", ["2020-01-01", "nonsense", "31 February", "2026-11-18"])
def test_a_day_that_cannot_be_is_told_beside_its_field(browser: Browser, typed: str) -> None:
    answer = browser.post(page_of(browser), {**FORM, "paused_until": typed})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert '<a href="#paused_until">Enter a day that is still to come' in answer.text
    assert f'value="{typed}"' in answer.text
    assert 'aria-describedby="paused_until-error"' in answer.text
    assert browser.look().frequency == "weekly"  # type: ignore[union-attr]
    assert browser.letters() == []


PAUSE = {**FORM, "paused_from": "2026-12-01", "paused_until": "2026-12-14"}


def test_a_pause_may_begin_later_and_be_moved(browser: Browser) -> None:
    path = page_of(browser)
    assert "Tuesday 1 December 2026" in browser.post(path, PAUSE).text
    carol = browser.look()
    assert carol is not None and carol.paused_from == date(2026, 12, 1)
    page = browser.get(path).text
    assert 'value="2026-12-01"' in page and 'value="2026-12-14"' in page
    browser.post(path, {**PAUSE, "paused_from": "5 December"})
    assert browser.look().paused_from == date(2026, 12, 5)  # type: ignore[union-attr]
    browser.post(path, {**PAUSE, "paused_from": ""})
    assert browser.look().paused_from is None  # type: ignore[union-attr]


@pytest.mark.parametrize("begun", ["2026-11-18", "2026-11-02"])
def test_a_first_day_that_has_been_is_a_pause_from_now(browser: Browser, begun: str) -> None:
    said = browser.post(page_of(browser), {**PAUSE, "paused_from": begun}).text
    assert "until Monday 14 December 2026" in said
    carol = browser.look()
    assert carol is not None and carol.paused_from is None and carol.paused_until


def test_a_pause_that_has_begun_is_saved_as_it_was(browser: Browser) -> None:
    days = {"paused_from": date(2026, 11, 2), "paused_until": date(2026, 12, 14)}
    path = page_of(browser, frequency="monthly", **days)
    shown = {"paused_from": "", "paused_until": "2026-12-14"}
    said = browser.post(path, {"frequency": "monthly", "format": "html", **shown}).text
    assert "Nothing was different" in said


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("2026-12-14", "2026-12-14", "paused_from"),
        ("2026-12-20", "2026-12-14", "paused_from"),
        ("nonsense", "2026-12-14", "paused_from"),
        ("2026-12-01", "", "paused_until"),
    ],
)
def test_a_pause_that_cannot_be_is_told(
    browser: Browser, first: str, last: str, wrong: str
) -> None:
    typed = {"paused_from": first, "paused_until": last}
    answer = browser.post(page_of(browser), {**FORM, **typed})
    assert answer.status_code == 422
    assert f'<a href="#{wrong}">Enter a' in answer.text
    assert browser.look().paused_until is None  # type: ignore[union-attr]


def test_another_address_is_asked_and_told(browser: Browser) -> None:
    path = page_of(browser)
    said = browser.post(f"{path}/address", {"new_address": "carol@new.example"}).text
    assert "Now look at your mail" in said
    asked, told = browser.letters()
    assert (asked.letter, asked.to) == ("address_confirm", ("carol@new.example",))
    assert (told.letter, told.to) == ("address_asked", (CAROL,))
    confirm = next(line.strip() for line in asked.text.splitlines() if "/confirm/" in line)
    assert "Is this your new address?" in browser.get(confirm).text
    assert browser.look() is not None
    assert "We now send" in browser.post(confirm).text
    assert browser.look() is None
    assert browser.look("carol@new.example").state == "active"  # type: ignore[union-attr]
    changed, welcome = browser.letters()
    assert (changed.letter, changed.to) == ("address_changed", (CAROL,))
    assert "carol@new" not in changed.text
    assert welcome.to == ("carol@new.example",)
    browser.post(confirm)
    assert browser.letters() == []


@pytest.mark.parametrize("typed", ["", "carol", "carol@", "a@b.example, c@d.example", "<x@y.z>"])
def test_what_is_no_address_is_told_beside_its_field(browser: Browser, typed: str) -> None:
    answer = browser.post(f"{page_of(browser)}/address", {"new_address": typed})
    assert answer.status_code == 422
    assert '<a href="#new_address">Enter an email address' in answer.text
    assert browser.letters() == []


def test_e9_a_new_address_that_is_known_gets_the_same_answer(browser: Browser) -> None:
    path = page_of(browser)
    browser.reader("dilan@reader.example")
    known = browser.post(f"{path}/address", {"new_address": "dilan@reader.example"}).text
    other = browser.post(f"{path}/address", {"new_address": "erin@reader.example"}).text
    assert known == other


def test_a_page_that_is_loaded_again_by_its_address_is_there(browser: Browser) -> None:
    path = page_of(browser)
    assert "Your settings" in browser.get(f"{path}/address").text


@pytest.mark.parametrize(("kind", "media"), [("json", "application/json"), ("txt", "text/plain")])
def test_e18_the_copy_is_there_to_be_taken(browser: Browser, kind: str, media: str) -> None:
    path = page_of(browser)
    browser.post(path, FORM)
    answer = browser.get(f"{path}/copy.{kind}")
    assert answer.headers["content-type"].startswith(media)
    assert "attachment" in answer.headers["content-disposition"]
    assert CAROL in answer.text
    assert "one mail a month" in answer.text
    if kind == "json":
        assert json.loads(answer.text)["reader"]["format"] == "large"


def test_what_a_reader_wrote_to_us_is_not_behind_a_link_that_may_be_passed_on(
    browser: Browser,
) -> None:
    path = page_of(browser)
    raw = f"From: {CAROL}\r\nSubject: help\r\n\r\nsecret words\r\n".encode()
    with browser.db.write() as tx:
        letters.keep(tx, [arrival(raw, "news-help@lists.example.org")])
        (letter,) = letters.take(tx, browser.now, MINUTE)
        letters.settle(tx, letter.id, "command", subject="help", sender=CAROL)
    copy = browser.get(f"{path}/copy.json").json()
    assert [one["subject"] for one in copy["letters from you"]] == ["help"]
    assert "secret words" not in str(copy)
    assert "192.0.2.1" not in str(copy)


def test_e4_the_copy_needs_the_mark_of_its_reader(browser: Browser) -> None:
    path = page_of(browser)
    leave = browser.path("leave", 1).rpartition("/")[2]
    assert browser.get(f"/settings/{leave}/copy.json").status_code == 404
    assert browser.get(f"{path[:-1]}0/copy.json").status_code == 404
    browser.now = browser.now.replace(year=2028)
    assert browser.get(f"{path}/copy.json").status_code == 404


def test_a_stopped_reader_sees_so_and_saving_revives(browser: Browser) -> None:
    path = page_of(browser, state="stopped")
    assert "We have stopped sending" in browser.get(path).text
    said = browser.post(path, {"frequency": "weekly", "format": "html"}).text
    assert "Mails come to you again." in said
    assert browser.look().state == "active"  # type: ignore[union-attr]
    assert "We have stopped sending" not in browser.get(path).text


def test_the_page_stays_small_with_thirty_topics(browser: Browser) -> None:
    with browser.db.write() as tx:
        for number in range(30):
            lists.add_topic(tx, browser.sender.id, f"topic-{number}", f"Topic number {number}")
    assert len(browser.get(page_of(browser)).content) < 50_000


def test_leaving_by_a_friends_hand_is_told_to_the_reader(browser: Browser) -> None:
    """E11: the friend sees a masked address; the reader hears of it and can undo it by reply."""
    path = browser.path("leave", browser.reader().id)
    browser.post(path)
    (mail,) = browser.letters()
    assert mail.to == (CAROL,)
    assert "JOIN" in mail.text
