"""Which post reaches which reader, and when: whole weeks on both databases.

The week begins on Monday 16 November 2026; the list has run for a while and is empty.
"""

from __future__ import annotations

from storage import lists, posts
from tests.digest.town import Town, local


def test_each_reader_gets_their_topics_at_their_frequency(week: Town) -> None:
    carol = week.reader("carol", "weekly", "housing")
    dora = week.reader("dora", "daily")
    erin = week.reader("erin", "straight away", "jobs", "law")
    week.post("Room", local("tue", "09:00"), "housing")
    week.days("tue", "tue")
    week.post("Driver", local("tue", "12:00"), "jobs")
    week.tick(local("tue", "12:01"))
    week.post("Notice for all", local("wed", "08:00"))
    week.tick(local("wed", "08:01"))
    week.days("wed", "2026-11-24")
    assert week.mails(carol) == [["Room", "Notice for all"]]
    assert week.mails(dora) == [["Room"], ["Driver", "Notice for all"]]
    assert week.mails(erin) == [["Driver"], ["Notice for all"]]


def test_f8_who_has_nothing_to_read_gets_no_mail(week: Town) -> None:
    carol = week.reader("carol", "weekly", "law")
    week.post("Room", local("tue", "09:00"), "housing")
    week.days("tue", "2026-11-23")
    assert week.mails(carol) == []


def test_a_post_comes_once_at_the_earliest_of_its_topics_frequencies(week: Town) -> None:
    carol = week.reader("carol", "weekly", own={"jobs": "daily", "law": "monthly"})
    week.post("Caretaker", local("tue", "12:00"), "housing", "jobs")
    week.post("Lease law", local("tue", "12:30"), "housing", "law")
    week.post("Evening class", local("tue", "13:00"), "law")
    week.days("wed", "2026-12-07")
    assert week.mails(carol) == [["Caretaker"], ["Lease law"], ["Evening class"]]


def test_frequencies_that_fall_due_together_make_one_mail(week: Town) -> None:
    carol = week.reader("carol", "weekly", own={"jobs": "daily", "law": "straight away"})
    week.days("tue", "sun")
    week.post("Room", local("sun", "12:00"), "housing")
    week.post("Driver", local("sun", "13:00"), "jobs")
    week.post("Rights", local("2026-11-23", "10:00"), "law")
    week.tick(local("2026-11-23"))
    assert week.mails(carol) == [["Room", "Driver", "Rights"]]


def test_each_post_is_filed_under_the_first_of_the_readers_topics(week: Town) -> None:
    every, some = week.reader("carol"), week.reader("dora", "weekly", "law", "jobs")
    room = week.post("Room", local("tue", "11:00"), "law", "housing")
    both = week.post("Job and law", local("tue", "12:00"), "law", "jobs")
    none = week.post("Notice", local("tue", "09:00"))
    week.days("2026-11-23", "2026-11-23")
    housing, jobs, law = week.topics.values()
    assert week.filed(every) == [f"{housing}:{room} {jobs}:{both} 0:{none}"]
    assert week.filed(some) == [f"{jobs}:{both} {law}:{room} 0:{none}"]


def test_a_new_reader_gets_the_whole_window_but_nothing_old_straight_away(week: Town) -> None:
    week.post("Before", local("tue", "12:00"))
    joined = local("tue", "12:01")
    carol = week.reader("carol", "weekly", joined=joined)
    dora = week.reader("dora", "daily", joined=joined)
    erin = week.reader("erin", "straight away", joined=joined)
    week.tick(local("tue", "12:02"))
    week.post("After", local("tue", "12:03"))
    week.tick(local("tue", "12:04"))
    week.days("wed", "2026-11-23")
    assert week.mails(carol) == week.mails(dora) == [["Before", "After"]]
    assert week.mails(erin) == [["After"]]


# A change of frequency ------------------------------------------------------------------------


