"""Reads what an organiser wants done: typed words in, a Command out. Changes nothing."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from delivery.spans import Span
from moderation.spans import has_end, read_span
from moderation.words import fold

Kind = Literal[
    "add", "remove", "rota", "set rota", "untrust", "pause", "resume", "waiting", "people", "help",
    "unclear",
]  # fmt: skip

ALONE: tuple[Kind, ...] = ("rota", "waiting", "people", "help", "pause", "resume")
"""These are whole by themselves."""
INFORMS = ("rota", "waiting", "people", "help", "unclear")
"""These change nothing."""
LONGEST = 400
MOST_NAMES = 30
MOST_WORDS = 5
"""Of one name."""

_ADDRESS = re.compile(r"[^\s<>,;:()\"]{1,64}@[^\s<>,;:()\"]{1,255}")


@dataclass(frozen=True, slots=True)
class Command:
    kind: Kind
    address: str = ""
    name: str = ""
    names: tuple[str, ...] = ()
    """Names or addresses of those who take turns, in order."""
    start: date | None = None
    """First day of turns of a week each, over and over."""
    span: Span | None = None
    """These days only: the first is on duty, the others are asked after that."""
    line: str = ""
    """The line that was read, to be quoted back."""


def read_command(text: str, today: date, language: str = "en") -> Command | None:
    """What the first typed line of a letter asks for; None where it is no command at all.

    A line that begins like a command and cannot be carried out is unclear.
    """
    line = _unasked(_first_line(text, language), language)
    folded = fold(line).strip(" .!")
    for kind in ALONE:
        if _bare(folded, language) in _words(language, kind):
            return Command(kind, line=line)
    for kind in ("add", "remove", "untrust", "rota"):
        word = _beginning(folded, _words(language, kind))
        if word:
            return _rest(kind, line, len(word), today, language)
    made = _beginning(folded, _words(language, "make"))
    if made and folded.strip(" ?").endswith(tuple(_words(language, "made"))):
        return _rest("add", line, len(made), today, language)
    word = _beginning(folded, _words(language, "pause") | _words(language, "resume"))
    return Command("unclear", line=line) if word else None


def _rest(kind: str, line: str, length: int, today: date, language: str) -> Command | None:
    rest = line.lstrip()[length:].strip(" :,")
    if kind == "rota":
        return _turns(rest, line, today, language)
    found = _ADDRESS.search(rest)
    address = found[0].strip(".'<>") if found else ""
    around = f"{rest[: found.start()]} {rest[found.end() :]}" if found else rest
    name = _without(around, language)
    said = fold(name).replace(",", " ").replace("'s", " 's").split()
    if len(said) > MOST_WORDS or {"'s", *_words(language, "no_name")} & set(said):
        # "Remove the second post" is a letter, "add dana@charity.example to the list" asked back.
        return Command("unclear", line=line) if address and len(said) <= MOST_WORDS else None
    if not address and (kind != "remove" or not name):
        return Command("unclear", line=line)
    if kind == "untrust":
        return Command("untrust", address, line=line)
    return Command("add" if kind == "add" else "remove", address, name, line=line)


def _turns(rest: str, line: str, today: date, language: str) -> Command:
    """ "from 23 November: Bob, Amina", "23-29 November: Bob, Amina", "on 24 December: Bob"."""
    days, colon, people = rest.partition(":")
    names = tuple(
        one.strip(" .")
        for one in re.split(r",|;|/|&| and then | then | and ", people)
        if one.strip(" .")
    )
    if not colon or not names or len(names) > MOST_NAMES:
        return Command("unclear", line=line)
    days = fold(days).strip()
    word = _beginning(days, _words(language, "from"))
    days = days[len(word) :].strip(" ,")
    span = read_span(days, today, language)
    if span is None:
        return Command("unclear", line=line)
    if word and not has_end(days, language):  # "from next week"
        return Command("set rota", names=names, start=span[0], line=line)
    return Command("set rota", names=names, span=span, line=line)


def _first_line(text: str, language: str) -> str:
    lines = [line.strip() for line in text[:20_000].splitlines() if line.strip()]
    lines = [line for line in lines if line[0] not in ">|"]
    while len(lines) > 1 and _greets(fold(lines[0]), language):
        lines.pop(0)
    return lines[0][:LONGEST] if lines else ""


def _unasked(line: str, language: str) -> str:
    """ "Could you please add Dana …" without how it is asked."""
    asking = _words(language, "asking") | _words(language, "greetings")
    while (word := _beginning(fold(line), asking)) and len(word) < len(line):
        line = line[len(word) :].lstrip(" ,")
    return line


def _greets(line: str, language: str) -> bool:
    line = line.strip(" ,.!")
    return bool(_beginning(line, _words(language, "greetings"))) and len(line.split()) <= 4


def _bare(line: str, language: str) -> str:
    """Without the "please" before it and the "thanks" behind it."""
    polite = _words(language, "polite")
    line = line.strip(" .!,?") or line
    while word := next((one for one in polite if line.endswith(f" {one}")), ""):
        line = line.removesuffix(word).strip(" .!,")
    while word := _beginning(line, polite):
        if word == line:
            break
        line = line[len(word) :].strip(" .!,")
    return line


def _without(text: str, language: str) -> str:
    """A name, without what stands around it: "Dana as moderator, please" is Dana."""
    name = " ".join(re.sub(r"[<>()\"]", " ", text).split()).strip(" ,.:;?")
    behind = sorted(_words(language, "as"), key=len, reverse=True)
    while word := next((one for one in behind if f" {fold(name)}".endswith(f" {one}")), ""):
        name = name[: -len(word)].strip(" ,.:;")
    return name[:100]


def _beginning(text: str, choices: frozenset[str]) -> str:
    """The longest of the choices with which ``text`` begins as whole words, or ""."""
    fitting = (
        one for one in choices if text == one or text.startswith((f"{one} ", f"{one},", f"{one}:"))
    )
    return max(fitting, key=len, default="")


@cache
def _words(language: str, kind: str) -> frozenset[str]:
    every = tomllib.loads((Path(__file__).parent / "organiser.toml").read_text(encoding="utf-8"))
    found = [*every.get(language, {}).get(kind, ()), *every["en"].get(kind, ())]
    return frozenset(fold(word) for word in found)
