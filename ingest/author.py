"""Finds the one address that From names, or none where anybody could read another one.

Only for proving who wrote a letter; what people are shown comes from reading. Better no author than
the wrong one: what is odd here costs its sender one confirming reply, no more.
"""

from __future__ import annotations

import re
import unicodedata

from ingest.fields import Fields
from ingest.structured import Piece, Unclosed, pieces
from storage.addresses import a_labels

LONGEST_FROM = 998
"""Characters of an unfolded From (RFC 5322 §2.1.1)."""
_ATOM = r'[^\s\x00-\x20\x7f()<>\[\]:;@\\,".]+'
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABELS = re.compile(r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")


def author_of(fields: Fields) -> str:
    """The address in the only From field, lower case and its domain as A-labels; else "".

    "" also for two From fields, two addresses, group syntax, comments inside the address, a second
    address in an unquoted name, and whatever RFC 5322 §3.4 does not allow.
    """
    values = fields.values(b"from")
    if len(values) != 1:
        return ""
    try:
        return one_address(values[0].decode("utf-8"))
    except UnicodeDecodeError:
        return one_address(values[0].decode("latin-1"))


def one_address(value: str) -> str:
    """The same for the text of one From field, folded or not."""
    line = re.sub(r"\r?\n(?=[ \t])", "", value).strip()
    if len(line) > LONGEST_FROM:
        return ""
    try:
        found = pieces(line)
    except Unclosed:
        return ""
    return _folded(_address_text(found))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _address_text(found: list[Piece]) -> str:
    """What stands between the brackets, or the whole value where there are none."""
    opens = [at for at, piece in enumerate(found) if _is(piece, "<")]
    closes = [at for at, piece in enumerate(found) if _is(piece, ">")]
    if not opens and not closes:
        return _glued([piece for piece in found if piece.kind != "comment"])
    if len(opens) != 1 or len(closes) != 1 or closes[0] < opens[0]:
        return ""
    name, rest = found[: opens[0]], found[closes[0] + 1 :]
    if any(piece.kind == "special" and piece.text not in "/=" for piece in name):
        return ""
    if any(piece.kind != "comment" for piece in rest):
        return ""
    return _glued(found[opens[0] + 1 : closes[0]])


def _is(piece: Piece, special: str) -> bool:
    return piece.kind == "special" and piece.text == special


def _glued(parts: list[Piece]) -> str:
    """The parts of an address as one text; "" when anything stands between or around them.

    A quoted local part is let through only where the quotes were not needed: "a@b"@c and "a b"@c
    are read differently by different programs.
    """
    if not parts or any(piece.kind == "comment" for piece in parts):
        return ""
    if any(piece.spaced for piece in parts[1:]):
        return ""
    if any(piece.kind == "quoted" for piece in parts[1:]):
        return ""
    if parts[0].kind == "quoted" and not _DOT_ATOM.fullmatch(parts[0].text):
        return ""
    return "".join(piece.text for piece in parts)


def _folded(address: str) -> str:
    local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
    if not at or not _DOT_ATOM.fullmatch(local) or "=?" in local or len(local) > 64:
        return ""
    labels = folded_domain(domain)
    return f"{local.lower()}@{labels}" if labels else ""


def folded_domain(domain: str) -> str:
    """The domain in lower case A-labels without the last dot; "" when it is no domain name.

    Letters that IDNA maps to others (ß to ss) have no single answer, so neither is one given.
    """
    labels = a_labels(domain)
    if not _LABELS.fullmatch(labels):
        return ""
    if not domain.isascii() and _shown(labels) != unicodedata.normalize("NFC", domain).lower():
        return ""
    return labels


def _shown(labels: str) -> str:
    try:
        return labels.encode("ascii").decode("idna")
    except UnicodeError:
        return ""