def test_from_weekly_to_daily_the_next_mail_takes_all_since_monday(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("On Monday", local("mon", "12:00"))
    week.days("tue", "wed")
    week.change(carol, local("wed", "12:00"), frequency="daily")
    week.post("On Wednesday", local("wed", "13:00"))
    week.days("thu", "thu")
    week.post("On Thursday", local("thu", "13:00"))
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == [["On Monday", "On Wednesday"], ["On Thursday"]]


def test_from_daily_to_weekly_nothing_comes_twice(week: Town) -> None:
    carol = week.reader("carol", "daily")
    week.post("On Monday", local("mon", "12:00"))
    week.days("tue", "wed")
    week.change(carol, local("wed", "12:00"), frequency="weekly")
    week.post("On Wednesday", local("wed", "13:00"))
    week.days("thu", "2026-11-24")
    assert week.mails(carol) == [["On Monday"], ["On Wednesday"]]


def test_from_weekly_to_straight_away_the_next_post_brings_the_others_along(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("On Monday", local("mon", "12:00"))
    week.tick(local("mon", "12:01"))
    week.change(carol, local("wed", "12:00"), frequency="straight away")
    week.post("On Thursday", local("thu", "12:00"))
    week.tick(local("thu", "12:01"))
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == [["On Monday", "On Thursday"]]


def test_from_straight_away_to_weekly_nothing_comes_twice(week: Town) -> None:
    carol = week.reader("carol", "straight away")
    week.post("On Monday", local("mon", "12:00"))
    week.tick(local("mon", "12:01"))
    week.change(carol, local("wed", "12:00"), frequency="weekly")
    week.post("On Thursday", local("thu", "12:00"))
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == [["On Monday"], ["On Thursday"]]


def test_from_monthly_to_weekly_the_whole_month_so_far_comes(town: Town) -> None:
    carol = town.reader("carol", "monthly")
    town.post("In October", local("2026-10-28", "12:00"))
    town.days("2026-10-26", "2026-11-02")
    town.post("Second week", local("2026-11-03", "12:00"))
    town.days("2026-11-03", "2026-11-18")
    town.change(carol, local("wed", "12:00"), frequency="weekly")
    town.days("thu", "2026-12-08")
    assert town.mails(carol) == [["In October"], ["Second week"]]


def test_from_weekly_to_monthly_nothing_comes_twice(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("This week", local("tue", "12:00"))
    week.days("wed", "2026-11-24")
    week.change(carol, local("2026-11-24", "12:00"), frequency="monthly")
    week.post("Next week", local("2026-11-25", "12:00"))
    week.days("2026-11-25", "2026-12-08")
    assert week.mails(carol) == [["This week"], ["Next week"]]


def test_who_changes_twice_in_one_window_misses_nothing(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("On Monday", local("mon", "12:00"))
    week.days("tue", "sat")
    week.change(carol, local("sat", "12:00"), frequency="daily")
    week.change(carol, local("sat", "12:05"), frequency="straight away")
    week.post("On Saturday", local("sat", "13:00"))
    week.tick(local("sat", "13:01"))
    week.days("sun", "2026-11-24")
    assert week.mails(carol) == [["On Monday", "On Saturday"]]


# A change of topics -----------------------------------------------------------------------------


def test_a_topic_added_in_mid_week_comes_with_its_whole_window(week: Town) -> None:
    carol = week.reader("carol", "weekly", "housing")
    week.post("Driver", local("tue", "12:00"), "jobs")
    week.post("Room", local("tue", "13:00"), "housing")
    week.change(carol, local("wed", "12:00"), topics=["jobs"])
    week.post("Cook", local("thu", "12:00"), "jobs")
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == [["Driver", "Cook"]]


def test_a_topic_added_by_a_daily_reader_brings_what_came_since_the_last_one(week: Town) -> None:
    carol = week.reader("carol", "daily", "housing")
    week.post("Old job", local("mon", "12:00"), "jobs")
    week.days("tue", "wed")
    week.post("New job", local("wed", "11:00"), "jobs")
    week.change(carol, local("wed", "12:00"), topics=["housing", "jobs"])
    week.days("thu", "fri")
    assert week.mails(carol) == [["New job"]]


def test_the_look_back_ends_at_the_last_edition_whatever_the_hours_are(town: Town) -> None:
    with town.db.write() as tx:
        lists.edit(tx, town.news.id, {"daily": "09:00"})
    carol = town.reader("carol", "weekly", "housing")
    dora = town.reader("dora", "monthly")
    town.days("2026-11-09", "sun")
    town.post("Before ten", local("2026-11-23", "09:30"), "jobs")
    town.post("After ten", local("2026-11-23", "10:30"), "jobs")
    town.days("2026-11-23", "2026-11-24")
    town.change(carol, local("2026-11-24", "12:00"), frequency="daily", topics=["jobs"])
    town.change(dora, local("2026-11-24", "12:00"), frequency="daily")
    town.days("2026-11-25", "2026-11-30")
    assert town.mails(carol) == [["After ten"]]
    assert town.mails(dora) == [["Before ten", "After ten"]]


def test_a_topic_at_its_own_frequency_brings_its_posts_since_the_last_one(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("Driver", local("mon", "12:00"), "jobs")
    week.post("Room", local("mon", "12:30"), "housing")
    week.days("tue", "wed")
    week.change(carol, local("wed", "12:00"), own={"jobs": "daily"})
    week.days("thu", "2026-11-24")
    assert week.mails(carol) == [["Driver"], ["Room"]]


def test_the_slowest_of_the_old_frequencies_says_how_far_to_look_back(week: Town) -> None:
    carol = week.reader("carol", "weekly", own={"jobs": "straight away"})
    week.post("Room", local("mon", "12:00"), "housing")
    week.days("tue", "fri")
    week.post("Driver", local("sat", "09:00"), "jobs")
    week.tick(local("sat", "09:01"))
    week.days("sat", "sat")
    week.change(carol, local("sat", "12:00"), frequency="daily", own={})
    week.days("sun", "2026-11-24")
    assert week.mails(carol) == [["Driver"], ["Room"]]


def test_a_post_whose_topics_are_put_right_later_does_not_come_again(week: Town) -> None:
    carol = week.reader("carol", "weekly", own={"jobs": "daily"})
    number = week.post("Room with a job", local("tue", "12:00"), "jobs")
    week.days("wed", "wed")
    with week.db.write() as tx:
        posts.revise(tx, number, {"topics": (week.topics["housing"],)})
    week.days("thu", "2026-11-24")
    assert week.mails(carol) == [["Room with a job"]]


# Pauses, leaving ---------------------------------------------------------------------------------


def test_after_a_pause_comes_the_newest_window_only(week: Town) -> None:
    carol = week.reader("carol", "weekly")
    week.post("Before", local("tue", "12:00"))
    week.change(carol, local("wed", "12:00"), paused_until=local("2026-11-25").date())
    week.days("thu", "2026-11-24")
    week.post("After", local("2026-11-24", "12:00"))
    week.days("2026-11-25", "2026-12-01")
    assert week.mails(carol) == [["After"]]


def test_a_pause_for_later_begins_on_its_day(week: Town) -> None:
    carol = week.reader("carol", "daily")
    later = {"paused_from": local("fri").date(), "paused_until": local("2026-11-24").date()}
    week.change(carol, local("tue", "12:00"), **later)
    week.post("Before", local("wed", "12:00"))
    week.post("During", local("fri", "12:00"))
    week.post("After", local("2026-11-24", "12:00"))
    week.days("tue", "2026-11-25")
    assert week.mails(carol) == [["Before"], ["After"]]


def test_who_resumes_by_hand_gets_the_newest_window_only(week: Town) -> None:
    carol = week.reader("carol", "daily")
    week.change(carol, local("mon", "12:00"), paused_until=local("2026-11-25").date())
    week.post("On Tuesday", local("tue", "12:00"))
    week.post("On Thursday", local("thu", "11:00"))
    week.days("tue", "thu")
    now = local("thu", "12:00")
    week.change(carol, now, paused_until=None, settled_until=now)
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == [["On Thursday"]]


def test_a_change_during_a_pause_brings_nothing_from_before_its_end(week: Town) -> None:
    carol = week.reader("carol", "weekly", "housing")
    week.post("Before", local("tue", "12:00"), "housing")
    week.change(carol, local("wed", "12:00"), paused_until=local("2026-12-06").date())
    week.days("thu", "2026-12-02")
    week.post("During", local("2026-12-02", "12:00"), "housing")
    week.days("2026-12-03", "2026-12-05")
    week.change(carol, local("2026-12-05", "12:00"), frequency="daily", topics=[])
    week.post("Newest", local("2026-12-05", "13:00"), "law")
    week.days("2026-12-06", "2026-12-08")
    assert week.mails(carol) == [["Newest"]]


def test_who_was_not_there_is_not_owed_what_came_late(week: Town) -> None:
    there = week.reader("carol")
    paused = week.reader("dora")
    week.change(paused, local("mon", "12:00"), paused_until=local("2026-11-28").date())
    week.post("Of a Monday that was skipped", local("tue", "12:00"))
    week.tick(local("2026-11-26", "12:00"))
    new = week.reader("erin", joined=local("2026-11-27", "12:00"))
    week.post("Of this window", local("2026-11-25", "12:00"))
    week.days("2026-11-29", "2026-11-30")
    assert week.mails(there) == [["Of a Monday that was skipped", "Of this window"]]
    assert week.mails(paused) == week.mails(new) == [["Of this window"]]


def test_who_left_gets_nothing_and_who_comes_back_gets_the_window(week: Town) -> None:
    carol, dora = week.reader("carol"), week.reader("dora")
    week.post("Room", local("tue", "12:00"))
    for reader in (carol, dora):
        week.change(reader, local("wed", "12:00"), state="left")
    back = local("thu", "12:00")
    week.change(dora, back, state="active", joined_at=back, settled_until=back)
    week.days("fri", "2026-11-24")
    assert week.mails(carol) == []
    assert week.mails(dora) == [["Room"]]


def test_f12_a_post_that_was_withdrawn_is_in_no_edition(week: Town) -> None:
    carol = week.reader("carol")
    gone = week.post("Gone", local("tue", "12:00"))
    week.post("Here", local("tue", "13:00"))
    with week.db.write() as tx:
        assert posts.change_state(tx, gone, ["approved"], "withdrawn", {})
    week.days("wed", "2026-11-24")
    assert week.mails(carol) == [["Here"]]
