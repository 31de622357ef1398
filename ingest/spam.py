"""Judges whether a letter is spam: by the operator's scanner, or else by a few rules of our own.

A suspicion holds a letter and is shown to the moderator; it refuses nothing and is never final.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ingest.scanners import NO_ENVELOPE, Envelope, Scanner, SpamVerdict, read_setting, scan
from storage.addresses import a_labels
from storage.records import Proof, Reading

__all__ = ["Envelope", "Scanner", "SpamVerdict", "judge", "read_setting", "scan", "simple_rules"]

ENOUGH = 3
"""Weight of the signs that makes a letter suspect: one that no honest letter has, or several."""
LOOKED_AT = 50_000
"""Characters of a letter's text in which signs are looked for."""

_WORDS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "words" / "spam.toml").read_text("utf-8")
)
_PHRASES = {phrase: re.compile(rf"\b{re.escape(phrase)}\b") for phrase in _WORDS["phrases"]}
_SHORTENERS = frozenset(_WORDS["shorteners"])
_LINK = re.compile(r"https?://(?:\[[0-9a-f:.]{2,45}\])?[^\s\"'<>\]\)]{1,500}", re.I)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,9})")
_ANSWERS = re.compile(r"\s{0,9}(?:re|aw|sv|antw)\s{0,3}:", re.I)


def judge(
    raw: bytes,
    reading: Reading,
    proof: Proof,
    scanner: Scanner | None = None,
    envelope: Envelope = NO_ENVELOPE,
) -> SpamVerdict:
    """The scanner's verdict; where there is none, or it is silent, that of the simple rules.

    With a scanner that gave none, a letter that the rules pass is "unknown".
    """
    said = scan(raw, scanner, envelope) if scanner is not None else SpamVerdict("clean")
    if said.verdict in ("spam", "suspect") or (scanner is not None and said.verdict == "clean"):
        return said
    reasons = simple_rules(reading, proof)
    return SpamVerdict("suspect", reasons) if reasons else said


def simple_rules(reading: Reading, proof: Proof) -> tuple[str, ...]:
    """Why a letter is suspect, in plain words for the moderator; () when it is not."""
    signs = list(_signs(reading, proof))
    if sum(weight for weight, _ in signs) < ENOUGH:
        return ()
    return tuple(reason for _, reason in signs)


def _signs(reading: Reading, proof: Proof) -> Iterator[tuple[int, str]]:
    """Each sign with its weight. The weights are such that what honest people do never adds up."""
    yield from _about_the_sender(reading, proof)
    yield from _about_the_links(reading)
    yield from _about_the_words(reading)
    yield from _about_the_subject(reading)


def _about_the_sender(reading: Reading, proof: Proof) -> Iterator[tuple[int, str]]:
    if reading.senders > 1:
        yield 3, "It names more than one sender."
    if proof.dmarc == "fail" and proof.dmarc_policy in ("quarantine", "reject"):
        yield 3, "The sender's domain says that this mail is not theirs."
    elif proof.spf == "fail" and proof.dkim != "pass":
        yield 1, "It came from a server that is not one of the sender's."
    if reading.sender is None:
        return
    shown = _ADDRESS.search(reading.sender.name)
    domain = a_labels(reading.sender.address.rpartition("@")[2])
    if shown and a_labels(shown[1]) != domain:
        yield 2, f"The sender's name shows another address ({shown[0]})."


def _about_the_links(reading: Reading) -> Iterator[tuple[int, str]]:
    links = _LINK.findall((reading.html or "")[:LOOKED_AT] + " " + reading.text[:LOOKED_AT])
    hosts = {_host(link) for link in links}
    numbers = sorted(filter(_is_number, hosts))
    if numbers:
        yield 3, f"A link leads to a number instead of a name ({numbers[0]})."
    hidden = sorted(hosts & _SHORTENERS)
    if hidden:
        yield 1, f"A link hides where it leads ({hidden[0]})."
    if len(hosts) == 1 and len(_LINK.sub("", reading.text).split()) < 8:
        yield 1, "There is little in it besides a link."


def _about_the_words(reading: Reading) -> Iterator[tuple[int, str]]:
    text = " ".join(f"{reading.subject} {reading.text[:LOOKED_AT]}".lower().split())
    # A plain search first: it is many times faster than any pattern over all phrases.
    found = [phrase for phrase, whole in _PHRASES.items() if phrase in text and whole.search(text)]
    if found:
        quoted = ", ".join(f"“{phrase}”" for phrase in found[:3])
        yield min(len(found), 3), f"It has words of mass advertising or fraud: {quoted}."


def _about_the_subject(reading: Reading) -> Iterator[tuple[int, str]]:
    subject = reading.subject
    if _ANSWERS.match(subject) and not reading.answers:
        yield 1, "The subject says that it is an answer, but it answers nothing."
    letters = [letter for letter in subject if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if subject.count("!") >= 3 or (len(letters) >= 12 and capitals > 0.8 * len(letters)):
        yield 1, "The subject shouts."


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _is_number(host: str) -> bool:
    if re.fullmatch(r"\d{1,10}|0x[0-9a-f]{1,8}", host):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
