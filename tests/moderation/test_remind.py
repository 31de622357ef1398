"""More people are asked when nobody answers, under a clock that the test moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from delivery.letters import Pen
from digest.coming import next_weekly
from moderation import asking, duty, queue, remind, swap
from moderation.hold import Limits
from storage import history, lists, queues, volunteers
from storage import outgoing as storage_outgoing
from storage.database import Database
from storage.records import MailingList, Post, Volunteer
from storage.tables import mailing_list, outgoing
from tests.moderation.office import PROVEN, UNPROVEN, Office, settle
from tests.storage.rows import new_moderator

FRIDAY = datetime(2026, 11, 20, 16, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
BOB_FIRST = "Bob", "Amina", "Dana"


@pytest.fixture
def three(sqlite_url: str) -> Iterator[Office]:
    opened = Database(sqlite_url)
    yield planted(settle(opened))
    opened.close()


@pytest.fixture
def three_on_both(database: Database) -> Office:
    return planted(settle(database))


def planted(office: Office) -> Office:
    """Bob is on duty, then Amina, then Dana; it is Friday, four o'clock."""
    with office.db.write() as tx:
        tx.execute(update(mailing_list).values(created_at=datetime(2026, 11, 1, tzinfo=UTC)))
        dana = new_moderator(tx, office.sender, "Dana", 5)
        order = [office.bob.id, office.amina.id, dana.id]
        volunteers.set_shift(tx, office.sender.id, date(2026, 1, 1), date(2100, 1, 1), order)
    office.now = FRIDAY
    return office


def tick(office: Office) -> list[str]:
    """The clock rings once; who then got which letter."""
    remind.run(office.db, office.desk, next_weekly, office.now)
    return told(office)


def told(office: Office) -> list[str]:
    return [f"{mail.letter} to {mail.to[0].partition('@')[0]}" for mail in office.letters()]


def timeline(office: Office, until: datetime, step: timedelta = timedelta(minutes=30)) -> list[str]:
    """What leaves, when, as the clock goes on."""
    found = []
    while office.now < until:
        office.now += step
        found += [f"{office.now:%a %H:%M} {line}" for line in tick(office)]
    return found


def pen(office: Office, tx: Connection) -> Pen:
    sender = lists.by_id(tx, office.sender.id)
    assert sender is not None
    return Pen(tx, office.desk, sender, office.now)


def moderator(office: Office, name: str) -> Volunteer:
    with office.db.read() as tx:
        every = volunteers.every(tx, office.sender.id, "moderator")
    return next(one for one in every if one.name == name)


def test_d16_a_post_of_friday_afternoon_reaches_everybody_before_monday(
    three_on_both: Office,
) -> None:
    office = three_on_both
    post = office.hold()
    assert told(office) == ["post_held to bob", "post_received to alice"]
    assert timeline(office, MONDAY + timedelta(hours=1)) == [
        "Sat 17:00 post_held to amina",
        "Sun 18:00 post_held to dana",
        "Mon 08:00 rota_week to bob",
        "Mon 08:00 rota_week to amina",
        "Mon 08:00 rota_week to dana",
    ]
    assert office.look(post.id).state == "held", "nothing is published by silence"


def test_who_decides_in_time_ends_the_asking(three: Office) -> None:
    post = three.hold()
    three.letters()
    three.now = FRIDAY + timedelta(hours=27)
    assert tick(three) == ["post_held to amina"]
    assert three.decide(post, "yes", moderator(three, "Amina"))
    three.letters()
    lines = timeline(three, MONDAY - timedelta(hours=3))
    assert lines == []


def test_in_mid_week_the_steps_are_working_hours(three: Office) -> None:
    three.now = datetime(2026, 11, 17, 10, tzinfo=UTC)
    three.hold()
    three.letters()
    assert timeline(three, datetime(2026, 11, 18, 11, tzinfo=UTC)) == [
        "Tue 14:00 post_held to amina",
        "Wed 08:00 queue_waiting to bob",
        "Wed 08:00 queue_waiting to amina",
        "Wed 10:00 post_held to dana",
    ]


