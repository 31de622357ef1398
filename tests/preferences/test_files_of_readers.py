"""Files of readers: our own, and what other programs hand out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences.sheets import BadRow, Row, read_file, spreadsheet_safe


def read(data: str | bytes) -> list[Row]:
    return [row for _, row in read_file(data.encode() if isinstance(data, str) else data)]


def test_a_roster_of_mailman() -> None:
    roster = (
        'carol@home.example\nDilan <dilan@home.example>\n"Esther, M" <e@home.example>\n# no\n\n'
    )
    rows = read(roster + "f at home.example\n")
    assert [(row.email, row.name) for row in rows] == [
        ("carol@home.example", ""),
        ("dilan@home.example", "Dilan"),
        ("e@home.example", "Esther, M"),
        ("f@home.example", ""),
    ]


def test_members_as_mailman_3_tells_them() -> None:
    entries = [
        {"email": "carol@home.example", "display_name": "Carol", "delivery_mode": "regular"},
        {"email": "d@home.example", "delivery_mode": "plaintext_digests"},
        {"email": "e@home.example", "delivery_status": "by_bounces"},
        {"email": 5},
        "f@home.example",
        None,
    ]
    rows = read(json.dumps({"start": 0, "total_size": 6, "entries": entries}))
    assert rows[0] == Row("carol@home.example", "Carol")
    assert (rows[1].frequency, rows[1].format) == ("daily", "plain")
    assert rows[2].problem == "mails to them came back there"
    assert [row.email for row in rows[3:]] == ["", "f@home.example", ""]
    assert read(json.dumps(["a@home.example"])) == [Row("a@home.example")]


def test_an_audience_of_mailchimp() -> None:
    rows = read(
        '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,TAGS\n'
        'carol@home.example,Carol,Smith,2,"2021-03-04 10:00:00","""news"""\n'
    )
    assert rows == [
        Row("carol@home.example", "Carol Smith", consent="Opted in there on 2021-03-04 10:00:00.")
    ]
    gone = read("Email Address,UNSUB_TIME\nc@home.example,2021-03-04 10:00:00\n")
    assert gone[0].left


def test_who_left_where_the_file_comes_from_has_left() -> None:
    rows = read("email,state\na@b.example,left\nc@b.example,active\nd@b.example,stopped\n")
    assert [(row.left, bool(row.problem)) for row in rows] == [
        (True, False),
        (False, False),
        (False, True),
    ]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_e13_however_a_spreadsheet_writes_it(charset: str, delimiter: str) -> None:
    data = f"name{delimiter}email\r\nZoë{delimiter}zoe@home.example\r\n".encode(charset)
    assert read(data) == [Row("zoe@home.example", "Zoë")]


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-x", "@SUM(A1)", "\tx", "Carol", "'quoted'"])
def test_e13_what_we_export_comes_back_as_it_was(cell: str) -> None:
    assert spreadsheet_safe(cell)[:1] not in "=+-@\t"
    assert read(f'email,name\na@b.example,"{spreadsheet_safe(cell)}"\n')[0].name == cell.strip()


@pytest.mark.parametrize("data", ["", "name\nCarol", "{", "[", "{}", '{"entries": 5}', "[" * 9999])
def test_what_is_no_such_file(data: str) -> None:
    with pytest.raises(BadRow):
        read(data)


@given(st.binary(max_size=300), st.sampled_from([b"", b"email,name\n", b"{", b"a@b.example\n"]))
def test_no_file_breaks_it(noise: bytes, begin: bytes) -> None:
    try:
        read(begin + noise)
    except BadRow as error:
        assert str(error)
