"""The pieces of a round-up: each whole by itself, with slots where readers differ, and small."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates import (
    SLOTS,
    AttachmentView,
    Form,
    ItemView,
    edition_also_in,
    edition_entry,
    edition_frame,
    edition_heading,
    edition_item,
    edition_short,
    edition_subject,
    slot,
    split_slots,
)
from tests.templates.round_up import MONDAY, READER, filled, joined
from tests.templates.values import DROP_IN

FORMS: tuple[Form, ...] = ("html", "text", "large")
HOSTILE = "{{7*7}}<script>alert(1)</script>\x00items\x00\"'&\u202e"


@pytest.mark.parametrize("form", FORMS)
def test_each_piece_has_the_slots_that_delivery_fills(form: Form) -> None:
    assert _slots(edition_entry(form, DROP_IN)) == {"number"}
    assert _slots(edition_heading(form, "Housing")) == {"count"}
    assert _slots(edition_also_in(form, ("Jobs",))) == set()
    item = _slots(edition_item(form, DROP_IN))
    assert {"number", "also_in"} <= item <= {"number", "also_in", "settings_address"}
    frame = _slots(edition_frame(form, list_title="News", day=MONDAY))
    needed = {"dates", "total", "contents", "items", "address", "settings_url", "leave_url"}
    assert needed <= frame <= needed | {"settings_address"}


def _slots(piece: str) -> set[str]:
    names = set(split_slots(piece)[1::2])
    assert names <= SLOTS.keys()
    return names


@pytest.mark.parametrize("form", FORMS)
def test_a_post_that_goes_straight_away_has_no_contents_list(form: Form) -> None:
    slots = _slots(edition_frame(form, list_title="News", day=MONDAY, single=True))
    assert "items" in slots and not slots & {"dates", "contents", "total"}


def test_a_round_up_in_text_reads_well() -> None:
    assert (
        joined("text", [("Housing", [DROP_IN])])
        == """\
Leeds Migration News

Monday 23 November 2026

CLOSING SOON
  Fri 4 Dec: Housing rights drop-in (1)

COMING UP
  Tue 8 Dec: Housing rights drop-in (1)

IN THIS MAIL: 1

Housing (1)
1. Housing rights drop-in


------------------------------------------------------------------------
HOUSING (1)
------------------------------------------------------------------------

1. Housing rights drop-in
    When: Tuesday 8 December 2026, 10am to 1pm
    Where: Central Library
    Closes: Friday 4 December 2026
    From: Example Housing Advice
    Also in: Jobs

Free advice about your home.

- Bring your letters

https://housing.example/

    Attached: Drop-in poster.pdf (241 KB)
    To get it, reply with the words: more 1
    Write to the author: alice@housing.example


------------------------------------------------------------------------

Why you get this: you joined Leeds Migration News with the address
  carol@reader.example

To change what you get or how often: reply with the word HELP, or open
  https://lists.example.org/settings/k3y

To stop: reply with the word STOP, or open
  https://lists.example.org/leave/k3y