def test_a_list_that_was_made_this_morning_has_missed_no_regular_mail(three: Office) -> None:
    three.now = MONDAY - timedelta(hours=1)
    with three.db.write() as tx:
        tx.execute(update(mailing_list).values(created_at=three.now))
    assert tick(three) == []


def test_who_is_asked_later_hears_why(three: Office) -> None:
    three.hold()
    three.letters()
    three.now = FRIDAY + timedelta(hours=26)
    remind.run(three.db, three.desk, next_weekly, three.now)
    (mail,) = three.letters()
    assert mail.text.startswith("Nobody has answered yet, so we now ask you, too.")


def test_the_hours_are_a_setting_of_the_list(three: Office) -> None:
    three.now = datetime(2026, 11, 17, 10, tzinfo=UTC)
    with three.db.write() as tx:
        lists.edit(tx, three.sender.id, {"ask_hours": 1})
    three.sender = lists_sender(three)
    three.hold()
    three.letters()
    assert timeline(three, datetime(2026, 11, 17, 13, tzinfo=UTC)) == [
        "Tue 11:00 post_held to amina",
        "Tue 12:00 post_held to dana",
    ]


def lists_sender(office: Office) -> MailingList:
    with office.db.read() as tx:
        found = lists.by_id(tx, office.sender.id)
    assert found is not None
    return found


def test_a_clock_that_was_down_over_the_weekend_asks_at_once(three: Office) -> None:
    three.hold()
    three.letters()
    three.now = MONDAY - timedelta(minutes=50)
    assert tick(three) == [
        "rota_week to bob",
        "rota_week to amina",
        "rota_week to dana",
        "post_held to amina",
        "post_held to dana",
    ]
    assert tick(three) == []


def test_two_clocks_at_once_ask_once(three_on_both: Office) -> None:
    office = three_on_both
    for number in range(3):
        office.hold(f"Post {number}")
    office.letters()
    office.now = FRIDAY + timedelta(hours=26)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: remind.run(office.db, office.desk, next_weekly, office.now),
                         range(8)))  # fmt: skip
    assert told(office) == ["post_held to amina"] * 3


def test_a_restart_between_ticks_changes_nothing(three: Office) -> None:
    three.hold()
    three.letters()
    lines = []
    for _ in range(5):
        three.now += timedelta(hours=10)
        reopened = Database(three.db.url)
        remind.run(reopened, three.desk, next_weekly, three.now)
        reopened.close()
        lines += told(three)
    assert lines == ["post_held to amina", "post_held to dana"]


def test_who_would_get_many_mails_at_once_gets_one(three: Office) -> None:
    for number in range(5):
        three.hold(f"Post {number}")
    three.letters()
    three.now = FRIDAY + timedelta(hours=26)
    remind.run(three.db, three.desk, next_weekly, three.now)
    (mail,) = three.letters()
    assert (mail.letter, mail.to) == ("queue_waiting", ("amina@example.org",))
    assert "5. Post 4" in mail.text


# Wait, pass, away -----------------------------------------------------------------------------


def test_after_a_wait_the_same_person_is_asked_anew(three: Office) -> None:
    three.now = datetime(2026, 11, 17, 10, tzinfo=UTC)
    post = three.hold()
    three.letters()
    with three.db.write() as tx:
        until = three.now + timedelta(days=1)
        duty.put_off(pen(three, tx), post, three.bob, until)
    assert timeline(three, datetime(2026, 11, 18, 15, tzinfo=UTC)) == [
        "Wed 10:00 post_held to bob",
        "Wed 14:00 post_held to amina",
    ]


