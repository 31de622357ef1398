"""Whoever tries wrong marks is refused after twenty in an hour, and nobody else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.guesses import MOST_SOURCES, MOST_WRONG, WITHIN_SECONDS, Guesses
from ingest.recipients import Answer
from tests.dialogue import HELLO, MAIL, Dialogue, RunningDoor, running_door

RIGHT = b"RCPT TO:<news-verdict+right@lists.example.org>"
WRONG = b"RCPT TO:<news-verdict+wrong%d@lists.example.org>"
POST = b"RCPT TO:<news@lists.example.org>"
LEAVE = b"RCPT TO:<news-leave@lists.example.org>"
MALLORY, BOB = "127.0.0.2", "127.0.0.3"


def _is_ours(address: str) -> Answer:
    if "+" not in address:
        return "ours"
    return "our mark" if "+right@" in address else "forged mark"


@pytest.fixture
def door() -> Iterator[RunningDoor]:
    with running_door(is_ours=_is_ours) as door:
        yield door


def _guess(door: RunningDoor, times: int, source: str = MALLORY) -> list[str]:
    """In several calls: one call ends after twenty mistakes, and is slow after five."""
    answers = []
    for begin in range(0, times, 4):
        with Dialogue(door.port, source=source) as dialogue:
            dialogue.say(HELLO)
            dialogue.say(MAIL)
            answers += [dialogue.say(WRONG % n) for n in range(begin, min(begin + 4, times))]
    return answers


def _ask(door: RunningDoor, recipient: bytes, source: str) -> str:
    with Dialogue(door.port, source=source) as dialogue:
        dialogue.say(HELLO)
        dialogue.say(MAIL)
        return dialogue.say(recipient)


def test_d13_after_twenty_wrong_marks_the_right_one_is_refused_too(door: RunningDoor) -> None:
    assert all(answer.startswith("550 5.1.1") for answer in _guess(door, MOST_WRONG - 1))
    assert _ask(door, RIGHT, MALLORY).startswith("250")
    _guess(door, 1)
    assert _ask(door, RIGHT, MALLORY).startswith("550 5.7.1")
    assert _ask(door, RIGHT, MALLORY) == _ask(door, WRONG % 99, MALLORY)
    assert _ask(door, RIGHT, BOB).startswith("250")


def test_d13_who_guessed_too_often_may_still_post_and_leave(door: RunningDoor) -> None:
    _guess(door, MOST_WRONG + 1)
    assert _ask(door, POST, MALLORY).startswith("250")
    assert _ask(door, LEAVE, MALLORY).startswith("250")


def test_d13_a_mail_server_on_this_machine_is_never_locked_out(door: RunningDoor) -> None:
    answers = _guess(door, MOST_WRONG + 5, "127.0.0.1")
    assert all(answer.startswith("550 5.1.1") for answer in answers)
    assert _ask(door, RIGHT, "127.0.0.1").startswith("250")


def test_d13_a_front_server_is_never_locked_out() -> None:
    with running_door(is_ours=_is_ours, trusted_relays=(MALLORY,)) as door:
        _guess(door, MOST_WRONG + 5)
        assert _ask(door, RIGHT, MALLORY).startswith("250")


def test_d13_lmtp_is_never_locked_out() -> None:
    with running_door(is_ours=_is_ours, lmtp=True) as door:
        for _ in range(6):
            with Dialogue(door.port, source=MALLORY) as dialogue:
                dialogue.say(b"LHLO front.example")
                dialogue.say(MAIL)
                for number in range(4):
                    assert dialogue.say(WRONG % number).startswith("550 5.1.1")
                assert dialogue.say(RIGHT).startswith("250")


def test_d13_an_hour_later_it_counts_anew() -> None:
    guesses = Guesses()
    for number in range(MOST_WRONG):
        guesses.note("192.0.2.1", 60.0 * number)
    assert guesses.are_too_many("192.0.2.1", WITHIN_SECONDS - 1)
    assert not guesses.are_too_many("192.0.2.1", WITHIN_SECONDS)
    assert not guesses.are_too_many("192.0.2.2", 0.0)


def test_d13_the_memory_is_bounded() -> None:
    guesses = Guesses()
    for number in range(MOST_SOURCES + 500):
        for _ in range(MOST_WRONG + 5):
            guesses.note(f"source {number}", 0.0)
    assert len(guesses._tries) == MOST_SOURCES
    assert all(len(tries) == MOST_WRONG for tries in guesses._tries.values())
