"""Calendar entries: RFC 5545 to the letter where programs are strict."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from delivery.ics import calendar, event

STAMP = datetime(2026, 11, 20, 12, tzinfo=UTC)


def entry(summary: str, where: str = "") -> str:
    return event("post-7", date(2026, 12, 31), summary, stamp=STAMP, version=2, where=where)


def test_an_entry_is_a_whole_day_and_the_same_each_time() -> None:
    lines = entry("Drop-in; rents, and more", "Hall\\1").split("\n")
    assert lines[0] == "BEGIN:VEVENT" and lines[-2] == "END:VEVENT"
    assert "DTSTART;VALUE=DATE:20261231" in lines and "DTEND;VALUE=DATE:20270101" in lines
    assert "SUMMARY:Drop-in\\; rents\\, and more" in lines and "LOCATION:Hall\\\\1" in lines
    assert "UID:post-7" in lines and "SEQUENCE:1" in lines and "DTSTAMP:20261120T120000Z" in lines
    assert entry("x") == entry("x")


def test_a_file_has_one_head_and_one_tail() -> None:
    whole = calendar(entry("a") + entry("b"))
    assert whole.startswith("BEGIN:VCALENDAR\nVERSION:2.0\n")
    assert whole.endswith("END:VCALENDAR\n") and whole.count("BEGIN:VEVENT") == 2


@given(st.text(), st.text())
def test_whatever_a_title_says_lines_are_short_and_none_is_new(title: str, where: str) -> None:
    made = entry(title, where).encode("utf-8", "replace").decode()
    for line in made.split("\n"):
        assert len(line.encode()) <= 75
    unfolded = made.replace("\n ", "").rstrip("\n").split("\n")
    names = [line.partition(":")[0].partition(";")[0] for line in unfolded]
    assert names.count("SUMMARY") == 1 and names.count("BEGIN") == 1 and names.count("END") == 1
    assert not [line for line in unfolded if "\r" in line]
