"""Tricks with single characters, and the spelling of real languages that must survive them."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.characters import NO_SUBJECT, clean_line, clean_text, is_forward, safe_title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Re: Fwd: AW: Housing advice", "Housing advice"),
        ("RE[2]: Housing", "Housing"),
        ("", NO_SUBJECT),
        ("Re:", NO_SUBJECT),
        (" \u200b\u202e ", NO_SUBJECT),
        ("!!!", NO_SUBJECT),
        ("one\r\nBcc: all@bank.example", "one Bcc: all@bank.example"),
        ("in\u202evoice\u200b.pdf\x00", "invoice.pdf"),
        ("pay\u200dpal\u2060", "paypal"),
        ("Cafe\u0301", "Café"),
        ("z" + "\u0335\u0336\u0337\u0338\u0339" * 9, "z\u0335\u0336\u0337"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👨\u200d👩\u200d👧 day", "👨\u200d👩\u200d👧 day"),
        ("Refugee week: Leeds", "Refugee week: Leeds"),
    ],
)
def test_c9_c12_titles(written: str, title: str) -> None:
    assert safe_title(written) == title


def test_c12_a_long_title_is_cut_at_a_word() -> None:
    title = safe_title("Operations Group meeting notes " * 20)
    assert len(title) <= 150
    assert title.endswith(("meeting…", "notes…", "Group…", "Operations…"))


def test_ten_thousand_emoji_and_one_endless_word_are_cut() -> None:
    assert len(safe_title("🎉" * 10_000)) == 150
    assert len(safe_title("a" * 10_000)) == 150


def test_body_text_keeps_the_marks_of_right_to_left_writing() -> None:
    assert clean_text("שלום\u200f 10\r\nб\u2028в") == "שלום\u200f 10\nб\nв"


def test_flags_of_england_and_wales_stay_and_hidden_tag_letters_go() -> None:
    wales = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
    assert clean_line(wales + "a\U000e0041\U000e0042") == wales + "a"


def test_is_forward() -> None:
    assert is_forward("Fwd: a") and is_forward("FW: a") and is_forward("WG: a")
    assert not is_forward("Forward planning") and not is_forward("Re: a")


@pytest.mark.parametrize(
    "bait", ["\u0301\u0323", "a\u200d", "\u200d\u200c", "\ufdfa", "Re:", "\u1100"]
)
def test_c17_long_bait_is_quick(bait: str) -> None:
    start = time.process_time()
    safe_title(bait * 50_000)
    assert time.process_time() - start < 0.5


@given(st.text())
def test_lines_are_one_line_and_stay_as_they_are(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line
    assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in line)
    assert not set(line) & set("\u200b\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e")


@given(st.text(alphabet="a\u0301\u0323\u200c\u200d\u0645\u0915\u094d\U0001f468\n\r\x00\u202e "))
def test_body_text_stays_as_it_is_the_second_time(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
