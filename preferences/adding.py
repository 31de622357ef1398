"""Adds somebody whom a helper met: "add Carol carol@reader.example because she asked me on 3 May".

A helper is a moderator, an organiser, or an author of whom a post was approved. The words of
consent, who and when are kept; the person is told who it was, and one reply undoes it. The helper
learns nothing about who is on the list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from delivery.letters import Pen, To
from preferences import asking, joining, roll
from preferences.courtesies import beginning, ending, plain, without_requests
from preferences.phrases import ADDRESS
from preferences.sheets import BadRow, Row
from preferences.words import words
from storage import confirmations, lists, volunteers

DAY = timedelta(days=1)
MOST_A_DAY = 50
"""By one helper."""
LONGEST = 2000
MOST_NAMES = 5
_CLOSERS = " <>()[]\"',;:.?!–—-"


@dataclass(frozen=True, slots=True)
class Addition:
    address: str
    name: str
    why: str
    """The helper's own words of consent."""


def read_addition(text: str, language: str = "en") -> Addition | None:
    """What a helper asks for in the newly typed text, or None. The words may go on over lines."""
    paragraphs = [" ".join(one.split()) for one in text.strip()[:LONGEST].split("\n\n")]
    while len(paragraphs) > 1 and "@" not in paragraphs[0] and len(paragraphs[0].split()) <= 6:
        paragraphs.pop(0)  # "Hello all,"
    line = paragraphs[0]
    found = list(ADDRESS.finditer(line))
    if len(found) != 1:
        return None
    name = _named(line[: found[0].start()], language)
    if name is None:
        return None
    address = found[0][0].rstrip(".")
    why = _without(line[found[0].end() :], "onto_list", language)
    if not why and len(paragraphs) > 1:
        below = _without(paragraphs[1], "onto_list", language)
        why = below if len(below.split()) > 2 else ""  # "Thanks, Bob" is no consent.
    return Addition(address, name[:100], why)


def _named(before: str, language: str) -> str | None:
    """ "Could you add my colleague Carol at": Carol; None where nobody is added."""
    typed = re.sub(r"[<>()\[\]\",;:]", " ", before).split()
    plainly = [plain(word).replace(" ", "") or "-" for word in typed]
    for asked in without_requests(" ".join(plainly), language):
        if word := beginning(asked, words(language, "add")):
            break
    else:
        return None
    left = asked[len(word) :].strip()
    while word := beginning(left, words(language, "somebody")):
        left = left[len(word) :].strip()
    while word := ending(f" {left}", words(language, "before_address")):
        left = left[: -len(word)].strip()
    name = left.split()
    if len(name) > MOST_NAMES or set(name) & words(language, "no_name"):
        return None
    places = range(len(plainly) - len(name), -1, -1)
    start = next(at for at in places if plainly[at : at + len(name)] == name)
    # As it was typed.
    return " ".join(typed[start : start + len(name)]).strip(" '-")


def _without(text: str, kind: str, language: str) -> str:
    """What follows the words of that kind and the punctuation around them."""
    known = sorted(words(language, kind), key=len, reverse=True)
    between = re.compile(rf"(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE)
    text = text.lstrip(_CLOSERS)
    while match := between.match(text):
        text = text[match.end() :].lstrip(_CLOSERS)
    return text


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
