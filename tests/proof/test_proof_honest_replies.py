"""Honest replies as twelve mail programs write them, through all that reads: at least 99 of 100
understood, none the wrong way round. And simultaneous pairs of decisions. Counts are printed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from delivery.letters import Desk, Pen
from moderation.decide import decide
from moderation.tell import Case
from moderation.verdict import Verdict
from storage.database import Database
from tests.moderation.office import ROUND_UP
from tests.needs import times
from tests.proof.mail_programs import PROGRAMS, reply
from tests.proof.moderated import BOB, Moderated, sealed

SAID = {
    "yes": "approved",
    "Yes please": "approved",
    "OK, thanks": "approved",
    "Approved.": "approved",
    "Hi,\n\nyes\n\nBob": "approved",
    "👍": "approved",
    "Yes, topics: housing": "approved",
    "yes\ntitle: Food bank hours\nclosing: 4 December": "approved",
    "Looks good": "approved",
    "aprove": "approved",
    "Yes always": "approved",
    "Edit\n\nThe food bank is open on Saturday.": "approved",
    "no": "rejected",
    "No, not our area": "rejected",
    "No - we had this last week.\nPlease send the new date.": "rejected",
    "Reject: an advert": "rejected",
    "Hello,\n\nNo because it is over.\n\nKind regards\nBob": "rejected",
    "spam": "spam",
}


@pytest.fixture
def town(sqlite_url: str) -> Iterator[Moderated]:
    opened = Database(sqlite_url)
    yield Moderated.of(opened)
    opened.close()


def test_honest_replies_of_twelve_programs_are_understood(
    town: Moderated, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(PROGRAMS) == 12
    wrong, missed, count = [], [], 0
    for number, (said, expected) in enumerate(SAID.items()):
        for place, name in enumerate(PROGRAMS):
            if (number + place) % times(4, 1):
                continue
            post, asked = town.hold()
            raw = reply(name, asked, said, BOB, number)
            town.bring(sealed(raw, "council.example"), asked.reply_to, BOB)
            now = town.look(post.id)
            count += 1
            if now.state == "held":
                missed.append(f"{name}: {said!r}")
            elif now.state != expected or not _as_said(now.text, now.reason, said):
                wrong.append(f"{name}: {said!r} became {now.state}, {now.reason!r}, {now.text!r}")
    with capsys.disabled():
        understood = count - len(missed) - len(wrong)
        print(f"\n{count} honest replies: {understood} understood, {len(wrong)} the wrong way")
    assert wrong == []
    assert len(missed) <= count // 100, missed


def _as_said(text: str, reason: str, said: str) -> bool:
    """Whether readers and the author get the words that were typed, and nothing of the mail."""
    if said.startswith("Edit"):
        return text.startswith("The food bank is open on Saturday.") and "Reply with" not in text
    return "wrote:" not in reason and "Please decide" not in reason


def test_d8_simultaneous_pairs_end_as_one(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """On both databases; each pair of the kinds that moderators say."""
    town = Moderated.of(database)
    pairs = [("yes", "no"), ("yes", "yes"), ("no", "spam"), ("edit", "no")]
    single = explained = 0
    runs = times(8, 200)
    for number in range(runs):
        post, _ = town.hold()
        won = _at_once(town, post.id, *pairs[number % 4])
        letters = [mail.letter for mail in town.letters()]
        single += won.count(True) == 1
        explained += letters.count("verdict_settled_already")
        told = ("post_approved", "post_edited", "post_rejected")
        assert sum(letters.count(name) for name in told) <= 1
    with capsys.disabled():
        print(f"\n{runs} pairs at once: {single} single outcomes, {explained} explanations")
    assert (single, explained) == (runs, runs)


def _at_once(town: Moderated, post_id: int, first: str, second: str) -> list[bool]:
    ready, won = threading.Barrier(2), []

    def say(kind: str, who: object) -> None:
        ready.wait()
        with town.db.write() as tx:
            pen = Pen(tx, Desk.of(town.settings), town.sender, town.now)
            case = Case(pen, town.look(post_id), who, ROUND_UP)  # type: ignore[arg-type]
            won.append(decide(case, Verdict(kind, "Open on Saturday.")))  # type: ignore[arg-type]

    both = [
        threading.Thread(target=say, args=pair)
        for pair in ((first, town.bob), (second, town.amina))
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return won
