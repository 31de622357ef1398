"""Adds somebody whom a helper met: "add Carol carol@reader.example because she asked me on 3 May".

A helper is a moderator, an organiser, or an author of whom a post was approved. The words of
consent, who and when are kept; the person is told who it was, and one reply undoes it. The helper
learns nothing about who is on the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from delivery.letters import Pen, To
from preferences import asking, joining, roll
from preferences.courtesies import beginning, plain, without_courtesies
from preferences.phrases import ADDRESS
from preferences.sheets import BadRow, Row
from preferences.words import words
from storage import confirmations, lists, volunteers

DAY = timedelta(days=1)
MOST_A_DAY = 50
"""By one helper."""
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Addition:
    address: str
    name: str
    why: str
    """The helper's own words of consent."""


def read_addition(text: str, language: str = "en") -> Addition | None:
    """What a helper asks for in the newly typed text, or None. The words may go on over lines."""
    first = text.strip()[:LONGEST].partition("\n\n")[0]
    line = " ".join(first.split())
    found = list(ADDRESS.finditer(line))
    if len(found) != 1:
        return None
    before, after = line[: found[0].start()], line[found[0].end() :]
    before = without_courtesies(plain(before.replace("<", " ").replace(",", " ")), language)
    word = beginning(before, words(language, "add"))
    if not word:
        return None
    # The name as it was typed, from behind the word.
    typed = line[: found[0].start()].replace("<", " ").split()
    name = " ".join(typed[len(typed) - len(before[len(word) :].split()) :])
    name = name.strip(" <,;:\"'") if before[len(word) :].strip() else ""
    why = after.lstrip(" >,;:.-–")
    return Addition(found[0][0].rstrip("."), name[:100], why)


def is_helper(pen: Pen, address: str) -> bool:
    """Whether that address may add others: it runs the list, or has written for it."""
    known = volunteers.known_author(pen.tx, pen.sender.id, address)
    runs_it = volunteers.by_address(pen.tx, pen.sender.id, address)
    return bool(runs_it) or (known is not None and known.approved > 0)


def ask_helper(pen: Pen, helper: str, wanted: Addition, answers: str = "") -> str:
    """Asks the helper's own address, where nothing proved that the letter came from it."""
    if not asking.may_write(pen, "add", helper, "", MOST_A_DAY):
        return ""
    payload = {"add": [wanted.address, wanted.name, wanted.why]}
    number = confirmations.ask(pen.tx, pen.sender.id, "add", helper, payload, pen.now)
    asking.write(pen, "adding_confirm", helper, number, answers=answers, added=wanted.address)
    return "adding_confirm"


def add(pen: Pen, helper: str, wanted: Addition, answers: str = "") -> str:
    """Adds the person and tells both; the name of the letter to the helper, "" when they have
    added too many today."""
    if not wanted.why:
        return _tell(pen, "adding_unclear", helper, answers, added=wanted.address)
    source = f"helper {helper.lower()}"
    before = confirmations.count_since(pen.tx, pen.now - DAY, kind="added", source=source)
    if before >= MOST_A_DAY:
        return ""
    confirmations.note(pen.tx, pen.sender.id, "added", wanted.address, pen.now, source)
    try:
        _add(pen, helper, wanted, source)
    except BadRow:
        return _tell(pen, "adding_unclear", helper, answers, added=wanted.address)
    return _tell(pen, "adding_done", helper, answers, added=wanted.address)


def _add(pen: Pen, helper: str, wanted: Addition, source: str) -> None:
    consent = f'Added by {helper}, {pen.now:%Y-%m-%d %H:%M} UTC, in their words: "{wanted.why}"'
    row = Row(wanted.address, wanted.name, consent=consent)
    topics = lists.topics(pen.tx, pen.sender.id)
    outcome = roll.add(pen, row, topics, welcome=True, who=helper, helper=helper)
    if outcome != "added":
        # Who left, or is there already, is asked or told like anybody; the helper never learns.
        joining.ask_to_join(pen, wanted.address, {}, source, MOST_A_DAY)


def _tell(pen: Pen, letter: str, helper: str, answers: str, added: str) -> str:
    to = To(helper, "help")
    pen.write(letter, to, answers=answers, automatic="auto-replied", added=added)
    return letter
