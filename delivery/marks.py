"""Marks: the short signed tokens by which something that left is known again when it comes back.

Minted and read here and nowhere else. A mark says for what it is, which things it names and on
which day it was made; what it may still do is for the desks to say.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

# A local part has 64 octets (RFC 5321 §4.5.3.1.1). The longest beginning, a list name of 20 and
# "-settings+", takes 30, which leaves 34: 20 for the signature, 3 for the day, 11 for the ids.
SIGNATURE_CHARACTERS = 20  # of 5 bits each: 100 bits
DAY_CHARACTERS = 3
FIRST_DAY = date(2026, 1, 1)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _BASE32 for second in _BASE32]


@dataclass(frozen=True, slots=True)
class Mark:
    purpose: str
    """verdict, duty, proof, settings, confirm, bounce, post, leave, item or edition"""
    ids: tuple[int, ...]
    day: date
    old_key: bool = False
    """Signed with a secret that is no longer in use: good for leaving only."""


class Marks:
    """Mints with the secret in force; reads with that one and the previous ones."""

    def __init__(self, secret: str, previous: tuple[str, ...] = ()) -> None:
        self._keys = tuple(key.encode() for key in (secret, *previous))

    def mint(self, purpose: str, *ids: int, day: date) -> str:
        """Lower case letters and digits, at most 34 of them; bound to all that is given."""
        return _minted(self._keys[0], purpose, ids, day)

    def prints(self, text: str) -> list[str]:
        """Keyed hashes by which ``text`` is known again and from which nobody finds it: one for
        each secret, that in force first."""
        return [hmac.digest(key, f"print:{text}".encode(), "sha256").hex() for key in self._keys]

    def read(self, purpose: str, text: str) -> Mark | None:
        """What ``mint`` was given, or None when the text is not a mark of ours for that purpose."""
        if not text.isascii() or len(text) > 64:
            return None
        text = text.lower()
        payload, signature = text[:-SIGNATURE_CHARACTERS], text[-SIGNATURE_CHARACTERS:]
        for key in self._keys:
            if hmac.compare_digest(_sign(key, purpose, payload), signature):
                return _parsed(purpose, payload, old_key=key is not self._keys[0])
        return None


@lru_cache(maxsize=16)
def _minted(key: bytes, purpose: str, ids: tuple[int, ...], day: date) -> str:
    """Kept for a moment: a mail to a reader has the same mark in its link and in its address."""
    payload = _days(day) + "".join(map(_measured, ids))
    return payload + _sign(key, purpose, payload)


@lru_cache(maxsize=16)
def _days(day: date) -> str:
    # A clock that is years slow mints marks of the first day.
    return _digits(max((day - FIRST_DAY).days, 0), DAY_CHARACTERS)


def _sign(key: bytes, purpose: str, payload: str) -> str:
    """The first 100 bits in base32. Written out, since a million mails carry three each."""
    signature = _begun(key).copy()
    signature.update(f"{purpose}:{payload}".encode())
    bits = int.from_bytes(signature.digest()[:13], "big") >> 4
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(90, -1, -10)])


@lru_cache(maxsize=16)
def _begun(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _parsed(purpose: str, payload: str, *, old_key: bool) -> Mark | None:
    day = FIRST_DAY + timedelta(days=int(payload[:DAY_CHARACTERS], 36))
    ids, rest = [], payload[DAY_CHARACTERS:]
    while rest:
        length = int(rest[0], 36)
        ids.append(int(rest[1 : 1 + length], 36))
        rest = rest[1 + length :]
    return Mark(purpose, tuple(ids), day, old_key)


def _measured(number: int) -> str:
    digits = _digits(number)
    return DIGITS[len(digits)] + digits


def _digits(number: int, width: int = 1) -> str:
    text = ""
    while number:
        text = DIGITS[number % 36] + text
        number //= 36
    return text.rjust(width, "0")
