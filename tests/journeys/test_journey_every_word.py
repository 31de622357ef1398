"""Each word that the documentation names, said in many states: none of these letters gets stuck."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from storage.database import Database
from storage.tables import letter
from tests.journeys.conftest import plant
from tests.journeys.letters import note, post
from tests.journeys.test_journey_verdict import reply
from tests.mailbox import Mail
from tests.servers import Installation

PAGE = Path(__file__).parents[2] / "docs" / "addresses-and-words.md"
LIST, HELP, OWNER = (f"news{end}@lists.example.org" for end in ("", "-help", "-owner"))
ALICE, CAROL, OLA = "alice@charity.example", "carol@home.example", "ola@council.example"
HUGE = "9" * 25
ODD = {
    "A moderator's words": [
        f"wait {HUGE} days",
        f"wait until 3 March {HUGE}",
        f"{HUGE} yes",
        "0 yes",
        "away 31 February",
        f"away 3-17 August {HUGE}",
        "swap with Zo\u00eb",
        f"yes\ndate: {HUGE}",
        "yes\ntopics: \U0001f600, ,",
        "yes\ntitle: " + "x" * 5000,
        "edit\ntitle:\n\n\u202e\u200b",
        "ask\n?",
        "y\u0435s",
    ],
    "An organiser's words": [
        f"rota from {HUGE} November: Bob",
        "rota from 31 February: Bob",
        "add moderator",
        "remove moderator Zo\u00eb",
        "add moderator bob@council.example",
        "remove moderator bob@council.example",
        "untrust nobody",
    ],
    "A reader's words": [
        f"more {HUGE}",
        "more 0",
        "more -1",
        f"1, 2, {HUGE}",
        f"pause {HUGE} weeks",
        f"pause until 1 June {HUGE}",
        "pause until 31 February",
        "pause 0 days",
        "topics " + "x" * 5000,
        "topics",
        "jobs hourly",
        "new address nobody",
        "new address carol@home.example",
        "search",
        "search '\"* OR 1=1 --",
        "search \u0000",
        f"search {'a b ' * 500}",
        "language klingon",
        "no housing\nno jobs",
        "stop",
        "stop",
        "daily",
        "join",
        "join",
    ],
    "Words for a round-up that is about to leave": [
        "drop 0",
        f"drop {HUGE}",
        "drop 1-99",
        "intro: " + "x" * 5000,
        "intro: \u202e{{ 7 * 7 }}",
        "shorten 1 to 9",
    ],
}
"""What nobody should say, and somebody does."""
MORE = "\n\nThe food bank at Oak House is open on 28 December.\n"


def words(section: str) -> list[str]:
    """What stands in the first column of a section's table; with a text where one is needed."""
    page = PAGE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2]
    rows = re.findall(r"^\| (`[^|]+) \|", page.partition("\n## ")[0], re.MULTILINE)
    said = [word for row in rows for word in re.findall(r"`([^`]+)`|([👍👎✅❌])", row)]
    assert said
    return [one or emoji for one, emoji in said]


def test_no_word_gets_a_letter_stuck(
    new_installation: Callable[..., Installation], sqlite_url: str
) -> None:
    """On one of both databases, since it takes half a minute."""
    plant(sqlite_url)
    town = new_installation(sqlite_url)
    town.start("run")
    told_of_organisers_words(town)
    readers_words(town)
    asked = [held(town, number) for number in (1, 2, 3)]
    reply(town, asked[2], "waiting")
    queue = town.wait_for_mail(letter="queue_waiting", to=asked[2].to[0])
    verdicts = words("A moderator's words")
    for word in (*verdicts, *ODD["A moderator's words"]):
        reply(town, asked[0], word + MORE)
        reply(town, queue, f"2 {word}{MORE}")
    for word in verdicts:
        reply(town, queue, f"all {word}")
    reply(town, asked[2], "yes")
    settled(town)
    approved = town.wait_for_mail(letter="post_approved", to=ALICE)
    for word in words("An author's words"):
        reply(town, approved, word + MORE)
        reply(town, approved, word)
    settled(town)


def test_no_word_about_a_round_up_gets_a_letter_stuck(town: Installation) -> None:
    today = datetime.now(ZoneInfo("Europe/London"))
    town.command("list", "edit", "news", "--weekly", f"{today + timedelta(days=1):%a} 23:59")
    for number in range(1, 8):
        mail = held(town, number)
        reply(town, mail, "yes")
    settled(town)
    town.command("list", "edit", "news", "--proof", f"{today:%a} 00:00")
    shown = town.wait_for_mail(letter="proof", to="bob@council.example")
    section = "Words for a round-up that is about to leave"
    said = [word.replace("…", "Wrap up warm.") for word in words(section)]
    for word in (*said, *said[::-1], "go", "hold", "hold", "ok", *ODD[section]):
        reply(town, shown, word)
    settled(town)


def held(town: Installation, number: int) -> Mail:
    who = " ".join([("walkers", "singers", "cooks")[number % 3]] * number)
    text = f"On {number + 1} January {who} meet.\n"
    town.send(post(f"Meeting {number}", text, number=number), ALICE, LIST)
    return town.wait_for_mail(letter="post_held", number=number)


def told_of_organisers_words(town: Installation) -> None:
    town.command("organiser", "add", "news", OLA, "--name", "Ola")
    for word in (*words("An organiser's words"), *ODD["An organiser's words"]):
        assert town.send(note(OLA, OWNER, "The list", word), OLA, OWNER) == {}
        settled(town)
        question = town.wait_for_mail(letter="organiser_confirm", to=OLA)
        reply(town, question, "yes")


def readers_words(town: Installation) -> None:
    assert town.send(note(CAROL, HELP, "settings"), CAROL, HELP) == {}
    settings = town.wait_for_mail(letter="settings_shown", to=CAROL)
    said = words("A reader's words")
    for word in (*said, *ODD["A reader's words"], *said[::-1]):
        reply(town, settings, word)


def settled(town: Installation) -> None:
    """Waits until every letter is taken up; none may be stuck, nor tried again for ever."""
    database, until = Database(town.environment["DATABASE_URL"]), time.monotonic() + 60
    try:
        while time.monotonic() < until:
            with database.read() as tx:
                states = select(letter.c.state, func.count()).group_by(letter.c.state)
                found: dict[str, int] = dict(iter(tx.execute(states)))
            assert "stuck" not in found, town.command("waiting")
            if not found.keys() & {"new", "reading"}:
                return
            time.sleep(0.1)
        raise AssertionError(f"letters wait: {found}")
    finally:
        database.close()
