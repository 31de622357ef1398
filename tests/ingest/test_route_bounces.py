"""Bounces and complaints: only a mark that a mail of ours carried makes one count, and none is
ever answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from delivery.letters import Desk
from delivery.marks import Marks
from ingest import to_bounces
from ingest.matter import Outcome
from storage import bounces, letters, outgoing
from storage.database import Database
from storage.records import Bounce, Outgoing
from tests.ingest.desks import CAROL, SECRET, Desks, settle
from tests.storage.rows import arrival, new_mail

HARD = Bounce("hard", (CAROL,), "5.1.1")
COMPLAINT = Bounce("complaint", (CAROL,), None)
STRANGER = "mailer-daemon@mx.example"


@pytest.fixture
def desks(sqlite_url: str) -> Iterator[Desks]:
    opened = Database(sqlite_url)
    yield settle(opened)
    opened.close()


def mail(desks: Desks, **more: Any) -> int:
    with desks.db.write() as tx:
        values: dict[str, Any] = {"list_id": desks.sender.id, "state": "sent"}
        return new_mail(tx, CAROL, **(values | more))


def come(desks: Desks, to: str, bounce: Bounce = HARD) -> Outcome:
    return desks.bring(to, STRANGER, bounce=bounce, auto_submitted=True, mail_from="")


def state(desks: Desks) -> str:
    reader = desks.look()
    assert reader is not None
    return reader.state


def test_e14_two_mails_that_came_back_for_good_stop_a_reader(desks: Desks) -> None:
    carol = desks.reader()
    for _ in range(2):
        outcome = come(desks, desks.marked("bounce", mail(desks, subscriber_id=carol.id)))
    assert (outcome.name, outcome.reason) == ("bounce", "hard 5.1.1: stopped")
    assert state(desks) == "stopped"
    assert desks.letters() == []


def test_e14_a_bounce_of_last_years_secret_counts(desks: Desks) -> None:
    carol = desks.reader()
    for _ in range(2):
        number = mail(desks, subscriber_id=carol.id)
        come(desks, desks.marked("bounce", number, secret="the old secret"))
    assert state(desks) == "stopped"


@pytest.mark.parametrize("to", ["news", "news-owner", "news-help", "news-join", "news-leave"])
def test_e14_a_forged_bounce_without_our_mark_is_only_counted(desks: Desks, to: str) -> None:
    desks.reader()
    for bounce in (HARD, COMPLAINT):
        for _ in range(5):
            assert come(desks, to, bounce).name == "bounce"
    assert state(desks) == "active"
    assert desks.letters() == []


def test_e14_a_mark_for_something_else_is_no_bounce(desks: Desks) -> None:
    carol = desks.reader()
    for purpose in ("settings", "post", "confirm"):
        for _ in range(3):
            come(desks, desks.marked(purpose, carol.id))
    come(desks, "news-bounce+" + Marks("another secret").mint("bounce", 1, day=desks.now.date()))
    come(desks, desks.marked("bounce", 4711))
    assert state(desks) == "active"


def test_any_reply_of_a_stopped_reader_revives(desks: Desks) -> None:
    carol = desks.reader(state="stopped")
    desks.bring(desks.marked("settings", carol.id), CAROL, "I am here, what do you mean")
    assert state(desks) == "active"
    assert desks.names() == ["settings_changed"]


def test_a_vacation_notice_revives_nobody(desks: Desks) -> None:
    carol = desks.reader(state="stopped")
    mark = desks.marked("settings", carol.id)
    desks.bring(mark, CAROL, "I am away until Monday", auto_submitted=True)
    assert state(desks) == "stopped"


def test_a_moderators_mail_that_came_back_is_noted(desks: Desks) -> None:
    number = mail(desks, volunteer_id=desks.bob.id, letter="post_held")
    assert come(desks, desks.marked("bounce", number)).reason == "hard 5.1.1: noted"
    with desks.db.read() as tx:
        assert bounces.of_volunteer(tx, desks.bob.id, desks.now.replace(year=2020)) == 1
    assert desks.letters() == []


def complaint(desks: Desks, to: str, raw: bytes) -> Outcome:
    """A feedback report with a mail of ours enclosed."""
    from dataclasses import replace

    from config import Settings
    from delivery.addresses import read_address
    from delivery.letters import Pen
    from ingest.matter import Matter
    from ingest.route import route
    from storage import lists
    from storage.records import Proof, Reading
    from tests.ingest.desks import WORDS
    from tests.storage.rows import MINUTE

    with desks.db.write() as tx:
        letters.keep(tx, [replace(arrival(raw, f"{to}@lists.example.org"), mail_from="")])
        (letter,) = letters.take(tx, desks.now, MINUTE)
        every = lists.every(tx)
        found = read_address(letter.recipient, every)
        assert found is not None
        pen = Pen(tx, Desk.of(desks.settings), found.list, desks.now)
        reading = Reading(bounce=COMPLAINT, auto_submitted=True)
        settings = Settings(secret=SECRET)
        return route(Matter(pen, settings, letter, found, reading, Proof(), WORDS, "", every))


@pytest.mark.parametrize("purpose", ["bounce", "settings", "leave"])
def test_e15_a_complaint_with_a_mail_of_ours_in_it_unsubscribes_at_once(
    desks: Desks, purpose: str
) -> None:
    carol = desks.reader()
    number = mail(desks, subscriber_id=carol.id) if purpose == "bounce" else carol.id
    mark = Marks(SECRET).mint(purpose, number, day=desks.now.date())
    traces = {
        "bounce": f"Original-Mail-From: <news-bounce+{mark}@lists.example.org>",
        "settings": f"Reply-To: news-settings+{mark.upper()}@lists.example.org",
        "leave": f"List-Unsubscribe: <https://lists.example.org/leave/{mark}>,",
    }
    outcome = complaint(desks, "news-owner", traces[purpose].encode())
    assert outcome.reason == "complaint: left"
    assert state(desks) == "left"
    assert desks.letters() == []


def test_e15_the_message_id_of_a_mail_of_ours_is_as_good_as_a_mark(desks: Desks) -> None:
    carol = desks.reader()
    message_id = "a1b2c3d4e5f6a1b2c3d4e5f6@lists.example.org"
    mail(desks, subscriber_id=carol.id, message_id=message_id)
    raw = b"Message-ID: <report-of-somebody-else@mx.example>\r\n\r\nMessage-Id:\r\n <%s>\r\n"
    assert complaint(desks, "news-help", raw % message_id.encode()).reason == "complaint: left"
    assert state(desks) == "left"


def test_e15_a_complaint_to_the_mark_itself_unsubscribes(desks: Desks) -> None:
    carol = desks.reader()
    come(desks, desks.marked("bounce", mail(desks, subscriber_id=carol.id)), COMPLAINT)
    assert state(desks) == "left"


def test_e15_a_complaint_with_marks_that_are_not_ours_changes_nothing(desks: Desks) -> None:
    carol = desks.reader()
    forged = Marks("mallory").mint("leave", carol.id, day=desks.now.date())
    bait = b"/leave/" + forged.encode() + b" -settings+" + b"a" * 100_000 + b"@\nMessage-ID: <"
    assert complaint(desks, "news-owner", bait * 3).reason == "complaint: no mark of ours"
    assert state(desks) == "active"


def refused(desks: Desks, reason: str, **more: Any) -> Outgoing:
    carol = desks.look()
    assert carol is not None
    number = mail(desks, subscriber_id=carol.id, state="refused", reason=reason, **more)
    with desks.db.read() as tx:
        found = outgoing.by_id(tx, number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reason", "after"),
    [
        ("550 5.1.1 <carol@reader.example> user unknown", "stopped"),
        ("552 5.2.2 mailbox full", "active"),
        ("554 5.7.1 message looks like spam", "active"),
    ],
)
def test_what_the_mail_server_refuses_for_good_counts_as_come_back(
    desks: Desks, reason: str, after: str
) -> None:
    desks.reader()
    for _ in range(2):
        refused(desks, reason)
    with desks.db.write() as tx:
        assert to_bounces.note_refused(tx, Desk.of(desks.settings), desks.now) == 2
        assert to_bounces.note_refused(tx, Desk.of(desks.settings), desks.now) == 0
    assert state(desks) == after
