"""What a verdict carries besides its word: a text, a question, a reason, fields, a time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from moderation.days import LONGEST_WAIT, begins_with_time, read_wait
from moderation.fields import day_of, unreadable
from moderation.verdict import MAX_REASON, MAX_TEXT, read_verdict
from moderation.words import fold

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("ask, when is it?", "when is it?"),
        ("ask - when?", "when?"),
        ("ask when?\nand where?", "when?\nand where?"),
        ("edit – a new text", "a new text"),
        ("edit — a new text", "a new text"),
        ("edit: a new text", "a new text"),
        ("no - not ours", "not ours"),
        ("no – not ours", "not ours"),
        ("no; not ours", "not ours"),
        ("no, thanks", ""),
        ("no!", ""),
        ("away 3-17 august", "3-17 august"),
    ],
)
def test_what_stands_behind_the_word(reply: str, reason: str) -> None:
    found = read_verdict(reply)
    assert (found.kind, found.reason) == (reply.split()[0].strip(",:;!"), reason)
    assert found.line == reply.partition("\n")[0]


def test_what_is_unclear_is_quoted_back() -> None:
    assert read_verdict("bananas are yellow\nreally").line == "bananas are yellow"
    assert read_verdict("ask").line == "ask"


def test_a_new_text_may_be_long_and_a_question_or_a_reason_may_not() -> None:
    long = "some words of a line\n" * (MAX_TEXT // 21 + 1)
    assert len(read_verdict(f"edit\n{long[:9000]}").reason) > MAX_REASON
    for word in ("ask\n", "no, because\n"):
        found = read_verdict(f"{word}{long[:3000]}")
        assert MAX_REASON - 25 < len(found.reason) <= MAX_REASON


@pytest.mark.parametrize(
    ("reply", "fields", "text"),
    [
        ("edit title: New title\nA new text.", {"title": "New title"}, "A new text."),
        ("edit\ntitle: New\n\ntopics: jobs\nText", {"title": "New", "topics": "jobs"}, "Text"),
        ("edit, title: Rooms, topics: jobs\nText", {"title": "Rooms", "topics": "jobs"}, "Text"),
        ("edit the text, title: Rooms\nbelow", {"title": "Rooms"}, "the text\nbelow"),
    ],
)
def test_fields_above_a_new_text_are_no_part_of_it(
    reply: str, fields: dict[str, str], text: str
) -> None:
    found = read_verdict(reply)
    assert (found.kind, found.fields, found.reason) == ("edit", fields, text)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", 1),
        ("tomorrow", 1),
        ("until tomorrow", 1),
        ("1 day", 1),
        ("2 days", 2),
        ("for two days.", 2),
        ("a week", 7),
        ("2 weeks", 14),
        ("until friday", 4),
        ("until monday", 7),
        ("until 26 November", 3),
        ("8 weeks", 56),
        (f"{LONGEST_WAIT} days", LONGEST_WAIT),
        (f"{LONGEST_WAIT + 1} days", None),
        ("0 days", None),
        ("9 weeks", None),
        ("until 23 November", None),
        ("2 moons", None),
        ("many days", None),
    ],
)
def test_how_long_a_post_waits(text: str, days: int | None) -> None:
    assert read_wait(text, MONDAY) == (None if days is None else MONDAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "a bit", "11-26"),
        ("en", "until tomorrow morning", "11-26"),
        ("en", "until the morning", "11-26"),
        ("en", "24 hours", "11-26"),
        ("en", "25 hours", "11-27"),
        ("en", "48h", "11-27"),
        ("en", "a day or two", "11-27"),
        ("en", "2 more days", "11-27"),
        ("en", "another couple of days, please", "11-27"),
        ("en", "another day", "11-26"),
        ("en", "for a few days", "11-28"),
        ("en", "until the weekend", "11-28"),
        ("en", "until the end of the week", "11-29"),
        ("en", "until Monday morning, thanks", "11-30"),
        ("en", "until next week", "11-30"),
        ("en", "till after the weekend", "11-30"),
        ("en", "until the end of the month", "11-30"),
        ("en", "until the 5th", "12-05"),
        ("en", "until Monday week", "12-07"),
        ("en", "until after next week", "12-07"),
        ("en", "until the week after next", "12-07"),
        ("en", "in two weeks' time", "12-09"),
        ("en", "a fortnight", "12-09"),
        ("en", "until after Christmas", "12-27"),
        ("en", "until after December", "01-01"),
        ("fr", "2 jours", "11-27"),
        ("fr", "encore un jour", "11-26"),
        ("fr", "quelques jours", "11-28"),
        ("fr", "jusqu'à demain", "11-26"),
        ("fr", "jusqu’à vendredi", "11-27"),
        ("fr", "jusqu'à la fin de la semaine", "11-29"),
        ("fr", "jusqu'à la semaine prochaine", "11-30"),
        ("fr", "jusqu'au 5", "12-05"),
        ("fr", "jusqu'au 5 décembre", "12-05"),
        ("fr", "trois semaines", "12-16"),
        ("fr", "jusqu'en janvier", "01-01"),
        ("cy", "yfory", "11-26"),
        ("cy", "dau ddiwrnod", "11-27"),
        ("cy", "dwy wythnos", "12-09"),
        ("cy", "tan ddydd Gwener", "11-27"),
        ("cy", "tridiau", "11-28"),
        ("cy", "tan yr wythnos nesaf", "11-30"),
        ("cy", "am bythefnos", "12-09"),
        ("cy", "until friday", "11-27"),
        ("xx", "two days", "11-27"),
    ],
)
def test_how_people_say_how_long(language: str, text: str, day: str) -> None:
    found = read_wait(text, date(2026, 11, 25), language)
    assert found and found.isoformat()[5:] == day
    assert begins_with_time(fold(text), language)


@pytest.mark.parametrize(
    ("said", "kind", "rest"),
    [
        ("Hold off until next week", "wait", "until next week"),
        ("Let's wait until Friday", "wait", "until Friday"),
        ("leave it until Monday", "wait", "Monday"),
        ("hold for now", "wait", "for now"),
        ("remind me in two weeks", "wait", "in two weeks"),
        ("wait until Friday, I am asking Bob", "wait", "until Friday, I am asking Bob"),
        ("I'm on holiday from Friday for a week", "away", "from Friday for a week"),
        ("Off sick today", "away", "today"),
        ("Not me", "pass", ""),
        ("I can't do this today, sorry", "pass", ""),
        ("Wait, I must ask Amina", "unclear", ""),
        ("keep it", "unclear", ""),
        ("I need more information", "unclear", ""),
        ("Off topic", "unclear", ""),
        ("yes, but not yet", "unclear", ""),
    ],
)
def test_a_wait_or_an_absence_in_a_sentence(said: str, kind: str, rest: str) -> None:
    found = read_verdict(said)
    assert (found.kind, found.reason) == (kind, rest)


def test_why_it_waits_may_be_said_too() -> None:
    said = "until the end of the week, I am asking Bob"
    assert read_wait(said, date(2026, 11, 25)) == date(2026, 11, 29)
    said = "until Friday, Bob knows, he is away; sorry"
    assert read_wait(said, date(2026, 11, 25)) == date(2026, 11, 27)
    assert read_wait("until Friday?", date(2026, 11, 25)) == date(2026, 11, 27)
    assert read_wait("un peu", date(2026, 11, 25), "fr") == date(2026, 11, 26)


@pytest.mark.parametrize("text", ["a minute", "until I am back", "until 3pm", "until after that"])
def test_what_names_no_day_is_asked_back(text: str) -> None:
    assert read_wait(text, date(2026, 11, 25)) is None


def test_a_weekday_is_the_next_of_its_name_whatever_day_it_is() -> None:
    wednesday = date(2026, 11, 25)
    assert read_wait("until friday", wednesday) == date(2026, 11, 27)
    assert read_wait("until tuesday", wednesday) == date(2026, 12, 1)
    assert read_wait(f"until {wednesday + timedelta(days=LONGEST_WAIT):%d %B}", wednesday) == (
        wednesday + timedelta(days=LONGEST_WAIT)
    )


def test_a_bait_for_a_wait_ends_at_once() -> None:
    for bait in ("1" * 100_000 + " days", "a " * 50_000, "until " * 20_000):
        assert read_wait(bait, MONDAY) is None


@pytest.mark.parametrize(
    "text", ["until friday", "friday", "3–17 august", "for two days", "next week", "august."]
)
def test_what_begins_with_a_time(text: str) -> None:
    assert begins_with_time(text)


@pytest.mark.parametrize(
    "text", ["", "until", "to the author", "for the author", "from the office", "on a course"]
)
def test_what_does_not(text: str) -> None:
    assert not begins_with_time(text)


@pytest.mark.parametrize(
    "below",
    [
        "please change the title",
        "who is she?",
        "as long as it is free",
        "so long as they name a price",
        "only when they name a price",
        "providing the hall is free",
        "assuming it is free",
        "please take the phone number out first",
        "ask Alice first!",
        "please ask Alice first, thanks",
        "Thanks\nRob does not agree.",
    ],
)
def test_d7_a_condition_below_a_yes_is_asked_back(below: str) -> None:
    assert read_verdict(f"Yes\n{below}").kind == "unclear"


@pytest.mark.parametrize(
    "below", ["First Steps Nursery\nBob", "Bob Jones, Families First Centre", "First of all thanks"]
)
def test_first_in_the_name_of_a_group_is_no_condition(below: str) -> None:
    assert read_verdict(f"Yes\n{below}", ("Bob Jones",)).kind == "yes"


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        ("No sorry - not our area", "no", "not our area"),
        ("no\nif it were in Leeds", "no", "if it were in Leeds"),
        ("No please because it is an advert", "unclear", ""),
        ("No, this one.", "no", ""),
        ("No, yes it is in our area", "unclear", ""),
        ("declien", "no", ""),
        ("rejekt", "no", ""),
        ("Edit, the text is wrong", "edit", "the text is wrong"),
        ("edit - New text", "edit", "New text"),
        ("edit\n\n\n\nOne.\n\n\n\nTwo.", "edit", "One.\n\nTwo."),
        ("edit\nTea\n    Cake\nEnd of text\nBob", "edit", "Tea\n    Cake"),
        ("edit\nOne\n  > old\nTwo", "edit", "One\nTwo"),
        ("edit\nOpen.\nKind regards", "edit", "Open.\nKind regards"),
        ("Good morning, pass to Amina", "pass", ""),
        ("pass, I know the author", "pass", ""),
        ("pass to Amina?", "unclear", ""),
        ("pass to the author", "unclear", ""),
        ("Hello there dear Bob,\nyes", "yes", ""),
        ("Yes, thanks Alice", "yes", ""),
        ("Yes, thanks Alice Brown", "unclear", ""),
    ],
)
def test_what_a_moderator_adds(reply: str, kind: str, reason: str) -> None:
    found = read_verdict(reply, ("Bob Baker", "Amina"), thanked="Alice Brown")
    assert (found.kind, found.reason) == (kind, reason)
    assert found.line in reply.splitlines()


def test_a_french_day_is_read_in_french() -> None:
    fields = {"date": "4 décembre"}
    assert unreadable(fields, MONDAY, "fr") == ""
    assert day_of("4 décembre", MONDAY, "fr") == date(2026, 12, 4)
    assert unreadable(fields, MONDAY) == "date: 4 décembre"


def test_the_first_day_that_cannot_be_read_is_named() -> None:
    fields = {"date": "26 November", "closes": "when the moon is full"}
    assert unreadable(fields, MONDAY) == "closes: when the moon is full"
    assert unreadable(fields | {"date": "some day"}, MONDAY) == "date: some day"
    assert unreadable({"date": "None", "closes": "-", "title": "some day"}, MONDAY) == ""


def test_a_day_or_none() -> None:
    assert day_of("26 November", MONDAY) == date(2026, 11, 26)
    assert [day_of(nothing, MONDAY) for nothing in ("None", "no", "-", "–")] == [None] * 4


@pytest.mark.parametrize("typed", ["hes", "nes", "bes", "ye", "oky", "y", "yesses"])
def test_a_slip_in_the_first_letter_or_in_a_short_word_is_asked_back(typed: str) -> None:
    assert read_verdict(typed, ("Bob",)).kind == "unclear"


@pytest.mark.parametrize("typed", ["yess", "yse"])
def test_one_slip_is_understood(typed: str) -> None:
    assert read_verdict(typed, ("Bob",)).kind == "yes"
