"""Arabic words mean what the English ones do, in the spellings that people type."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import preferences.words
from preferences.adding import read_addition
from preferences.phrases import choices
from preferences.wish import read_wishes
from preferences.words import fold
from storage.records import Topic

TODAY = date(2026, 11, 18)
TOPICS = (
    Topic(1, 1, "housing", "السكن"),
    Topic(2, 1, "jobs", "العمل والتدريب"),
    Topic(3, 1, "law", "القانون"),
)
JOINED = (TOPICS[0], Topic(2, 1, "jobs", "العمل"))
FOLDER = Path(preferences.words.__file__).parent
# Joining words mean the same wherever they stand; "language_itself" repeats some of "language".
SHARED = {"between_numbers", "between_topics", "between_choices"}
REPEATED = {"language_itself"}
ASIDE = {
    "asks",
    "requests",
    "rest",
    "tails",
    "and_then",
    "joined",
    "only",
    "somebody",
    "why_stop",
    "before_address",
    "onto_list",
    "no_name",
}
"""Words that are looked for only beside others."""


def kinds(language: str) -> dict[str, list[str]]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("typed", ["مواضيع السكن، القانون", "مواضيع السَّكن و القانون"])
def test_arabic_commas_and_vowel_marks_do_not_matter(typed: str) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "ar")
    assert wish.changes == {"topics": (1, 3)}


def test_an_arabic_question_decides_nothing() -> None:
    (wish,) = read_wishes("إيقاف؟", TOPICS, TODAY, "ar")
    assert wish.kind == "unclear"


def test_numbers_are_read_as_arabic_words() -> None:
    (wish,) = read_wishes("إيقاف مؤقت ثلاثة أسابيع", TOPICS, TODAY, "ar")
    assert wish.changes == {"paused_until": date(2026, 12, 9)}


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("إيقاف", "stop"),
        ("ايقاف من فضلك", "stop"),
        ("إلغاء الاشتراك", "stop"),
        ("الغاء اشتراكي", "stop"),
        ("توقفوا عن إرسال الرسائل", "stop"),
        ("لا أريد هذه الرسائل", "stop"),
        ("انضمام", "join"),
        ("أريد الانضمام إلى القائمة", "join"),
        ("إعدادات", "settings"),
        ("اعدادت", "settings"),
        ("بياناتي", "data"),
        ("مساعدة", "help"),
        ("المساعده", "help"),
        ("؟", "help"),
        ("هل يمكن الإيقاف؟", "unclear"),
        ("لا أريد المغادرة", "unclear"),
        ("لا أريد الإيقاف", "unclear"),
        ("أسبوعين", "unclear"),
        ("إيقاف مؤقت", "unclear"),
    ],
)
def test_a_word_that_stands_alone(typed: str, kind: str) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "ar")
    assert wish.kind == kind


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("فوراً", {"frequency": "straight away"}),
        ("يوميا", {"frequency": "daily"}),
        ("أسبوعي", {"frequency": "weekly"}),
        ("اسبوعيًا من فضلكم", {"frequency": "weekly"}),
        ("مرة في الشهر", {"frequency": "monthly"}),
        ("السلام عليكم\nشهري\nشكرا", {"frequency": "monthly"}),
        ("مرحبًا،\nشهري", {"frequency": "monthly"}),
        ("السلام عليكم ورحمة الله وبركاته\nشهري", {"frequency": "monthly"}),
        ("خط كبير", {"format": "large"}),
        ("طباعة", {"format": "print"}),
        ("نص عادي", {"format": "plain"}),
        ("مع العناوين", {"format": "html"}),
        ("قصير", {"length": "short"}),
        ("كامل", {"length": "full"}),
        ("مرفقات", {"attachments": "included"}),
        ("روابط", {"attachments": "linked"}),
        ("بدون مرفقات", {"attachments": "linked"}),
        ("مواضيع السكن", {"topics": (1,)}),
        ("مواضيع السكن, القانون", {"topics": (1, 3)}),
        ("مواضيع السكن و العمل والتدريب", {"topics": (1, 2)}),
        ("كل المواضيع", {"topics": ()}),
        ("بدون السكن", {"without": (1,)}),
        ("أيضا القانون", {"also": (3,)}),
        ("أضف موضوع القانون", {"also": (3,)}),
        ("السكن يوميا", {"topic_frequencies": {1: "daily"}}),
        ("لغة العربية", {"language": "ar"}),
        ("لغة it", {"language": "it"}),
        ("إيقاف مؤقت 3 أسابيع", {"paused_until": date(2026, 12, 9)}),
        ("ايقاف مؤقت لمدة ٣ اسابيع", {"paused_until": date(2026, 12, 9)}),
        ("إيقاف مؤقت 10 أيام", {"paused_until": date(2026, 11, 28)}),
        ("إيقاف مؤقت 2 شهر", {"paused_until": date(2027, 1, 17)}),
        ("إيقاف مؤقت حتى 1 يونيو", {"paused_until": date(2027, 6, 1)}),
        ("إيقاف مؤقت حتى غدا", {"paused_until": date(2026, 11, 19)}),
        ("استئناف", {"paused_until": None}),
    ],
)
def test_what_a_line_changes(typed: str, changes: dict[str, Any]) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "ar")
    assert (wish.kind, wish.changes) == ("change", changes)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("المزيد 3", "more", (3,)),
        ("المزيد ٢ و ٥", "more", (2, 5)),
        ("بحث عن نصيحة السكن", "search", "نصيحة السكن"),
        ("عنوان جديد carol@home.example", "address", "carol@home.example"),
    ],
)
def test_a_word_and_what_it_is_about(typed: str, kind: str, value: object) -> None:
    (wish,) = read_wishes(typed, TOPICS, TODAY, "ar")
    assert (wish.kind, *wish.changes.values()) == (kind, value)


def test_numbers_chosen_from_a_menu() -> None:
    assert choices("1 و 4 من فضلكم", "ar") == (1, 4)
    assert choices("1 و4", "ar") == choices("١ و٤", "ar") == choices("1، 4", "ar") == (1, 4)


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("مواضيع السكن والعمل", {"topics": (1, 2)}),
        ("مواضيع السكن، والعمل", {"topics": (1, 2)}),
        ("السكن فقط", {"topics": (1,)}),
        ("إيقاف مؤقت لمدة أسبوعين", {"paused_until": date(2026, 12, 2)}),
        ("إيقاف مؤقت لمدة شهرين", {"paused_until": date(2027, 1, 17)}),
        ("إيقاف مؤقت لمدة يومين", {"paused_until": date(2026, 11, 20)}),
        ("إيقاف مؤقت لمدة ٣ أسابيع", {"paused_until": date(2026, 12, 9)}),
        ("إيقاف مؤقت حتى ١ يونيو", {"paused_until": date(2027, 6, 1)}),
        ("إيقاف مؤقت حتى الاثنين", {"paused_until": date(2026, 11, 23)}),
        (
            "إيقاف مؤقت من ٣ إلى ١٧ أغسطس",
            {"paused_from": date(2027, 8, 3), "paused_until": date(2027, 8, 18)},
        ),
    ],
)
def test_what_arabic_joins_and_counts_in_its_own_way(
    typed: str, changes: dict[str, object]
) -> None:
    (wish,) = read_wishes(typed, JOINED, TODAY, "ar")
    assert wish.changes == changes


def test_two_wishes_joined_in_one_line() -> None:
    found = read_wishes("أسبوعي وبخط كبير", JOINED, TODAY, "ar")
    assert [wish.changes for wish in found] == [{"frequency": "weekly"}, {"format": "large"}]


def test_somebody_is_added() -> None:
    found = read_addition("أضف Carol carol@home.example لأنها طلبت مني ذلك في 3 مايو", "ar")
    assert found
    assert (found.name, found.address) == ("Carol", "carol@home.example")


def test_english_words_count_as_well() -> None:
    assert [wish.kind for wish in read_wishes("STOP", TOPICS, TODAY, "ar")] == ["stop"]


def test_the_kinds_are_those_of_english() -> None:
    assert list(kinds("ar")) == list(kinds("en"))
    assert all(kinds("ar").values())


def test_no_word_stands_under_two_kinds_nor_twice() -> None:
    found = kinds("ar")
    alone = found.keys() - SHARED - REPEATED - ASIDE
    own = Counter(fold(word) for kind in alone for word in found[kind])
    assert [word for word, times in own.items() if times > 1] == []
    assert not own.keys() & {fold(word) for kind in SHARED for word in found[kind]}
