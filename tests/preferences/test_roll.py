"""Readers who are added by others: one by one, and from a file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from delivery.letters import Pen
from preferences import change, roll, sheets
from storage import lists, subscribers
from tests.preferences.desk import Preferences

FILE = b"""name;email;topics;frequency
Dilan;dilan@house.example;"housing, jobs";daily
Esther;ESTHER@home.example;;
Nobody;nonsense;;
Often;often@home.example;;hourly
Wrong;wrong@home.example;cooking;
Again;esther@HOME.example;;weekly
"""


def bring_in(
    desk: Preferences, data: bytes, *, dry_run: bool = False
) -> tuple[dict[str, int], list[int]]:
    rows = list(sheets.read_file(data))

    def work(pen: Pen) -> tuple[dict[str, int], list[int]]:
        topics = lists.topics(pen.tx, pen.sender.id)
        counts, bad = roll.add_many(pen, rows, topics, dry_run=dry_run)
        return counts, [line for line, _ in bad]

    return desk.work(work)


def test_good_rows_come_in_and_bad_ones_are_named_by_line(both: Preferences) -> None:
    assert bring_in(both, FILE) == ({"added": 2, "there": 1, "left": 0}, [4, 5, 6])
    with both.db.read() as tx:
        dilan = subscribers.by_address(tx, both.sender.id, "dilan@house.example")
    assert dilan is not None
    assert dilan.frequency == "daily"
    assert dilan.topics == (both.topics["housing"], both.topics["jobs"])


def test_a_second_run_adds_nobody(both: Preferences) -> None:
    bring_in(both, FILE)
    assert bring_in(both, FILE)[0] == {"added": 0, "there": 3, "left": 0}


def test_a_dry_run_says_the_same_and_adds_nobody(both: Preferences) -> None:
    assert bring_in(both, FILE, dry_run=True) == ({"added": 2, "there": 1, "left": 0}, [4, 5, 6])
    assert bring_in(both, FILE)[0]["added"] == 2


def test_nobody_is_brought_back_who_left(both: Preferences) -> None:
    bring_in(both, FILE)
    with both.db.read() as tx:
        esther = subscribers.by_address(tx, both.sender.id, "esther@home.example")
    assert esther is not None
    both.work(lambda pen: change.leave(pen, esther))
    assert bring_in(both, FILE)[0] == {"added": 0, "there": 1, "left": 2}


def test_an_export_of_another_list_brings_nobody_who_left_there(both: Preferences) -> None:
    file = b"email,state\na@home.example,left\nb@home.example,active\n"
    for dry_run in (True, False):
        assert bring_in(both, file, dry_run=dry_run)[0] == {"added": 1, "there": 0, "left": 1}
    with both.db.read() as tx:
        assert subscribers.by_address(tx, both.sender.id, "a@home.example") is None


def test_a_cell_is_no_formula() -> None:
    assert sheets.spreadsheet_safe("=1+1") == "'=1+1"
    assert sheets.spreadsheet_safe("Carol") == "Carol"


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused_with_a_sentence(data: bytes) -> None:
    try:
        list(sheets.read_file(b"email,name\n" + data))
    except sheets.BadRow as error:
        assert str(error)
