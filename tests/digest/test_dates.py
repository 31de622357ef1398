"""Posts with a day leave by themselves, and what must not be missed comes first."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_string, policy

from sqlalchemy import func, select

from delivery.edition_mail import EditionMails
from delivery.letters import Desk
from delivery.marks import Marks
from storage import lists, outgoing
from storage.tables import outgoing as outbox
from tests.digest.town import Town, local

DESK = Desk(Marks("s" * 32), "https://lists.example")
MONDAY = local("2026-11-23")


def mail_bytes(town: Town, reader: int) -> bytes:
    """The reader's newest round-up as it leaves."""
    newest = select(func.max(outbox.c.id)).where(outbox.c.subscriber_id == reader)
    with town.db.read() as tx:
        row = outgoing.by_id(tx, tx.execute(newest).scalar_one())
    assert row is not None
    built = EditionMails(town.db, DESK).build([row])[row.id]
    assert built is not None
    return built


def mail(town: Town, reader: int) -> str:
    """The same, decoded as far as these tests need."""
    built = mail_bytes(town, reader).decode()
    return built.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")


def parts(town: Town, reader: int) -> tuple[str, str]:
    """Its two parts as they are read."""
    message = message_from_string(mail_bytes(town, reader).decode(), policy=policy.default)
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (
        str(part.get_content()).replace("\r\n", "\n") for part in found if part is not None
    )
    return text, html


def test_an_event_that_has_passed_is_not_sent(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Yesterday", local("tue"), event_date=date(2026, 11, 22))
    week.post("Today", local("tue"), event_date=date(2026, 11, 23))
    week.post("Closed", local("wed"), closing_date=date(2026, 11, 20))
    week.post("Closed, but still to come", local("wed"), closing_date=date(2026, 11, 20),
              event_date=date(2026, 12, 1))  # fmt: skip
    week.tick(MONDAY)
    assert week.mails(carol) == [["Today", "Closed, but still to come"]]


def test_what_was_over_when_it_came_is_news_of_it(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Minutes of the meeting", local("wed"), event_date=date(2026, 11, 3))
    week.tick(MONDAY)
    assert week.mails(carol) == [["Minutes of the meeting"]]


def test_a_late_round_up_leaves_out_what_is_over_by_then(week: Town) -> None:
    carol = week.reader("carol")
    week.post("On Monday", local("wed"), event_date=date(2026, 11, 23))
    week.post("On Tuesday", local("wed"), event_date=date(2026, 11, 24))
    week.tick(local("2026-11-24"))
    assert week.mails(carol) == [["On Tuesday"]]


def test_f2_a_late_round_up_says_so_and_one_in_time_does_not(week: Town) -> None:
    carol = week.reader("carol", format="plain")
    week.post("Room", local("wed"))
    week.tick(local("2026-11-23", "14:00"))
    assert "This mail is late: it was due on Monday 23 November 2026, 10am." in mail(week, carol)
    week.post("Driver", local("2026-11-25"))
    week.tick(local("2026-11-30", "10:20"))
    assert "Driver" in mail(week, carol) and "late" not in mail(week, carol)


def test_what_was_cancelled_or_put_right_comes_first(week: Town) -> None:
    carol = week.reader("carol", "weekly", "housing", "jobs")
    wrong = week.post("Drop-in on Monday", local("tue"), "jobs")
    week.tick(MONDAY)
    with week.db.write() as tx:  # the mail leaves
        rows = outgoing.claim(tx, "s", MONDAY + timedelta(hours=1), timedelta(minutes=1), 9)
        outgoing.note_sent(tx, [row.id for row in rows], "s", MONDAY + timedelta(hours=1))
    week.post("Room", local("2026-11-24"), "housing")
    week.post("Cancelled: Café", local("2026-11-25"), "jobs", "law")
    week.post("Drop-in on Tuesday", local("2026-11-25"), "jobs", corrects=wrong)
    week.tick(local("2026-11-30"))
    assert week.filed(carol)[-1].startswith("-1:3,4 ")
    text = mail(week, carol).partition("text/html")[0]
    assert "PLEASE NOTE FIRST" in text and "CORRECTION: Drop-in on Tuesday" in text
    assert "Also in: Jobs, Law" in text


def test_days_stand_above_the_contents_and_come_as_a_file(week: Town) -> None:
    carol = week.reader("carol")
    week.post("Room", local("tue"), "housing", closing_date=date(2026, 11, 27))
    week.post("Café", local("tue"), "jobs", event_date=date(2026, 12, 8))
    week.tick(MONDAY)
    text = mail(week, carol)
    places = [text.index(words) for words in ("CLOSING SOON", "COMING UP", "IN THIS MAIL: 2")]
    assert places == sorted(places)
    assert 'filename="dates.ics"' in text and text.count("BEGIN:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20261208" in text and "SUMMARY:Closes: Room" in text


def test_who_wants_headlines_gets_headlines(week: Town) -> None:
    carol = week.reader("carol", format="plain", length="short")
    week.post("Room", local("tue"), "housing")
    week.tick(MONDAY)
    assert "Whole item: reply with the words: more 1" in mail(week, carol)


def test_a_list_orders_its_topics(week: Town) -> None:
    carol = week.reader("carol")
    with week.db.write() as tx:
        lists.edit(tx, week.news.id, {"topic_order": "law, jobs"})
    for topic in ("housing", "jobs", "law"):
        week.post(topic, local("tue"), topic)
    week.tick(MONDAY)
    assert week.mails(carol) == [["law", "jobs", "housing"]]


def test_f11_a_great_week_is_a_mail_that_nobody_cuts_off(week: Town) -> None:
    carol = week.reader("carol")
    words = "People who rent a home can come and ask whatever they want to know. " * 12
    for number in range(150):
        topics = [("housing", "jobs", "law")[number % 3]] if number % 7 else []
        week.post(f"Item {number}", local("tue"), *topics, text=f"Number {number}. {words}")
    week.tick(MONDAY)
    text, html = parts(week, carol)
    assert len(html.encode()) < 100_000 and len(text.encode()) < 100_000
    for number in range(150):
        assert f">Item {number}</a></li>" in html and f". Item {number}\n" in text
    assert html.count("Whole item: reply") > 50 and html.count("whatever they want to know") > 50
    assert html.count("Whole item: reply") == text.count("Whole item: reply")
