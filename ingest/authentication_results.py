"""Reads what a front server found out about a letter's sender (Authentication-Results, RFC 8601).

Anybody can write such a field. Which ones to believe is decided by ``believed``, and whether the
peer may be believed at all by ingest/proof.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.fields import Fields
from ingest.structured import Piece, Unclosed, pieces

MOST_FINDINGS = 60
LONGEST_FIELD = 16 * 1024


@dataclass(frozen=True, slots=True)
class Finding:
    """One "method=result" with what was said about it."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()
    """"header.d" and its like, lower case, with their values as they came."""
    comments: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        return next((value for key, value in self.properties if key == name), "")


def believed(fields: Fields, authserv_id: str) -> tuple[Finding, ...]:
    """Findings under the front server's own name that only it can have written (RFC 8601 §5).

    A server puts its findings above the Received line it adds (§4); whatever stands below that line
    came with the letter. Of several fields the topmost that speaks of a method is heard.
    """
    heard: dict[str, list[Finding]] = {}
    for name, whole in fields.all:
        if name == b"received":
            break
        if name != b"authentication-results":
            continue
        writer, findings = parse(whole.partition(b":")[2].decode("utf-8", "replace"))
        if writer != authserv_id.strip().lower():
            continue
        spoken_of = {finding.method for finding in findings} - heard.keys()
        for finding in findings:
            if finding.method in spoken_of:
                heard.setdefault(finding.method, []).append(finding)
    return tuple(finding for findings in heard.values() for finding in findings)


def parse(value: str) -> tuple[str, tuple[Finding, ...]]:
    """Name of the writer, lower case, and its findings; ("", ()) for what is no such field.

    Comments, folds, quotes and blanks round "=" may stand where RFC 8601 §2.2 allows them; one
    malformed finding spoils the whole field.
    """
    if len(value) > LONGEST_FIELD:
        return "", ()
    try:
        parts = _between_semicolons(pieces(value))
        writer = _writer(parts[0])
        found = [_finding(part) for part in parts[1 : MOST_FINDINGS + 1] if _says_something(part)]
    except (Unclosed, _Malformed):
        return "", ()
    return writer, tuple(finding for finding in found if finding is not None)


class _Malformed(ValueError):
    pass


def _between_semicolons(found: list[Piece]) -> list[list[Piece]]:
    parts: list[list[Piece]] = [[]]
    for piece in found:
        if piece.kind == "special" and piece.text == ";":
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _writer(part: list[Piece]) -> str:
    """authserv-id, behind which only the version 1 may stand."""
    words = _words(_without_comments(part))
    if not words or len(words) > 2 or words[1:] not in ([], ["1"]):
        raise _Malformed
    return words[0].lower()


def _says_something(part: list[Piece]) -> bool:
    return any(piece.kind != "comment" for piece in part)


def _finding(part: list[Piece]) -> Finding | None:
    comments = tuple(piece.text for piece in part if piece.kind == "comment")
    rest = _without_comments(part)
    if [piece.text.lower() for piece in rest] == ["none"]:
        return None
    pairs = _pairs(rest)
    method, result = pairs[0]
    name, _, version = method.partition("/")
    if version not in ("", "1"):
        # RFC 8601 §2.2: results of a method's unknown version mean something else.
        return None
    properties = tuple((key, value) for key, value in pairs[1:])
    return Finding(name, result.lower(), properties, comments)


def _without_comments(part: list[Piece]) -> list[Piece]:
    return [piece for piece in part if piece.kind != "comment"]


def _pairs(found: list[Piece]) -> list[tuple[str, str]]:
    """Each "key=value" in order; keys in lower case. "=" inside a value belongs to the value."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(found):
        equals = next((i for i in range(at, len(found)) if _is_equals(found[i])), len(found))
        key, value = found[at:equals], found[equals + 1 : equals + 2]
        if not value or not key or len(_words(key)) != 1:
            raise _Malformed
        at = equals + 2
        while at < len(found) and not found[at].spaced:
            value.append(found[at])
            at += 1
        pairs.append((_text(key).lower(), _text(value)))
    if not pairs:
        raise _Malformed
    return pairs


def _words(found: list[Piece]) -> list[str]:
    """The pieces put together where nothing stands between them, nor round "." and "/"."""
    words: list[str] = []
    for piece in found:
        if words and (not piece.spaced or piece.text in _GLUE or words[-1][-1:] in _GLUE):
            words[-1] += piece.text
        else:
            words.append(piece.text)
    return words


_GLUE = (".", "/")


def _is_equals(piece: Piece) -> bool:
    return piece.kind == "special" and piece.text == "="


def _text(found: list[Piece]) -> str:
    return "".join(piece.text for piece in found)
