"""The notice-board sheets, read back from the PDF file as a printer would show them."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from datetime import date

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st

from templates.sheets import Board, sheets
from templates.views import AttachmentView, ItemView
from tests.needs import need, times

BOARD = Board(
    "Riverside News", date(2026, 11, 30), "news-join@lists.example", "news-help@lists.example"
)
ADVICE = ItemView(
    title="Free energy advice",
    text="Bring a bill.\n\nMore at https://www.energy.example/winter/.",
    organisation="Riverside Energy Advice",
    author_address="alice@energy.example",
    event_date=date(2026, 12, 3),
    closing_date=date(2026, 12, 1),
    attachments=(AttachmentView("Leaflet.pdf", 240_000),),
)
DRIVERS = ItemView(title="Drivers wanted", text="On Saturdays.")


def read(pdf: bytes) -> list[str]:
    """The words of each sheet, lines joined."""
    program = need("poppler-utils")
    shown = subprocess.run([program, "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return [" ".join(page.split()) for page in shown.stdout.decode().split("\f")[:-1]]


def written(items: Sequence[ItemView]) -> list[str]:
    return read(sheets(BOARD, list(enumerate(items, start=1))))


def test_one_sheet_lists_everything_and_each_item_has_its_own() -> None:
    contents, advice, drivers = written([ADVICE, DRIVERS])
    assert "Riverside News Monday 30 November 2026" in contents
    assert (
        "1. Free energy advice Thursday 3 December 2026 · closes Tuesday 1 December 2026"
        in contents
    )
    assert "2. Drivers wanted" in contents and "news-join@lists.example" in contents
    assert "Free energy advice" in advice and "Bring a bill." in advice
    assert "On Saturdays." in drivers and "Bring a bill." not in drivers
    assert contents.endswith("1/3") and drivers.endswith("3/3")


def test_dates_stand_first_and_addresses_are_spelled_as_people_write_them() -> None:
    (advice,) = written([ADVICE])
    assert "When Thursday 3 December 2026 Closes Tuesday 1 December 2026" in advice
    assert "More at energy.example/winter." in advice and "https" not in advice
    assert "reply MORE 1" in advice and "Leaflet.pdf" in advice


def test_numbers_are_those_of_the_mail() -> None:
    contents, _, _ = read(sheets(BOARD, [(2, ADVICE), (5, DRIVERS)]))
    assert "2. Free energy advice" in contents and "5. Drivers wanted" in contents


def test_what_cannot_be_drawn_says_where_to_read_it() -> None:
    bengali = ItemView(title="বাংলা সংবাদ", text="বিনামূল্যে ইংরেজি কোর্স")
    contents, sheet = read(sheets(BOARD, [(1, bengali), (2, DRIVERS)]))[:2]
    assert "1. Item 1" in contents
    assert "write to news-help@lists.example with the words MORE 1" in sheet


def test_right_to_left_and_emoji_are_printed() -> None:
    (sheet,) = written([ItemView(title="دورة مجانية", text="كل يوم ثلاثاء 10\U0001faa9 صباحا")])
    assert "10" in sheet and "MORE" not in sheet


def test_a_long_item_goes_on_over_the_next_sheet() -> None:
    long = ItemView(title="Drivers", text="We need drivers on Saturdays. " * 300)
    pages = written([long])
    assert len(pages) > 2


@settings(max_examples=times(10, 300), deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=60))
def test_whatever_strangers_write_makes_a_file(title: str, text: str, name: str) -> None:
    item = ItemView(
        title=title, text=text + f" https://{name}", organisation=name, author_address=name
    )
    made = sheets(BOARD, [(1, item)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) >= 1


def test_words_without_end_do_not_break_it() -> None:
    item = ItemView(title="a" * 500, text="b" * 5000 + " https://x.example/" + "c" * 3000)
    assert sheets(BOARD, [(1, item)])
