"""After the round-up the people who run the list hear what became of it, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from delivery.letters import Desk
from delivery.marks import Marks
from digest.report import reason_of, write_reports
from storage import lists, reports, volunteers
from storage.records import MailingList, Volunteer
from storage.tables import outgoing as outbox
from tests.digest.test_proof import letters, words_of
from tests.digest.town import Town, local

DESK = Desk(Marks("s" * 32), "https://lists.example")
MONDAY = local("2026-11-23")
SOON = MONDAY + timedelta(minutes=20)


@pytest.fixture
def run(week: Town) -> Town:
    """Bob moderates, Olive organises."""
    with week.db.write() as tx:
        for role, name in (("moderator", "Bob"), ("organiser", "Olive")):
            address = f"{name.lower()}@charity.example"
            volunteers.add(tx, week.news.id, role, address, name, local("mon"))  # type: ignore[arg-type]
    return week


def on_duty(tx: object, sender: MailingList, at: datetime) -> list[Volunteer]:  # noqa: ARG001
    return [Volunteer(9, sender.id, "moderator", "amina@charity.example", "Amina", None, at)]


def report(town: Town, now: datetime) -> list[str]:
    write_reports(town.db, DESK, on_duty, now)
    return [words_of(one) for one in letters(town, "edition_report")]


def settled(town: Town, state: str, reason: str = "", reader: int | None = None) -> None:
    here = outbox.c.letter == "edition"
    here &= (outbox.c.subscriber_id == reader) if reader else (outbox.c.state == "waiting")
    with town.db.write() as tx:
        tx.execute(update(outbox).where(here).values(state=state, reason=reason, attempts=1))


def test_who_got_it_who_did_not_and_why(run: Town) -> None:
    run.reader("carol")
    dora = run.reader("dora")
    run.post("Room", local("wed"))
    run.tick(MONDAY)
    settled(run, "refused", "550 5.1.1 User unknown", dora)
    settled(run, "sent")
    bob, olive = report(run, SOON)
    assert "Sent: 1 Still waiting to leave: 0 Refused: 1" in bob
    assert "dora, dora@example.org: the address does not exist any more" in olive
    assert "dora@example.org" not in bob
    assert "Next on duty: Amina." in bob
    assert len(report(run, SOON + timedelta(hours=1))) == 2


def test_it_waits_for_the_mails_but_not_for_ever(run: Town) -> None:
    run.reader("carol")
    run.post("Room", local("wed"))
    run.tick(MONDAY)
    assert report(run, SOON) == []
    assert "waiting to leave: 1" in report(run, MONDAY + timedelta(hours=2, minutes=1))[0]


def test_of_a_week_without_news_there_is_no_report(run: Town) -> None:
    run.reader("carol")
    run.tick(MONDAY)
    assert report(run, MONDAY + timedelta(hours=3)) == []


def test_partners_who_fell_silent_are_named(run: Town) -> None:
    run.reader("carol")
    with run.db.write() as tx:
        volunteers.meet_author(tx, run.news.id, "alice@charity.example", "Alice", MONDAY)
    run.post("Old", MONDAY - timedelta(days=70))
    run.tick(MONDAY)
    settled(run, "sent")
    run.reader("dora")
    run.post("By somebody else", local("2026-11-24"))
    with run.db.write() as tx:
        from storage.tables import post

        tx.execute(update(post).where(post.c.title != "Old").values(author_key="eve@b.example"))
    next_week = MONDAY + timedelta(days=7)
    run.tick(next_week)
    settled(run, "sent")
    assert (
        "- Alice: last on Monday 14 September 2026"
        in report(run, next_week + timedelta(hours=1))[0]
    )


def test_the_test_mailbox_is_watched(run: Town) -> None:
    run.reader("carol")
    with run.db.write() as tx:
        lists.edit(tx, run.news.id, {"canary": "news-canary@lists.example"})
    run.post("Room", local("wed"))
    (edition,) = run.tick(MONDAY)
    settled(run, "sent")
    with run.db.write() as tx:
        reports.note_canary(tx, edition.id, MONDAY + timedelta(minutes=2))
    assert "Our test mailbox got it on Monday 23 November 2026, 10.02am." in report(run, SOON)[0]


def test_a_test_mailbox_that_got_nothing_is_told_of(run: Town) -> None:
    run.reader("carol")
    with run.db.write() as tx:
        lists.edit(tx, run.news.id, {"canary": "canary@mailbox.example"})
    run.post("Room", local("wed"))
    run.tick(MONDAY)
    settled(run, "sent")
    told = report(run, SOON)[0]
    assert "Please look" in told and "canary@mailbox.example did not get it" in told


def test_f9_a_post_that_could_not_be_shown_is_named(
    run: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    import delivery.pieces

    write = delivery.pieces.write_pieces

    def breaks(post, *rest, **more):  # type: ignore[no-untyped-def]
        if post.title == "Bad":
            raise RuntimeError("broken")
        return write(post, *rest, **more)

    monkeypatch.setattr(delivery.pieces, "write_pieces", breaks)
    run.reader("carol")
    run.post("Bad", local("wed"))
    run.post("Good", local("wed"))
    run.tick(MONDAY)
    settled(run, "sent")
    told = report(run, SOON)[0]
    assert "We could not show these posts" in told and "- Bad" in told and "- Good" not in told


def test_f2_a_round_up_that_was_given_up_is_told_to_the_organisers(run: Town) -> None:
    run.reader("carol")
    run.post("Room", local("wed"))
    for hours in (49, 50):
        now = MONDAY + timedelta(hours=hours)
        run.tick(now)
        write_reports(run.db, DESK, on_duty, now)
    told = [one for one in letters(run, "edition_skipped") if "weekly" in words_of(one)]
    assert [one.to for one in told] == ["olive@charity.example"]
    assert "Monday 30 November 2026, 10am" in words_of(told[0])


def test_what_was_over_when_it_left_is_named(run: Town) -> None:
    run.reader("carol")
    run.post("Open day", local("wed"), event_date=date(2026, 11, 21))
    run.post("Room", local("wed"))
    run.tick(MONDAY)
    settled(run, "sent")
    assert "so they are not in it: - Open day" in report(run, SOON)[0]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.1.1 <x@y.example>: user unknown", "unknown"),
        ("550 No such user here", "unknown"),
        ("552 5.2.2 mailbox full", "full"),
        ("554 5.7.1 looks like spam", "unwanted"),
        ("553 5.6.7 Non-ASCII addresses not permitted", "letters"),
        ("451 4.4.1 timed out", "silent"),
        ("554 transaction failed", "other"),
        ("", "other"),
    ],
)
def test_what_servers_say_in_plain_words(reply: str, kind: str) -> None:
    assert reason_of(reply) == kind
