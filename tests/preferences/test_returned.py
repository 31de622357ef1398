"""Mails that came back: counted, fading, stopped, probed, and at last taken off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from delivery.letters import Pen
from preferences import returned, unreachable
from storage import bounces, outgoing, subscribers, volunteers
from storage.records import Outgoing
from tests.preferences.desk import CAROL, Preferences, wish
from tests.storage.rows import new_mail


def bounce(desk: Preferences, kind: str, times: int = 1, *, days: float = 0) -> str:
    """Mails to Carol come back, each ``days`` after the one before."""
    said = ""
    for _ in range(times):
        carol = desk.look()
        said = come_back(desk, _mail(desk, carol.id), kind)
        desk.later(days=days)
    return said


def come_back(desk: Preferences, mail: Outgoing, kind: str) -> str:
    return desk.work(lambda pen: returned.came_back(pen, mail, kind, ""))


def _mail(desk: Preferences, reader: int) -> Outgoing:
    with desk.db.write() as tx:
        number = new_mail(tx, CAROL, list_id=desk.sender.id, subscriber_id=reader, state="sent")
        mail = outgoing.by_id(tx, number)
    assert mail is not None
    return mail


def rounds(desk: Preferences) -> list[str]:
    """What the clock does with all who are stopped."""

    def go_on(pen: Pen) -> list[str]:
        return [returned.go_on(pen, one) for one in bounces.all_stopped(pen.tx)]

    return desk.work(go_on)


@pytest.mark.parametrize(("kind", "enough"), [("hard", 2), ("soft", 5)])
def test_e14_so_many_mails_that_came_back_stop_a_reader(
    both: Preferences, kind: str, enough: int
) -> None:
    both.reader()
    assert bounce(both, kind, enough - 1) == "noted"
    assert both.look().state == "active"
    assert bounce(both, kind) == "stopped"
    assert both.look().state == "stopped"
    assert both.letters() == [], "nobody is written to"
    assert both.trail() == ["stopped"]


def test_e14_hard_and_soft_count_together(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "soft", 2)
    bounce(desk, "hard")
    assert desk.look().state == "active"
    bounce(desk, "soft")
    assert desk.look().state == "stopped"


def test_e14_what_came_back_fades_in_thirty_days(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "hard", 4, days=31)
    assert desk.look().state == "active"
    bounce(desk, "soft", 8, days=8)
    assert desk.look().state == "active"
    bounce(desk, "soft", 5, days=6)
    assert desk.look().state == "stopped"


def test_e14_a_mail_comes_back_once_however_often_it_is_told(desk: Preferences) -> None:
    carol = desk.reader()
    mail = _mail(desk, carol.id)
    for expected in ("noted", "known before", "known before"):
        assert come_back(desk, mail, "hard") == expected
    assert desk.look().state == "active"


def test_a_mail_to_the_address_before_says_nothing_of_this_one(desk: Preferences) -> None:
    carol = desk.reader()
    mails = [_mail(desk, carol.id) for _ in range(3)]
    with desk.db.write() as tx:
        subscribers.change(tx, carol.id, {"address": "carol@new.example"})
    for mail in mails:
        come_back(desk, mail, "hard")
    assert desk.look("carol@new.example").state == "active"


def test_any_wish_of_a_stopped_reader_revives_and_clears_the_count(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "hard", 2)
    desk.apply(wish(frequency="daily"))
    assert (desk.look().state, desk.look().frequency) == ("active", "daily")
    bounce(desk, "hard")
    assert desk.look().state == "active"


def test_a_stopped_reader_is_probed_twice_and_then_taken_off(both: Preferences) -> None:
    both.reader()
    bounce(both, "hard", 2)
    seen: list[tuple[int, str]] = []
    for day in range(40):
        seen += [(day, did) for did in rounds(both) if did]
        both.later(days=1)
    assert seen == [(7, "probed"), (21, "probed"), (35, "removed")]
    first, second = both.letters()
    assert first.letter == second.letter == "address_probe"
    assert "Wednesday 23 December 2026" in " ".join(first.text.split())
    carol = both.look()
    assert carol.state == "left"
    assert "mails to the address came back" in carol.consent
    assert both.trail() == ["stopped", "probed", "probed", "removed"]


def test_two_clocks_write_one_probe(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "hard", 2)
    desk.later(days=8)
    with desk.db.read() as tx:
        (before,) = bounces.all_stopped(tx)
    assert rounds(desk) == ["probed"]
    assert desk.work(lambda pen: returned.go_on(pen, before)) == ""
    assert desk.names() == ["address_probe"]


@pytest.mark.parametrize(("kind", "after"), [("soft", "active"), ("hard", "stopped")])
def test_a_probe_that_arrives_revives_who_was_only_full(
    desk: Preferences, kind: str, after: str
) -> None:
    desk.reader()
    bounce(desk, kind, 5)
    desk.later(days=8)
    rounds(desk)
    desk.later(days=6)
    rounds(desk)
    assert desk.look().state == after


def test_a_probe_that_comes_back_revives_nobody(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "soft", 5)
    desk.later(days=8)
    rounds(desk)
    desk.later(hours=1)
    bounce(desk, "soft")
    desk.later(days=6)
    assert rounds(desk) == [""]
    assert desk.look().state == "stopped"


def organiser(desk: Preferences) -> None:
    with desk.db.write() as tx:
        address = "bob@example.org"
        volunteers.add(tx, desk.sender.id, "organiser", address, "Bob", desk.now)


def tell(desk: Preferences) -> int:
    return desk.work(unreachable.tell)


def test_the_organisers_hear_whom_to_ring_once_a_week_at_most(both: Preferences) -> None:
    organiser(both)
    both.reader()
    assert tell(both) == 0
    bounce(both, "hard", 2)
    assert [tell(both), tell(both)] == [1, 0]
    (mail,) = both.letters()
    assert mail.to == ("bob@example.org",)
    assert "Carol, carol@reader.example: the address does not exist" in mail.text
    other = both.reader("dilan@reader.example")
    both.work(lambda pen: bounces.stop(pen.tx, other.id, "soft", pen.now))
    both.later(days=6)
    assert tell(both) == 0
    both.later(days=1)
    assert tell(both) == 1
    (mail,) = both.letters()
    assert "dilan@reader.example: the mailbox takes no mail just now" in mail.text
    assert CAROL not in mail.text


def test_the_organisers_hear_when_somebody_is_taken_off(desk: Preferences) -> None:
    organiser(desk)
    desk.reader()
    bounce(desk, "hard", 2)
    tell(desk)
    for _ in range(36):
        desk.later(days=1)
        rounds(desk)
    desk.letters()
    assert tell(desk) == 1
    (mail,) = desk.letters()
    assert "We have taken one address off the list" in mail.text
    assert "- Carol, carol@reader.example" in mail.text


def test_moderators_hear_of_it_where_there_is_no_organiser(desk: Preferences) -> None:
    with desk.db.write() as tx:
        volunteers.add(tx, desk.sender.id, "moderator", "amina@example.org", "Amina", desk.now)
    desk.reader()
    bounce(desk, "hard", 2)
    assert tell(desk) == 1
    assert desk.letters()[0].to == ("amina@example.org",)


def test_e15_who_complains_has_left_and_hears_nothing(both: Preferences) -> None:
    carol = both.reader()
    complain: Callable[[Pen], None] = lambda pen: returned.complained(pen, carol)  # noqa: E731
    both.work(complain)
    both.work(complain)
    assert both.look().state == "left"
    assert both.letters() == []
    assert both.trail() == ["removed"]


def test_a_stopped_reader_who_joins_anew_starts_from_nothing(desk: Preferences) -> None:
    desk.reader()
    bounce(desk, "hard", 2)
    desk.ask_to_join()
    desk.confirm()
    assert desk.look().state == "active"
    with desk.db.read() as tx:
        assert bounces.all_stopped(tx) == []
        assert bounces.counts(tx, desk.look().id, desk.now - timedelta(days=30)) == {}
