"""Finds numbers in a piece of text that belong to one private person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.personal_words import CLIENT, HAS_DIGIT, WORDS, Found


def numbers(piece: str) -> Iterator[Found]:
    """Those of National Insurance, the NHS and case files, dates of birth, private phones."""
    if HAS_DIGIT.search(piece):
        for read in _READERS:
            yield from read(piece)


# HMRC: letters and prefixes that are never given out; QQ stands in examples.
_NATIONAL_INSURANCE = re.compile(
    r"\b(?:QQ|(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])"
    r"[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-D]\b"
)


def _national_insurance(piece: str) -> Iterator[Found]:
    text = piece if re.search(r"\bn\.?i\.?\b|national insurance", piece, re.I) is None else None
    for match in _NATIONAL_INSURANCE.finditer(piece.upper() if text is None else text):
        yield Found("national_insurance", match[0])


_TEN_DIGITS = re.compile(r"(?<![\d+.-])\d{3}([ -]?)\d{3}\1\d{4}(?![\d-])")


def _nhs(piece: str) -> Iterator[Found]:
    """Ten digits with a check digit (NHS Data Dictionary); unspaced ones only where NHS is said."""
    said = re.search(r"\bnhs\b", piece, re.IGNORECASE)
    for match in _TEN_DIGITS.finditer(piece):
        digits = [int(digit) for digit in match[0] if digit.isdigit()]
        rest = 11 - sum(d * (10 - n) for n, d in enumerate(digits[:9])) % 11
        holds = rest % 11 == digits[9] and rest != 10
        near = said and abs(match.start() - said.start()) < 60
        if (near and digits[0]) or (holds and match[1] and digits[0] in (4, 6, 7)):
            yield Found("nhs", match[0], strong=bool(near or holds))


_DAY = (
    r"(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)?\d\d"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]{2,8}\.?,? (?:19[2-9]|20)\d\d?"
    r"|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? (?:19[2-9]|20)\d\d?|(?:19[2-9]|20)\d\d-\d\d-\d\d)"
)
_BIRTH = re.compile(
    rf"\b(?i:d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?)\W{{0,4}}(?i:is |was )?{_DAY}"
)


def _birth(piece: str) -> Iterator[Found]:
    for match in _BIRTH.finditer(piece):
        yield Found("birth", match[0])


_CASE = re.compile(
    r"\b(?:home office|h\.?o\.?|case|client|nass|asf|asylum support|asylum|port|ukvi|brp|arc|cid"
    r"|passport|gwf|uan|hospital|patient|service user|biometric residence permit|visa application"
    r"|tenancy|appeal|universal credit|prisoner|refugee travel document|travel document)"
    r"(?: card| permit| id)? ?(?:ref(?:erence)?(?: (?:no|number))?|nos?|number|id|#)?"
    r"(?: is| was)?[.:# ]{0,3}(?P<token>(?=[A-Z0-9/-]{0,12}\d{4}|[A-Z0-9/-]{0,6}\d{2}/\d{2})"
    r"[A-Z0-9][A-Z0-9/-]{4,24})(?![\w-])",
    re.IGNORECASE,
)
_NOT_A_CASE = re.compile(r"(?:19|20)\d\d(?:[-/]\d\d)?(?:[-/]\d\d)?|.*@.*|0[127]\d{8,9}", re.ASCII)


def _case(piece: str) -> Iterator[Found]:
    for match in _CASE.finditer(piece):
        if not _NOT_A_CASE.fullmatch(match["token"]):
            yield Found("case", match[0])


_PHONE = re.compile(
    r"(?<![\w.+/-])(?:\+44[ -]?(?:\(0\))?|0044[ -]?|\(?0)(?:[ ()-]{0,2}\d){9,10}(?![\d-]|[ ]\d)"
)
_PUBLIC_PHONE = re.compile("|".join(WORDS["public_phone"]), re.IGNORECASE)
_OWN_PHONE = re.compile(r"\b(?:me|us|we|our)\b[^.;]{0,30}$", re.IGNORECASE)
_THEIR_PHONE = re.compile(
    r"\b(?:his|her|their|client[’']?s?|mother[’']?s?|father[’']?s?|user[’']?s?)"
    r"(?: \w+)? (?:phone|mobile|number|tel|telephone|cell|whatsapp)\b"
    r"|\b(?:him|her|them|she|he|they)\b[^.;]{0,30}\b(?:on|at|is|via)\b\W{0,4}$"
    r"|\b(?:mother|father|mum|dad|parents?|sister|brother|client|family)\b[^.;]{0,20}"
    r"\b(?:can be|is) (?:reached|contacted|called)\b[^.;]{0,10}$"
    r"|\b(?:call|ring|phone|text|contact|whatsapp|reach) (?:him|her|them)\b[^.;]{0,30}$",
    re.IGNORECASE,
)


def _phone(piece: str) -> Iterator[Found]:
    """Only one that is said to be somebody's: posts are full of organisations' own numbers."""
    for match in _PHONE.finditer(piece):
        above = piece[max(0, match.start() - 80) : match.start()]
        theirs = _THEIR_PHONE.search(above)
        if (theirs and not _OWN_PHONE.search(above)) or (
            CLIENT.search(piece)
            and not _OWN_PHONE.search(above)
            and not _PUBLIC_PHONE.search(above)
        ):
            yield Found("phone", match[0].strip())


_READERS: tuple[Callable[[str], Iterator[Found]], ...] = (
    *(_national_insurance, _nhs, _birth, _case, _phone),
)