"""
    )


@pytest.mark.parametrize("form", ["html", "large"])
def test_the_frame_says_its_language_and_fetches_nothing(form: Form) -> None:
    frame = edition_frame(form, list_title="News", day=MONDAY)
    assert '<html lang="en" dir="ltr"' in frame and 'lang="und"' not in frame
    assert "googleapis" not in frame and "<img" not in frame
    assert not re.search(r"url\s*\(|@import|https?://(?!www\.w3\.org)", frame)
    assert all('role="presentation"' in table for table in re.findall("<table[^>]*>", frame))
    assert len(frame.encode()) < 15_000


def test_every_sheet_of_style_is_small_enough_for_gmail() -> None:
    # Gmail drops a style sheet of more than 8,192 characters.
    sheets = re.findall(r"(?s)<style.*?</style>", edition_frame("html", list_title="N", day=MONDAY))
    assert sum(map(len, sheets)) < 8_192


@pytest.mark.parametrize("form", ["html", "large"])
def test_fifty_items_of_usual_length_stay_under_90_kb(form: Form) -> None:
    item = replace(
        DROP_IN,
        closing_date=None,
        text="A sentence of sixty characters, as people write them in posts. " * 5,
    )
    mail = joined(form, [(f"Topic {number}", [item] * 5) for number in range(10)])
    assert len(mail.encode()) < 90_000


@pytest.mark.parametrize("form", FORMS)
def test_c19_nothing_that_a_partner_writes_is_more_than_text(form: Form) -> None:
    item = ItemView(
        HOSTILE, HOSTILE, "", HOSTILE, HOSTILE, None, None, (AttachmentView(HOSTILE, 1),)
    )
    pieces = (
        edition_item(form, item),
        edition_entry(form, item),
        edition_heading(form, HOSTILE),
        edition_also_in(form, (HOSTILE,)),
        edition_frame(form, list_title=HOSTILE, day=MONDAY, heading=HOSTILE, intro=HOSTILE),
    )
    for piece in pieces:
        _slots(piece)
        assert "49<" not in piece and "\u202e" not in piece
        if form != "text":
            assert "<script" not in piece
    assert all("items" not in split_slots(piece)[1::2] for piece in pieces[:4])


def test_html_of_a_partner_cannot_make_a_slot() -> None:
    item = replace(DROP_IN, html="<p>\x00items\x00</p>")
    assert "items" not in split_slots(edition_item("html", item))[1::2]
    assert "<p>items</p>" in edition_item("html", item)


@given(st.text(), st.sampled_from(FORMS))
def test_any_words_make_a_piece(text: str, form: Form) -> None:
    item = ItemView(text, text, organisation=text, author_address=text)
    for piece in (edition_item(form, item), edition_entry(form, item), edition_heading(form, text)):
        piece.encode()
        _slots(piece)
    assert "\n" not in edition_subject(list_title=text, day=MONDAY, title=text)


@given(st.text(max_size=300))
def test_lines_of_a_text_item_fit_72_columns(text: str) -> None:
    item = replace(DROP_IN, title=text, text=text, organisation=text)
    piece = filled(edition_item("text", item), number="99", also_in="\n    Also in: Jobs")
    for line in piece.split("\n"):
        printed = [character for character in line if not unicodedata.combining(character)]
        assert len(printed) <= 72 or "@" in line or "://" in line


def test_subjects() -> None:
    assert edition_subject(list_title="News", day=date(2026, 11, 23)) == (
        "News: Monday 23 November 2026"
    )
    assert edition_subject(list_title="News", title="Open over\r\nChristmas") == (
        "News: Open over Christmas"
    )


def test_more_is_only_promised_where_it_works() -> None:
    assert "more" in edition_item("text", DROP_IN)
    for form in FORMS:
        assert "more" not in edition_item(form, replace(DROP_IN, more=False))
        assert "more" not in edition_short(form, replace(DROP_IN, more=False))


@pytest.mark.parametrize("form", FORMS)
def test_an_item_that_is_cut_says_so_and_how_to_get_the_rest(form: Form) -> None:
    cut = filled(edition_item(form, replace(DROP_IN, cut=True)), number="3", also_in="", **READER)
    assert cut.count("This is the beginning") == 1 and "more 3" in cut
    assert "This is the beginning" not in edition_item(form, DROP_IN)


@pytest.mark.parametrize("form", FORMS)
def test_facts_stand_above_the_words(form: Form) -> None:
    known = replace(DROP_IN, cost="free", who="anyone who rents", book="call 0113 496 0000")
    item = edition_item(form, known)
    facts = ("10am to 1pm", "Central Library", "free", "anyone who rents", "0113 496 0000")
    places = [item.index(fact) for fact in (*facts, "4 December 2026", "Bring your letters")]
    assert places == sorted(places)


@pytest.mark.parametrize("form", FORMS)
def test_a_late_round_up_says_so(form: Form) -> None:
    due = datetime(2026, 11, 23, 10)  # noqa: DTZ001
    frame = edition_frame(form, list_title="News", day=MONDAY, late=due)
    assert "late" in frame and "Monday 23 November 2026, 10am" in frame
    assert "late" not in edition_frame("text", list_title="News", day=MONDAY)


def test_an_unknown_slot_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        slot("adress")