def test_the_others_see_who_wants_to_wait_and_until_when(three: Office) -> None:
    post = three.hold()
    with three.db.write() as tx:
        duty.put_off(pen(three, tx), post, three.bob, three.now + timedelta(days=4))
        queue.write(pen(three, tx), moderator_in(tx, three, "Amina"), "asked", MONDAY)
    text = three.letters()[-1].text
    assert "Bob wants to wait until Tuesday 24 November 2026." in text


def test_a_pass_asks_the_next_and_everybodys_history_shows_it(three: Office) -> None:
    post = three.hold()
    three.letters()
    with three.db.write() as tx:
        assert (
            duty.pass_on(pen(three, tx), post, three.bob, MONDAY) == "passed to amina@example.org"
        )
    assert told(three) == ["post_held to amina", "post_passed to bob"]
    with three.db.read() as tx:
        steps = [(one.what, one.detail) for one in history.of_post(tx, post.id)]
    assert steps[-3:] == [("asked", "Bob"), ("passed", ""), ("asked", "Amina")]


def test_who_passes_twice_asks_one_more_person_only(three: Office) -> None:
    post = three.hold()
    three.letters()
    with three.db.write() as tx:
        for _ in range(2):
            duty.pass_on(pen(three, tx), post, three.bob, MONDAY)
    assert told(three) == ["post_held to amina", "post_passed to bob", "post_passed to bob"]


def test_when_all_have_passed_it_waits_for_the_last(three: Office) -> None:
    post = three.hold()
    with three.db.write() as tx:
        for name in BOB_FIRST:
            said = duty.pass_on(pen(three, tx), post, moderator_in(tx, three, name), MONDAY)
    assert said == "nobody to pass it to"
    three.letters()
    assert "post_held to bob" not in timeline(three, FRIDAY + timedelta(hours=20))


def moderator_in(tx: Connection, office: Office, name: str) -> Volunteer:
    every = volunteers.every(tx, office.sender.id, "moderator")
    return next(one for one in every if one.name == name)


def test_who_goes_away_today_hands_over_what_waits(three: Office) -> None:
    three.hold()
    three.letters()
    with three.db.write() as tx:
        duty.away(pen(three, tx), three.bob, "20-25 November", MONDAY)
    mails = three.letters()
    assert [mail.letter for mail in mails] == ["post_held", "rota_away"]
    assert mails[0].to == ("amina@example.org",)
    assert "Fri 20 Nov to Wed 25 Nov: Amina, then Dana" in mails[1].text
    assert "One post waited for you." in mails[1].text
    assert three.hold() and three.letters()[0].to == ("amina@example.org",)


@pytest.mark.parametrize(
    "said", ["Amina", "with Amina", "amina please", "amina@example.org", "AMINA."]
)
def test_a_swap_names_the_other_as_people_do(three: Office, said: str) -> None:
    with three.db.write() as tx:
        swap.ask_for(pen(three, tx), three.bob, said)
    assert told(three) == ["rota_swap_asked to amina", "rota_swap_sent to bob"]


def test_who_is_away_is_not_named_as_the_second(three: Office) -> None:
    with three.db.write() as tx:
        duty.away(pen(three, tx), moderator_in(tx, three, "Amina"), "23-29 November", MONDAY)
        duty.show_rota(pen(three, tx), three.bob)
    text = three.letters()[-1].text
    assert "Mon 23 Nov to Sun 29 Nov: Bob, then Dana" in text


def test_nobody_on_holiday_is_asked_with_everybody(three: Office) -> None:
    with three.db.write() as tx:
        volunteers.set_absence(
            tx, moderator_in(tx, three, "Dana").id, date(2026, 11, 1), date(2026, 12, 1)
        )
    three.hold()
    three.letters()
    assert timeline(three, MONDAY - timedelta(hours=4)) == ["Sat 17:00 post_held to amina"]


