"""Finds in a piece of text somebody's home or child, and who is helped with what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.personal_words import CLIENT, HAS_DIGIT, WORDS, Found, whole_words


def people(piece: str, before: str) -> Iterator[Found]:
    """Homes, children, service users and their matters; ``before`` is the piece above."""
    with_digit = HAS_DIGIT.search(piece)
    if with_digit:
        yield from _homes(piece, before)
    yield from _children(piece)
    if with_digit:
        yield from _children_of_age(piece)
    yield from _clients(piece)
    yield from _matters(piece)


# Homes --------------------------------------------------------------------------------------------

_POSTCODE = r"[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}\b"
_STREET = (
    r"(?:street|st|road|rd|avenue|ave|drive|dr|lane|ln|close|crescent|cres|terrace|place|grove|mount"
    r"|view|walk|way|gardens|court|square|row|hill|green|parade|mews|rise|bank|gate|croft|garth|fold)"
)
_HOUSE = re.compile(
    r"\b(?:(?:flat|apartment|apt) \w{1,4}\b[, ]{0,2})?"
    r"(?<![-–/:£])\b(?P<number>\d{1,4}[a-f]?),? "
    rf"(?:[A-Z][\w’'.-]{{0,20}} ){{1,4}}?(?i:{_STREET})\b"
    rf"(?:(?:[,. \n]{{1,3}}[A-Z][\w’' -]{{0,30}}){{0,3}}?[,. \n]{{1,3}}(?P<code>{_POSTCODE}))?"
)
_BARE_HOUSE = re.compile(
    rf"(?<![\w–/:£-])(?P<number>\d{{1,4}}[a-f]?)[, ]{{1,2}}(?P<code>{_POSTCODE})"
)
_LIVES = whole_words("lives")
_OUR_PLACE = re.compile(r"\b(?:we|our)\b[^.]{0,25}$", re.IGNORECASE)
_PUBLIC_PLACE = whole_words("public_place")


def _homes(piece: str, before: str) -> Iterator[Found]:
    for match in (*_HOUSE.finditer(piece), *_BARE_HOUSE.finditer(piece)):
        above = piece[max(0, match.start() - 120) : match.start()]
        around = f"{before[-80:]} {above} {piece[match.end() : match.end() + 60]}"
        lives = (_LIVES.search(above) and not _OUR_PLACE.search(above)) or match[0][:1].isalpha()
        known_place = _PUBLIC_PLACE.search(around)
        if (lives and not _PUBLIC_PLACE.search(above[-50:])) or (
            CLIENT.search(above) and not known_place
        ):
            yield Found("home", match[0])
        elif match["code"] and not known_place and not _PUBLIC_PLACE.search(match[0]):
            yield Found("address", match[0], strong=False)


# People -------------------------------------------------------------------------------------------

_NO_NAMES = frozenset(WORDS["no_names"].split())
_PARTS_OF_NAMES = frozenset(WORDS["parts_of_names"].split())
_CHILD_OF = re.compile(
    r"\b(?i:my|his|her|their|our client[’']s|the client[’']s|whose|client[’']s|[A-Z]\w+[’']s)"
    r" (?i:(?:\w+ )?(?:son|daughter|child|baby|boy|girl|kid|grandson|granddaughter|nephew|niece"
    r"|brother|sister|toddler))"
    r"[ ,(]{1,3}(?P<who>(?i:called |named |is |aged )?(?:(?P<name>[A-Z][a-z’'-]{1,20})"
    r"|(?P<age>(?:aged )?\d{1,2})(?![\d:./%]|\s?(?:years ago|am|pm|minutes|days|weeks|months ago)))"
    r"(?:[ ,(]{1,3}(?:aged )?\d{1,2}\b)?)"
)
_AGED = re.compile(
    r"\b(?P<name>[A-Z][a-z’'-]{1,20})(?: [A-Z][a-z’'-]{1,20})?"
    r"(?:, | \(| )(?:(?:who is |is |just )?aged (?P<a>\d{1,2})(?!\d|\s?[-–+]|\s?(?:to|and|or)\s\d)"
    r"|(?:who is |is |is only |is just )(?P<b>\d{1,2})(?: years old|,| and|\.|$)"
    r"|(?P<c>\d{1,2})(?:[ -]years?[ -]old| ?y/?o\b|, who|, (?:is|has|was|needs)\b))"
)
_YEAR_OLD = re.compile(
    r"\b(?P<age>\d{1,2})[ -]years?[ -]old,? "
    r"(?:(?:son|daughter|boy|girl|child|called|named),? ){0,2}"
    r"(?P<name>[A-Z][a-z’'-]{1,20})\b"
)


_LISTED = re.compile(
    r"\b(?i:children|kids|sons|daughters|siblings|girls|boys)\b[ :(,–-]{1,4}"
    r"(?P<name>[A-Z][a-z’'-]{1,20})(?:,? \(?|, aged )(?P<age>1?\d)\b(?!\s?[-–:.%]|\s(?:to|am|pm)\b)"
)


def _children(piece: str) -> Iterator[Found]:
    for match in _CHILD_OF.finditer(piece):
        if not match["name"] or match["name"].lower() not in _NO_NAMES:
            yield Found("child", match[0])


def _children_of_age(piece: str) -> Iterator[Found]:
    for pattern in (_AGED, _YEAR_OLD, _LISTED):
        for match in pattern.finditer(piece):
            ages = [int(age) for key, age in match.groupdict().items() if key != "name" and age]
            if match["name"].lower() not in _NO_NAMES and ages and ages[0] < 18:
                yield Found("child", match[0])


_CLIENT_BY_NAME = re.compile(
    r"\b(?i:(?:my|our|a|one|another|this|the) (?:\w+ )?(?:client|service[ -]user|asylum[ -]seeker"
    r"|detainee|tenant|patient|mentee))(?i:,? (?:called|named|is|whose name is))?,? "
    r"(?:(?:Mr|Mrs|Ms|Miss)\.? )?(?P<name>[A-Z][a-z’'-]{1,20}|[A-Z]\.? ?[A-Z]\.?(?= |,|$))"
)


def _clients(piece: str) -> Iterator[Found]:
    for match in _CLIENT_BY_NAME.finditer(piece):
        if match["name"].lower() not in _NO_NAMES and match["name"] not in _PARTS_OF_NAMES:
            yield Found("client", match[0])


_STATUS = whole_words("status")
_HEALTH = whole_words("health")
_ONE_PERSON = re.compile(r"(?:\b(?i:he|she|his|her|him)\b|\b(?i:mr|mrs|ms|miss)\.? [A-Z])")
_SPOKEN = whole_words("spoken")


def _matters(piece: str) -> Iterator[Found]:
    """The words alone are what such lists are about; they count beside one particular person."""
    if not (CLIENT.search(piece) or _ONE_PERSON.search(piece)):
        return
    for kind, pattern in (("status", _STATUS), ("health", _HEALTH)):
        match = pattern.search(piece)
        if match and not _SPOKEN.search(piece):
            yield Found(kind, match[0])
