"""What only the database knows about a post, told to the moderator who is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from delivery.letters import Pen
from moderation import hold
from moderation.likeness import sketch
from moderation.notice import LOOK_BACK
from storage import forgotten, lists, noticed, posts
from storage.records import Flag, Noticed, Post
from tests.moderation.office import PROVEN, ROUND_UP, Office

EVENT = (
    "Our free housing rights clinic is back. Talk to an adviser about rent, repairs or damp."
    " Bring your letters. Monday 4 January 2027, 10am, at Example Centre. No need to book."
)


def post(
    office: Office, text: str = EVENT, *hosts: str, title: str = "Clinic", **more: str
) -> Post:
    with office.db.write() as tx:
        pen = Pen(tx, office.desk, office.sender, office.now)
        new = Post(
            id=0, list_id=office.sender.id, letter_id=None,
            author_address=more.get("author", "alice@charity.example"), author_name="Alice",
            title=title, html="", text=text, state="held", held_at=office.now,
        )  # fmt: skip
        found = Noticed(hosts=hosts, sketch=sketch(f"{title}\n{text}"))
        number = hold.hold(pen, new, [], PROVEN, round_up=ROUND_UP, noticed=found)
    return office.look(number)


def flags(office: Office, of: Post) -> list[Flag]:
    with office.db.read() as tx:
        return list(noticed.flags(tx, of.id))


def needs_a_person(office: Office, of: Post) -> bool:
    with office.db.read() as tx:
        return noticed.needs_a_person(tx, of.id)


def test_c18_a_first_post_leads_where_it_will(desk: Office) -> None:
    first = post(desk, "See our page for more.", "charity.example")
    assert first.notes == ()
    assert flags(desk, first) == [Flag("host", "charity.example")]
    assert not needs_a_person(desk, first)


def test_c18_a_known_author_who_leads_to_a_new_place_is_looked_at(desk: Office) -> None:
    desk.decide(post(desk, "See our page.", "charity.example"), "yes", desk.bob)
    desk.letters()
    again = post(desk, "See our page for jobs.", "charity.example")
    assert (again.notes, needs_a_person(desk, again)) == ((), False)
    new = post(desk, "Pay here today, please.", "charity.example", "evil.example")
    assert new.notes == (
        "It leads to evil.example, where no approved post of this author has led before."
        " Check that the link is right.",
    )
    assert needs_a_person(desk, new)
    assert "evil.example" in desk.letters()[-2].text


def test_c18_what_was_turned_down_is_not_learnt(desk: Office) -> None:
    desk.decide(post(desk, "See our page.", "charity.example"), "yes", desk.bob)
    desk.decide(post(desk, "Pay here today.", "evil.example"), "no", desk.bob)
    assert needs_a_person(desk, post(desk, "Pay here, I said.", "evil.example"))
    desk.decide(post(desk, "Join our call.", "call.example"), "yes", desk.bob)
    assert not needs_a_person(desk, post(desk, "Join again.", "call.example"))
    other = "mallory@evil.example"
    assert not needs_a_person(desk, post(desk, "Hello all.", "call.example", author=other))


def test_c20_a_post_that_was_here_before_is_said_to_be(desk: Office) -> None:
    first = post(desk)
    desk.decide(first, "yes", desk.bob)
    desk.later(days=3)
    again = post(desk, f"Please share. {EVENT}", title="REMINDER: Clinic")
    assert again.notes[0] == (
        "It looks like “Clinic” of Wednesday 18 November 2026, which was approved."
    )
    assert Flag("looks_like", str(first.id)) in flags(desk, again)
    assert not needs_a_person(desk, again)


def test_c20_the_next_in_a_row_is_said_to_have_other_dates(desk: Office) -> None:
    post(desk)
    again = post(desk, EVENT.replace("4 January", "11 January"))
    assert again.notes[0].endswith(
        "which still waits for a decision. The dates in it are different."
    )


def test_c20_what_is_long_ago_is_not_looked_at(desk: Office) -> None:
    post(desk)
    desk.now += LOOK_BACK + timedelta(days=1)
    assert not any("looks like" in note for note in post(desk).notes)


def test_days_and_topics_are_suggested_with_the_line_to_write(desk: Office) -> None:
    found = post(desk, "The housing clinic is on 4 January. Book by 2 January.", title="Housing")
    assert found.notes == ()
    assert flags(desk, found) == [
        Flag("event_date", "2027-01-04"),
        Flag("closing_date", "2027-01-02"),
        Flag("topics", "Housing"),
    ]
    assert "\n  date: 4 January 2027\n  closes: 2 January 2027\n  topics: Housing\n" in (
        desk.letters()[0].text + "\n"
    )
    assert (found.event_date, found.closing_date, found.topics) == (None, None, ())


def test_what_the_post_has_is_not_suggested(desk: Office) -> None:
    with desk.db.read() as tx:
        assert lists.topics(tx, desk.sender.id)[0].name == "Housing"
    held = desk.hold(
        title="Housing clinic", text="Housing on 4 January.", topics=(desk.housing,),
        event_date=desk.now.date(),
    )  # fmt: skip
    assert held.notes == ()


@pytest.mark.parametrize("state", ["held", "approved", "rejected", "spam", "withdrawn", "archived"])
def test_c20_whatever_became_of_the_first_one_is_said(desk: Office, state: str) -> None:
    first = post(desk)
    with desk.db.write() as tx:
        posts.change_state(tx, first.id, ["held"], state, {})
    assert "It looks like “Clinic”" in post(desk).notes[0]


def test_c20_a_post_that_was_erased_is_not_named(desk: Office) -> None:
    first = post(desk)
    with desk.db.write() as tx:
        forgotten.erase(tx, desk.sender, first.author_address)
    assert post(desk).notes == ()


def test_c18_the_authors_own_domain_is_nothing_new(desk: Office) -> None:
    desk.decide(post(desk, "Hello to all of you."), "yes", desk.bob)
    found = post(desk, "See our page.", "charity.example", "jobs.charity.example")
    assert found.notes == ()
    assert not needs_a_person(desk, found)
    assert [flag.kind for flag in flags(desk, found)] == ["host", "host"]