def test_d16_when_mail_to_a_moderator_is_refused_the_next_is_asked_at_once(
    three_on_both: Office,
) -> None:
    office = three_on_both
    office.hold()
    office.letters()
    with office.db.write() as tx:
        here = outgoing.c.volunteer_id == office.bob.id
        tx.execute(update(outgoing).where(here).values(state="refused", reason="550 no such user"))
    lines = tick(office)
    assert lines[0] == "post_held to amina"
    assert sorted(lines[1:]) == ["rota_unreachable to amina", "rota_unreachable to dana"]
    assert tick(office) == []


def test_d16_a_mail_that_comes_back_is_asked_of_the_next_once(three: Office) -> None:
    three.hold()
    with three.db.read() as tx:
        mail = storage_outgoing.by_id(tx, 1)
    assert mail is not None and mail.letter == "post_held"
    three.letters()
    for _ in ("a delay", "a failure"):
        with three.db.write() as tx:
            duty.came_back(pen(three, tx), mail, MONDAY)
    lines = told(three)
    assert lines[0] == "post_held to amina"
    assert sorted(lines[1:]) == ["rota_unreachable to amina", "rota_unreachable to dana"]


def test_d16_a_queue_mail_that_comes_back_hands_over_all_that_it_showed(three: Office) -> None:
    for number in range(5):
        three.hold(f"Post {number}")
    three.letters()
    with three.db.write() as tx:
        queue.write(pen(three, tx), three.bob, "daily", MONDAY)
    with three.db.read() as tx:
        mail = storage_outgoing.by_id(tx, 11)
    assert mail is not None and mail.letter == "queue_waiting"
    three.letters()
    with three.db.write() as tx:
        duty.came_back(pen(three, tx), mail, MONDAY)
    assert told(three)[:5] == ["post_held to amina"] * 5


def test_d16_a_bounce_is_told_of_once_a_week(three: Office) -> None:
    for number in range(3):
        post = three.hold(f"Post {number}")
        with three.db.write() as tx:
            duty.unreachable(pen(three, tx), three.bob, post, MONDAY)
    lines = told(three)
    assert lines.count("post_held to amina") == 3
    assert lines.count("rota_unreachable to amina") == 1


def test_a_list_with_nobody_asks_whoever_comes(three: Office) -> None:
    with three.db.write() as tx:
        for name in BOB_FIRST:
            volunteers.remove(
                tx, three.sender.id, "moderator", f"{name.lower()}@example.org", FRIDAY
            )
    three.hold()
    three.letters()
    assert tick(three) == []
    with three.db.write() as tx:
        volunteers.add(tx, three.sender.id, "moderator", "eve@example.org", "Eve", FRIDAY)
    assert timeline(three, FRIDAY + timedelta(hours=2))[0].endswith("post_held to eve")


# Many at once ------------------------------------------------------------------------------------


def test_d20_above_twenty_one_mail_tells_of_all_within_a_minute(three_on_both: Office) -> None:
    office = three_on_both
    limits = Limits(per_sender=1000)
    for number in range(60):
        office.hold(f"Post {number}", limits=limits)
    lines = told(office)
    assert lines.count("post_held to bob") == asking.MOST_WAITING
    office.now += timedelta(seconds=60)
    remind.run(office.db, office.desk, next_weekly, office.now)
    (mail,) = office.letters()
    assert mail.subject == "40 new to decide: News"
    assert mail.text.count("Came Friday") == 40 and "40. Post 59" in mail.text
    assert tick(office) == []


def test_d20_in_a_flood_few_mails_tell_of_all_and_none_tells_twice(
    three: Office,
) -> None:
    limits = Limits(per_sender=1000)
    for number in range(20):
        three.hold(f"Before {number}", limits=limits)
    three.letters()
    told_of: list[str] = []
    many = 0
    for second in range(240):
        three.now += timedelta(seconds=1)
        three.hold(f"Post {second}.", limits=limits)
        if second % 5 == 0:
            remind.run(three.db, three.desk, next_weekly, three.now)
            mails = [mail for mail in three.letters() if mail.letter == "queue_waiting"]
            many += len(mails)
            told_of += [found for mail in mails for found in re.findall(r"Post (\d+)\.", mail.text)]
    assert many <= 16
    assert len(told_of) == len(set(told_of)) >= 200


