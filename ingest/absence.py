"""Tells the notice of somebody who is away from a letter that only speaks of an absence.

A notice consists of such sentences and of nothing else: I am away, I am back then, ask somebody
else. One sentence more, and a person has something to say. What marks a program's letter for
certain is read in ``automatic``.
"""

from __future__ import annotations

import re
import tomllib
from enum import Enum
from itertools import islice
from pathlib import Path

MOST_SENTENCES = 14
"""A notice is short, also in two languages."""
AT_THE_TOP = 30
"""Characters: there a receipt names what it is about."""
NO_WORDS = 2
"""A name at most: the subject has said it all."""
FEW_IN_A_GREETING = 3
MOST_IN_A_NAME = 6
"""Words."""
FEW_WORDS = 8
"""With so few under a notice's subject it is enough to say when one is back."""


class Hint(Enum):
    """What the subject says of an absence."""

    NONE = "nothing"
    NAMES_IT = "it is mentioned"
    HEADS_IT = "it stands before a colon, as programs write it"


_WORDS: dict[str, list[str]] = tomllib.loads(
    (Path(__file__).parent / "words" / "absence.toml").read_text("utf-8")
)


def _any(name: str) -> re.Pattern[str]:
    return re.compile("|".join(_WORDS[name]))


_AWAY, _GONE, _GREETING = _any("absent"), _any("gone"), _any("greetings")
_READ, _LETTER = _any("read_sentences"), _any("letters")
_THANKS = _any("thanks")
_TO_A_STRANGER = (_THANKS, _any("instead"), _any("no_access"))
_BESIDE = (*_TO_A_STRANGER, _any("later"))
_REASON, _SHUT = _any("reasons"), _any("shut")
_READ_SUBJECT = re.compile(
    rf"(?:{'|'.join(map(re.escape, _WORDS['read_words']))})\s?[:：]", re.IGNORECASE
)
_ENDS = re.compile(r"(?<=[^\W\d]{2}[.!?])\s+|[。！]\s*|(?<=[？])|\n[ \t]*\n\s*|(?<=[.!?])\n")
# Where nothing stands between words, two characters are about one.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}|[^\W\d_]{2,}")
_CLOSING = re.compile(
    r"\n[ \t]*(?:(?:kind|best|warm|many|yours)\b|regards|(?:mit )?(?:freundlich|besten gr|viele gr)"
    r"|(?:viele |liebe )?grüße|cordialement|bien (?:à vous|cordialement)|(?:un )?saludos?"
    r"|atentamente|cumprimentos|atenciosamente|cordiali|distinti|(?:met )?vriendelijke|groet"
    r"|(?:med )?(?:vänlig|venlig|vennlig)|ystävälli|terveisin|pozdrawiam|z poważaniem"
    r"|s pozdravem|üdvözlettel|cu respect|с уважением|з повагою|поздрави|saygı|με εκτίμηση"
    r"|敬具|以上|此致|trân trọng|hormat|salam)"
)


def is_notice(text: str, hint: Hint) -> bool:
    """True when the text, as its author typed it, says no more than that they are away.

    ``hint``: how far the subject speaks of an absence; the text needs the less to say it.
    """
    words = len(_WORD.findall(text))
    if words <= NO_WORDS:
        return hint is Hint.HEADS_IT
    sentences = _sentences(text)
    if len(sentences) > MOST_SENTENCES or not sentences or not _belongs(0, sentences[0]):
        return False
    strange = islice((s for s in sentences[1:] if not _belongs(1, s)), 2)
    kinds = [kind for kind in _BESIDE if any(map(kind.search, sentences))]
    # Among so many signs one sentence may be of the person's own making ("I work part time").
    if len(list(strange)) > (len(kinds) > 2 and hint is not Hint.NONE):
        return False
    gone, away = (any(map(kind.search, sentences)) for kind in (_GONE, _AWAY))
    # A shop that is shut tells everybody; to thank for a letter is to answer it.
    thanked = any(_THANKS.search(s) and _LETTER.search(s) for s in sentences)
    away = away or (thanked and any(map(_SHUT.search, sentences)))
    if not gone and not away:
        return hint is Hint.HEADS_IT and words <= FEW_WORDS and bool(kinds)
    if hint is Hint.HEADS_IT:
        return True
    # People ask, and say why they speak of their absence: "so here is my post already".
    if any(_asks(s) or _REASON.search(s) for s in sentences):
        return False
    enough = 0 if hint is Hint.NAMES_IT else 1 if gone else 2
    # With nothing else to go by, it must answer whoever wrote, and nobody in particular.
    return len(kinds) >= enough and (not enough or any(kind in _TO_A_STRANGER for kind in kinds))


def is_read_receipt(subject: str, text: str) -> bool:
    """True for the letter by which a mail program tells that somebody opened another one."""
    text = text[:1_000].lower()
    told = _READ.search(text) and _LETTER.search(text[:AT_THE_TOP]) and re.search(r"\d", text)
    return bool(told and _READ_SUBJECT.match(subject))


def _sentences(text: str) -> list[str]:
    whole = text.lower().strip()
    closing = _CLOSING.search(whole)
    if closing:
        whole = whole[: closing.start()]
    found = (" ".join(piece.split()) for piece in _ENDS.split(whole))
    return [sentence for sentence in found if re.search(r"\w", sentence)][: MOST_SENTENCES + 1]


def _asks(sentence: str) -> bool:
    """True for a question to the reader; "Urgent?" is none."""
    return sentence.endswith(("?", "？")) and len(_WORD.findall(sentence)) > 1


def _belongs(number: int, sentence: str) -> bool:
    """Whether the sentence may stand in a notice, at its top (0) or further down."""
    if any(kind.search(sentence) for kind in (_AWAY, _GONE, _SHUT, *_BESIDE)):
        return True
    # What stands under the notice is a name or an address; at the top a word may be a verdict.
    words = len(sentence.split())
    if number == 0 or words <= FEW_IN_A_GREETING:
        greets = bool(_GREETING.match(sentence)) or sentence[0] + sentence[-1] in ("()", "[]")
        if greets or number == 0:
            return greets
    return words <= MOST_IN_A_NAME and sentence[-1] not in ".!?。"
