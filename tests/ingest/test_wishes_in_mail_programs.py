"""A reader's words as the mail programs of the world wrap them: the same word is read from all."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.reply import typed_part
from preferences.phrases import choices
from preferences.wish import read_wishes
from storage.records import Topic
from tests.ingest.test_reply_typed_part import blocks

TOPICS = (Topic(1, 1, "housing", "Housing"), Topic(2, 1, "jobs", "Jobs and training"))
PROGRAMS = blocks("attributions.txt")
QUOTED = "> Reply with one of these:\n>   DAILY\n>   STOP to leave the list\n>\n> -- \n> News\n"
SAID = {
    "stop": [("stop", {})],
    "Weekly please": [("change", {"frequency": "weekly"})],
    "topics housing, jobs\nlarge print": [
        ("change", {"topics": (1, 2)}),
        ("change", {"format": "large"}),
    ],
    "pause 3 weeks": [("change", {"paused_until": date(2026, 12, 9)})],
    "more 3": [("more", {"numbers": (3,)})],
    "new address carol@new.example": [("address", {"address": "carol@new.example"})],
}


def test_they_are_many() -> None:
    kinds = {title.split(",")[0].split()[0] for title, _ in PROGRAMS}
    assert len(kinds) >= 12


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("sample", [text for _, text in PROGRAMS], ids=[t for t, _ in PROGRAMS])
def test_a_wish_on_top_or_below(sample: str, said: str) -> None:
    for text in (f"{said}\n\n{sample}\n{QUOTED}", f"{sample}\n{QUOTED}\n{said}\n"):
        found = read_wishes(typed_part(text), TOPICS, date(2026, 11, 18))
        assert [(wish.kind, wish.changes) for wish in found] == SAID[said]


@pytest.mark.parametrize("sample", [text for _, text in PROGRAMS], ids=[t for t, _ in PROGRAMS])
def test_numbers_on_top_or_below(sample: str) -> None:
    for text in (f"1, 4\n\n{sample}\n{QUOTED}", f"{sample}\n{QUOTED}\n1, 4\n"):
        assert choices(typed_part(text), "en") == (1, 4)