def test_d20_what_one_mail_cannot_show_comes_in_another(three: Office) -> None:
    limits = Limits(per_sender=1000)
    for number in range(250):
        three.hold(f"Post {number}.", limits=limits)
    three.letters()
    three.now += timedelta(seconds=60)
    remind.run(three.db, three.desk, next_weekly, three.now)
    mails = three.letters()
    assert [mail.subject.partition(":")[0] for mail in mails] == [
        "100 new to decide",
        "100 new to decide",
        "30 new to decide",
    ]
    told_of = [int(found) for mail in mails for found in re.findall(r"Post (\d+)\.", mail.text)]
    assert sorted(told_of) == list(range(asking.MOST_WAITING, 250))


def test_d20_what_the_regular_mail_cannot_show_is_told_of_beside_it(three: Office) -> None:
    limits = Limits(per_sender=1000)
    three.now = MONDAY - timedelta(hours=2, seconds=10)
    for number in range(150):
        three.hold(f"Post {number}.", limits=limits)
    three.letters()
    three.now += timedelta(seconds=60)
    remind.run(three.db, three.desk, next_weekly, three.now)
    told_of = [
        int(found)
        for mail in three.letters()
        if "bob" in mail.to[0]
        for found in re.findall(r"^\d+\. Post (\d+)\.", mail.text, re.MULTILINE)
    ]
    assert sorted(told_of) == list(range(150))


def test_posts_held_in_silence_are_seen_in_the_next_queue_mail(three: Office) -> None:
    limits = Limits(per_sender=4)
    for number in range(3):
        three.hold(f"Watches {number}", UNPROVEN, author_address="m@evil.example", limits=limits)
    assert told(three) == ["post_held to bob"]
    assert timeline(three, MONDAY - timedelta(hours=2))[-3:] == [
        "Mon 08:00 rota_week to bob",
        "Mon 08:00 rota_week to amina",
        "Mon 08:00 rota_week to dana",
    ]
    with three.db.write() as tx:
        queue.write(pen(three, tx), three.bob, "asked", MONDAY)
    (mail,) = three.letters()
    text = mail.text
    assert text.index("1. Watches 0") < text.index("These may be spam") < text.index("2. Watches 1")


def test_what_a_known_author_sends_above_the_limit_is_told_of_within_a_minute(
    three: Office,
) -> None:
    for number in range(3):
        three.hold(f"Post {number}", PROVEN, limits=Limits(per_sender=2))
    assert told(three).count("post_held to bob") == 2
    three.now += timedelta(seconds=45)
    assert tick(three) == ["post_held to bob"]


def test_all_yes_never_means_a_flagged_post(three: Office) -> None:
    plain, flagged = three.hold(), three.hold("Odd", UNPROVEN)
    with three.db.write() as tx:
        queue.write(pen(three, tx), three.bob, "asked", MONDAY)
        made = queues.last_made(tx, three.sender.id, "asked")
        numbers = duty.posts_of(pen(three, tx), 1)
    assert made == FRIDAY
    assert {n: (one.post_id, one.flagged) for n, one in numbers.items()} == {
        1: (plain.id, False),
        2: (flagged.id, True),
    }
    text = three.letters()[-1].text
    assert "2. Odd *" in text and "* We could not prove who sent this." in text


# Pauses ------------------------------------------------------------------------------------------


def test_while_a_list_pauses_nobody_is_asked(three: Office) -> None:
    with three.db.write() as tx:
        lists.edit(tx, three.sender.id, {"paused_at": FRIDAY})
    three.sender = lists_sender(three)
    post: Post = three.hold()
    assert told(three) == ["post_received_paused to alice"]
    assert timeline(three, MONDAY + timedelta(hours=2)) == []
    assert three.look(post.id).state == "held"
