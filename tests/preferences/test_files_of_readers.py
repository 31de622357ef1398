"""Files of readers: our own, and what other programs hand out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preferences.sheets import BadRow, Row, read_file, read_people, spreadsheet_safe


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


def members(*entries: object) -> str:
    return json.dumps({"start": 0, "total_size": len(entries), "entries": entries})


def test_members_as_mailman_3_tells_them() -> None:
    rows = read(
        members(
            {"email": "carol@home.example", "display_name": "Carol", "delivery_mode": "regular"},
            {"email": "d@home.example", "delivery_mode": "plaintext_digests"},
            {"email": "e@home.example", "delivery_mode": "mime_digests"},
            {"email": 5},
            "f@home.example",
            None,
        )
    )
    assert rows[0] == Row("carol@home.example", "Carol", frequency="straight away")
    assert (rows[1].frequency, rows[1].format) == ("daily", "plain")
    assert (rows[2].frequency, rows[2].format) == ("daily", "html")
    assert [row.email for row in rows[3:]] == ["", "f@home.example", ""]
    assert read(json.dumps(["a@home.example"])) == [Row("a@home.example")]


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("enabled", ""),
        ("by_bounces", "mails to them came back there"),
        ("by_user", "they had stopped all mails there themselves"),
        ("by_moderator", "they were stopped there"),
        ("unknown", "they were stopped there"),
    ],
)
def test_who_gets_no_mails_at_mailman_is_not_sent_any_by_us(status: str, problem: str) -> None:
    entry = {"email": "carol@home.example", "role": "member", "delivery_status": status}
    assert read(members(entry))[0].problem == problem


ALL_ROLES = members(
    {"email": "carol@home.example", "role": "member"},
    {"email": "stranger@home.example", "role": "nonmember"},
    {"email": "bob@home.example", "role": "moderator", "delivery_status": "by_user"},
    {"email": "ann@home.example", "role": "owner"},
    {"email": "e@home.example", "role": "something new"},
)


def test_everybody_whom_mailman_knows_of_a_list() -> None:
    """A stranger who once wrote to it is no reader, and who runs it need be none."""
    rows = read(ALL_ROLES)
    assert [row.role for row in rows] == ["reader", "reader", "moderator", "organiser", "reader"]
    assert [bool(row.problem) for row in rows] == [False, True, False, False, False]


def people(data: str, role: str) -> list[tuple[int, str]]:
    return [(line, row.email) for line, row in read_people(data.encode(), role)]


def test_people_who_run_a_list_are_told_from_its_readers() -> None:
    named = members({"email": "carol@home.example", "role": "member"})
    assert people(named, "moderator") == []
    assert people(ALL_ROLES, "moderator") == [(3, "bob@home.example")]
    assert people(ALL_ROLES, "organiser") == [(4, "ann@home.example")]


def test_people_of_a_roster_and_of_our_own_export() -> None:
    roster = "# moderators\nBob <bob@home.example>\nann at home.example\n"
    assert people(roster, "moderator") == [(2, "bob@home.example"), (3, "ann@home.example")]
    export = {
        "title": "Town News",
        "moderators": [{"address": "bob@home.example", "timezone": "Europe/Paris", "id": 1}],
        "organisers": [{"address": "ann@home.example", "timezone": None}],
    }
    (found,) = read_people(json.dumps(export).encode(), "moderator")
    assert (found[1].email, found[1].timezone) == ("bob@home.example", "Europe/Paris")
    assert people(json.dumps(export), "organiser") == [(2, "ann@home.example")]


def test_a_table_of_readers_makes_nobody_a_moderator() -> None:
    with pytest.raises(BadRow, match="table"):
        read_people(b"email,name,frequency\ncarol@home.example,Carol,weekly\n", "moderator")
    with pytest.raises(BadRow, match="table"):
        read_people(b"carol@home.example;Carol;weekly\n", "moderator")


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


def test_members_of_a_google_group() -> None:
    """The name of the group stands above, and whoever wants no mails stands in the list, too."""
    heads = (
        "Email address,Nickname,Group status,Email status,Email preference,Posting permissions\n"
    )
    found = read_file(
        b"Members for group town-news\n"
        + heads.encode()
        + b"ann@home.example,Ann,Owner,,All email,Allowed\n"
        b"carol@home.example,,Member,,Digest,Allowed\n"
        b"dilan@home.example,,Member,,No email,Allowed\n"
        b"e@home.example,,Member,Bouncing,All email,Allowed\n"
        b"f@home.example,,Invited,,All email,Allowed\n"
        b"g@home.example,,Banned,,All email,Allowed\n"
    )
    (first, ann), *others = found
    assert (first, ann) == (3, Row("ann@home.example", "Ann", frequency="straight away"))
    assert [(line, row.frequency, row.problem, row.left) for line, row in others] == [
        (4, "daily", "", False),
        (5, "weekly", "they had stopped all mails there themselves", False),
        (6, "straight away", "mails to them came back there", False),
        (7, "straight away", "they had not confirmed there", False),
        (8, "straight away", "", True),
    ]


def test_subscribers_of_listmonk() -> None:
    rows = read(
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        '1,carol@home.example,Carol,"{""city"": ""Leeds""}",enabled,2024-01-01,2024-01-01\n'
        "2,dilan@home.example,Dilan,{},blocklisted,2024-01-01,2024-01-01\n"
        "3,e@home.example,E,{},disabled,2024-01-01,2024-01-01\n"
    )
    assert [(row.email, row.left, bool(row.problem)) for row in rows] == [
        ("carol@home.example", False, False),
        ("dilan@home.example", True, False),
        ("e@home.example", False, True),
    ]


def test_a_table_with_the_modes_of_mailman() -> None:
    rows = read("address,display_name,delivery_mode\nc@b.example,Carol,plaintext_digests\n")
    assert rows == [Row("c@b.example", "Carol", frequency="daily", format="plain")]


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
