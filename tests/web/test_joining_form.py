"""The form to join: the same answer for everybody, and one mail at most."""

from __future__ import annotations

import pytest

from tests.web.browser import CAROL, Browser


def join(browser: Browser, address: str = CAROL, source: str = "192.0.2.1", **more: object) -> str:
    fields: dict[str, object] = {"address": address, "name": "Carol", "frequency": "weekly"}
    fields["topics"] = ["jobs"]
    answer = browser.post("/join/news", fields | more, source=source)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_form_asks_the_address_and_changes_nothing_yet(browser: Browser) -> None:
    page = join(browser)
    assert "Now look at your mail" in page
    (mail,) = browser.letters()
    assert (mail.letter, mail.to) == ("joining_confirm", (CAROL,))
    assert browser.look() is None
    link = mail.text[mail.text.index("https://") :].split()[0]
    browser.post(link)
    carol = browser.look()
    assert carol is not None
    assert (carol.name, carol.topics) == ("Carol", (browser.topics["jobs"],))


def test_e9_everybody_sees_the_same_page(browser: Browser) -> None:
    browser.reader()
    browser.reader("left@reader.example", state="left")
    pages = {join(browser, address) for address in (CAROL, "left@reader.example", "new@x.example")}
    pages |= {join(browser, CAROL), join(browser, "bot@x.example", homepage="http://spam.example")}
    pages |= {join(browser, f"person{number}@x.example") for number in range(10)}
    assert len(pages) == 1


def test_e8_a_thousand_sign_ups_from_one_place_are_five_mails(browser: Browser) -> None:
    for number in range(20):
        join(browser, f"person{number}@x.example")
    assert len(browser.letters()) == 5
    join(browser, "someone@x.example", source="198.51.100.7")
    assert len(browser.letters()) == 1


def test_e8_an_address_gets_one_mail_a_day_from_however_many_places(browser: Browser) -> None:
    for number in range(10):
        join(browser, source=f"192.0.2.{number}")
    assert len(browser.letters()) == 1


def test_a_machine_that_fills_in_every_field_causes_no_mail(browser: Browser) -> None:
    join(browser, homepage="http://spam.example")
    assert browser.letters() == []


@pytest.mark.parametrize(
    "address",
    ["", "carol", "carol@", "@reader.example", "carol@reader", "a b@reader.example",
     "carol@reader.example, mallory@evil.example", "carol@reader.example\r\nBcc: m@evil.example",
     "<carol@reader.example>", '"carol"@reader.example', "x" * 300 + "@reader.example",
     "carol@reader..example", "carol@.example", "carol@-x.example"],
)  # fmt: skip
def test_what_is_no_address_is_said_so(browser: Browser, address: str) -> None:
    answer = browser.post("/join/news", {"address": address, "frequency": "weekly"})
    assert answer.status_code == 422
    assert 'href="#address"' in answer.text
    assert browser.letters() == []


@pytest.mark.parametrize(
    "address",
    ["carol@reader.example", "Carol.O'Neill+news@Sub.Reader.Example", "c@bücher.example",
     "carol_1-2.3@reader.co.uk", "x" * 64 + "@reader.example"],
)  # fmt: skip
def test_addresses_that_people_have(browser: Browser, address: str) -> None:
    join(browser, address)
    assert len(browser.letters()) == 1


def test_e12_letters_that_our_mail_server_does_not_take_are_told_at_once(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def carries(_outgoing: str, _hostname: str, address: str) -> bool:
        asked.append(address)
        return False

    monkeypatch.setattr("web.site.carries", carries)
    fields = {"address": "cärol@reader.example", "frequency": "weekly"}
    for _ in range(3):
        answer = browser.post("/join/news", fields)
        assert answer.status_code == 422
        assert "because of its letters" in answer.text
    assert browser.letters() == []
    path = browser.path("settings", browser.reader().id) + "/address"
    answer = browser.post(path, {"new_address": "cärol@reader.example"})
    assert answer.status_code == 422 and "because of its letters" in answer.text
    join(browser, "carol@bücher.example")
    assert set(asked) == {"cärol@reader.example"}


def test_e12_letters_that_it_takes_join_like_any(browser: Browser) -> None:
    join(browser, "cärol@reader.example")
    (mail,) = browser.letters()
    assert mail.to == ("cärol@reader.example",)


def test_what_was_typed_stays_in_the_form(browser: Browser) -> None:
    fields = {"address": "carol", "name": "Carol C", "frequency": "monthly", "topics": ["jobs"]}
    page = browser.post("/join/news", fields).text
    assert 'value="carol"' in page
    assert 'value="Carol C"' in page
    assert 'value="monthly" id="frequency-4" checked' in page
    assert page.count(" checked>") == 2


def test_a_name_of_many_lines_is_one_line(browser: Browser) -> None:
    join(browser, name="Carol\r\nBcc: x\x00 " + "y" * 500)
    (mail,) = browser.letters()
    browser.post(mail.text[mail.text.index("https://") :].split()[0])
    carol = browser.look()
    assert carol is not None
    assert carol.name.isprintable()
    assert len(carol.name) <= 100


def test_topics_that_the_list_lacks_are_passed_over(browser: Browser) -> None:
    join(browser, topics=["nonsense", "jobs", "<script>"])
    assert len(browser.letters()) == 1


@pytest.mark.parametrize(
    "path", ["/join/nothing", "/join/news@other.example", "/join/", "/join/%00"]
)
def test_a_list_that_is_not_there(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post(path, {"address": CAROL, "frequency": "weekly"}).status_code == 404
