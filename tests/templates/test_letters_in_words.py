"""Every letter: complete, plain, one subject line, 72 columns, and deaf to what strangers write."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, UndefinedError, meta

import templates
from templates import letter
from tests.templates.values import LETTER_VALUES, values_of

LETTERS_FOLDER = Path(templates.__file__).parent / "letters" / "en"
LETTERS = sorted(path.stem for path in LETTERS_FOLDER.glob("*.txt"))
TO_SUBSCRIBERS = [
    name
    for name in LETTERS
    if name.startswith(("joining_", "settings_")) and name != "joining_confirm"
]
HOSTILE = "{{7*7}}<script>alert(1)</script>\x00\"'&\r\nBcc: mallory@evil.example\u202e"


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_needs_no_more_than_the_values_its_comment_names(name: str) -> None:
    comment = (LETTERS_FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("#}")[0]
    for suffix in (".txt", ".html"):
        for value in _values_used(f"letters/en/{name}{suffix}"):
            assert value in comment or "Values as for" in comment, value


def _values_used(template: str) -> set[str]:
    path = Path(templates.__file__).parent / template
    if not path.exists():
        return set()
    source = path.read_text(encoding="utf-8")
    filters = set(re.findall(r"\|\s*(\w+)", source))
    environment = Environment(trim_blocks=True, autoescape=True)
    environment.filters.update({name: str for name in filters if name not in environment.filters})
    used = meta.find_undeclared_variables(environment.parse(source))
    for part in re.findall(r'include "(letters/[^"]+)"', source):
        used |= _values_used(part)
    return used - {
        "light",
        "dark",
        "font",
        "mailto",
        "slot",
        "language",
        "direction",
        "written",
        "counted",
        "_",
    }


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_with_a_value_missing_is_never_written(name: str) -> None:
    for missing in _values_used(f"letters/en/{name}.txt"):
        given_values = {key: value for key, value in values_of(name).items() if key != missing}
        if re.search(rf"if (not )?\w+.*\n.*{missing}", _source(name)):
            continue  # only used on one of two ways
        with pytest.raises(UndefinedError):
            letter(name, **given_values)


def _source(name: str) -> str:
    return (LETTERS_FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def test_a_date_of_none_is_never_told_as_today() -> None:
    with pytest.raises(UndefinedError):
        letter("letter_stuck", **values_of("letter_stuck") | {"received_at": None})


@pytest.mark.parametrize("name", LETTERS)
def test_the_text_of_a_letter_is_well_set(name: str) -> None:
    wording = letter(name, **values_of(name))
    assert wording.subject and "\n" not in wording.subject
    assert wording.text.endswith("\n") and not wording.text.startswith("\n")
    assert "\n\n\n" not in wording.text
    assert all(len(line) <= 72 or "://" in line for line in wording.text.split("\n"))
    assert not re.search(r"[{}#%]|None|datetime|\bFalse\b|\bTrue\b", wording.text)


@pytest.mark.parametrize("name", LETTERS)
def test_nothing_that_a_stranger_writes_is_more_than_text(name: str) -> None:
    hostile = {
        key: HOSTILE if isinstance(value, str) and value and key not in _CHOICES else value
        for key, value in values_of(name).items()
    }
    hostile |= {"post_html": "", "topics": (HOSTILE,), "notes": (HOSTILE,), "changes": (HOSTILE,)}
    wording = letter(name, **hostile)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", wording.subject + wording.text)
    assert "\n" not in wording.subject
    assert "49" not in wording.subject + wording.text
    if wording.html is not None:
        assert "\x00" not in wording.html and "49" not in _Tags.of(wording.html).text
        assert "script" not in _Tags.of(wording.html).names
        assert not _Tags.of(wording.html).handlers


_CHOICES = ("frequency", "format", "verdict")


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_at_all_goes_through_a_letter(text: str) -> None:
    wording = letter(
        "post_held", **values_of("post_held") | {"post_title": text, "post_text": text}
    )
    wording.text.encode()
    (wording.html or "").encode()
    assert "\n" not in wording.subject


@pytest.mark.parametrize("name", LETTERS)
def test_html_of_a_letter_is_whole_and_fetches_nothing(name: str) -> None:
    html = letter(name, **values_of(name)).html
    if html is None:
        return
    assert '<html lang="en" dir="ltr"' in html
    assert "googleapis" not in html and "<img" not in html and "@import" not in html
    assert not re.search(r"url\s*\(", html)
    assert len(html.encode()) < 15_000


@pytest.mark.parametrize("name", TO_SUBSCRIBERS)
def test_a_letter_to_a_subscriber_ends_with_three_lines(name: str) -> None:
    wording = letter(name, **values_of(name))
    for version in (wording.text, wording.html or wording.text):
        why, change, stop = (
            version.rindex("Why you get this"),
            version.rindex("To change"),
            version.rindex("To stop"),
        )
        assert why < change < stop
        assert LETTER_VALUES["settings_url"] in version[change:]
        assert LETTER_VALUES["leave_url"] in version[stop:]


def test_e8_the_mail_that_asks_to_join_holds_nothing_that_the_asker_wrote() -> None:
    used = _values_used("letters/en/joining_confirm.txt")
    used |= _values_used("letters/en/joining_confirm.html")
    assert used - {"parts"} <= {"list_title", "confirm_url", "reply_address"}


def test_the_post_comes_first_in_the_mail_to_the_moderator() -> None:
    text = letter("post_held", **values_of("post_held")).text
    assert text.index("Free advice") < text.index("Please look") < text.index("YES to send")
    assert text.split("\n\n")[0].count("\n") <= 1


def test_a_moderators_own_words_keep_their_lines() -> None:
    reason = "It is for Leeds only.\nPlease send it to:\n\n    news@york.example"
    text = letter("post_rejected", **values_of("post_rejected") | {"reason": reason}).text
    assert reason in text


def test_buttons_open_a_mail_with_the_word_already_in_it() -> None:
    html = letter("post_held", **values_of("post_held")).html or ""
    links = [unescape(link) for link in re.findall(r'href="(mailto:[^"]+)"', html)]
    reply = "mailto:news-settings+k3yk3yk3yk3yk3yk3yk3y@lists.example.org"
    assert f"{reply}?subject=YES&body=YES" in links
    assert f"{reply}?subject=NO&body=NO%3A%20" in links
    assert f"{reply}?subject=EDIT&body=EDIT%0D%0A" in links
    assert len(links) >= 8
    assert all(len(link) < 250 for link in links)


def test_sanitised_html_of_a_post_goes_out_as_it_is() -> None:
    html = "<p>Free <b>advice</b></p>"
    shown = letter("post_held", **values_of("post_held") | {"post_html": html}).html or ""
    assert html in shown


def test_html_that_comes_under_another_name_is_escaped() -> None:
    from markupsafe import Markup

    values = values_of("post_held") | {"post_title": Markup("<b>bold</b>")}
    assert "<b>bold</b>" not in (letter("post_held", **values).html or "")


def test_a_language_that_we_do_not_write_is_answered_in_english() -> None:
    values = values_of("post_received")
    assert letter("post_received", "tlh", **values) == letter("post_received", "en", **values)
    assert letter("post_received", "../../etc", **values).subject.startswith("We have")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.handlers: list[str] = []
        self.text = ""

    @classmethod
    def of(cls, html: str) -> _Tags:
        parsed = cls()
        parsed.feed(re.sub(r"(?s)<style.*?</style>", "", html))
        return parsed

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data
