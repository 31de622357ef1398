"""The page to leave also stops one topic alone, by one tap; what mail programs post leaves all."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser


def test_the_page_offers_each_topic_beside_leaving_all(browser: Browser) -> None:
    page = browser.get(browser.path("leave", browser.reader().id)).text
    assert "Yes, leave" in page
    for key, name in (("housing", "Housing"), ("jobs", "Jobs"), ("law", "Law")):
        assert f'name="topic" value="{key}">Stop <bdi>{name}</bdi>' in page


def test_one_tap_stops_one_topic(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    page = browser.post(path, {"topic": "jobs"}).text
    assert "You get no more <bdi>Jobs</bdi>" in page
    carol = browser.look()
    assert carol is not None and carol.state == "active"
    assert carol.topics == (browser.topics["housing"], browser.topics["law"])
    (mail,) = browser.letters()
    assert mail.letter == "settings_changed" and "Your topics are now: Housing, Law." in mail.text


def test_twice_is_a_success_and_one_letter(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    for _ in range(2):
        assert browser.post(path, {"topic": "jobs"}).status_code == 200
    assert len(browser.letters()) == 1


def test_the_slip_is_undone_on_the_page(browser: Browser) -> None:
    mark = browser.path("leave", browser.reader().id).split("/")[-1]
    browser.post(f"/leave/{mark}", {"topic": "jobs"})
    page = browser.post(f"/rejoin/{mark}", {"topic": "jobs"}).text
    assert "Done" in page
    assert browser.topics["jobs"] in browser.look().topics  # type: ignore[union-attr]


@pytest.mark.parametrize("topic", ["nonsense", "<script>", "x" * 5000])
def test_a_topic_that_is_none_changes_nothing(browser: Browser, topic: str) -> None:
    path = browser.path("leave", browser.reader().id)
    before = browser.everything()
    assert "Yes, leave" in browser.post(path, {"topic": topic}).text
    assert browser.everything() == before


def test_whoever_has_one_topic_is_offered_only_to_leave(browser: Browser) -> None:
    jobs = browser.topics["jobs"]
    path = browser.path("leave", browser.reader(topics=(jobs,)).id)
    assert 'name="topic"' not in browser.get(path).text
    browser.post(path, {"topic": "jobs"})
    assert browser.look().state == "active"  # type: ignore[union-attr]


def test_whoever_has_left_is_offered_no_topic_and_gets_none(browser: Browser) -> None:
    path = browser.path("leave", browser.reader(state="left").id)
    assert 'name="topic"' not in browser.get(path).text
    browser.post(path, {"topic": "jobs"})
    browser.post(path.replace("/leave/", "/rejoin/"), {"topic": "jobs"})
    assert browser.look().state == "left"  # type: ignore[union-attr]


def test_one_click_of_a_mail_program_leaves_all(browser: Browser) -> None:
    path = browser.path("leave", browser.reader().id)
    browser.post(path, {"List-Unsubscribe": "One-Click"})
    assert browser.look().state == "left"  # type: ignore[union-attr]
