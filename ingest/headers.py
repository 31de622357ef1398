"""Reads single header fields of a stranger's message: text, Message-IDs, parameters.

Values go in as the compat32 tree keeps them (8-bit bytes as surrogate escapes) and come out as
clean Unicode. RFC 2047 and RFC 2231 are read in the broken forms that real programs write.
Addresses and dates have modules of their own.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from email.message import Message
from itertools import islice

from ingest import charsets

HEADER_CHARS = 16 * 1024
"""No single header field is read beyond this many characters."""
PARAMETER_PIECES = 20
"""RFC 2231 continuations read of one parameter."""
HINT_PARTS = 20
"""Parts in which a charset for unlabelled bytes is looked for."""

# Format characters that reorder or hide text. Joiners and direction marks stay: Persian, Hindi
# and emoji need them.
_TRICKS = frozenset("\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def raw_values(message: Message, name: str) -> list[str]:
    """Every value of the header ``name`` in order, undecoded, each cut to HEADER_CHARS."""
    wanted = name.lower()
    return [
        str(value)[:HEADER_CHARS] for key, value in message.raw_items() if key.lower() == wanted
    ]


def first(message: Message, name: str) -> str:
    """The first value of ``name`` that is not empty, decoded; "" when there is none."""
    values = raw_values(message, name)
    # Looking for a charset costs more than all the rest, and hardly any header needs one.
    hint = charset_hint(message) if any(map(_is_eight_bit, values)) else None
    return next((text for value in values if (text := decoded(value, hint))), "")


def charset_hint(message: Message) -> str | None:
    """A charset that the sender named somewhere in the message, for its unlabelled 8-bit bytes."""
    for part in islice(message.walk(), HINT_PARTS):
        for value in raw_values(part, "content-type"):
            label = parameters(value)[1].get("charset")
            if label and charsets.known(label):
                return label
    for _, value in message.raw_items():
        found = _LABELLED_WORD.search(str(value)[:2000])
        if found and charsets.known(found[1]):
            return found[1]
    return None


_LABELLED_WORD = re.compile(r"=\?([\w.:-]{2,40})(?:\*[\w-]{0,20})?\?[bq]\?", re.I)


def decoded(value: str, hint: str | None = None) -> str:
    """One header value as a person reads it: unfolded, RFC 2047 decoded, no control characters."""
    value = unfolded(value)
    return printable(words_decoded(eight_bit(value, hint)))


def unfolded(value: str) -> str:
    """``value`` on one line; each fold, with the blanks round it, is one blank."""
    lines = re.split(r"[\r\n]+", value[:HEADER_CHARS])
    return " ".join(line.strip(" \t") for line in lines)


def eight_bit(value: str, hint: str | None = None) -> str:
    """Surrogate escapes (raw 8-bit bytes) and raw ISO-2022-JP become the letters they stand for."""
    if _is_eight_bit(value):
        data = value.encode("utf-8", "surrogateescape")
        return charsets.decode(data, None, hint)[0]
    return value


def _is_eight_bit(value: str) -> bool:
    if "\x1b$" in value:
        return True
    return not value.isascii() and any("\udc80" <= letter <= "\udcff" for letter in value)


def printable(text: str) -> str:
    """``text`` on one line, without control characters, tricks of direction, or lone surrogates."""
    if text.isascii() and text.isprintable():
        return text.strip()
    kept = []
    for letter in text:
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind != "Cs" and letter not in _TRICKS:
            kept.append(letter)
    return "".join(kept).strip()


def words_decoded(value: str) -> str:
    """RFC 2047 encoded words decoded wherever they stand, also glued, cut or inside quotes."""
    pieces: list[tuple[str, bytes | None, str]] = []
    at = 0
    while (start := value.find("=?", at)) >= 0:
        word = _encoded_word(value, start)
        if word is None:
            pieces.append((value[at : start + 2], None, ""))
            at = start + 2
            continue
        end, charset, data = word
        pieces.append((value[at:start], None, ""))
        pieces.append(("", data, charset))
        at = end
    pieces.append((value[at:], None, ""))
    return _joined(pieces)


_WORD_START = re.compile(r"=\?([^?\s=]{0,60})\?\s?([bBqQ])\?")
_HEX_PAIR = re.compile(r"=[0-9A-F]{2}")


def _encoded_word(value: str, start: int) -> tuple[int, str, bytes] | None:
    """End, charset and bytes of the encoded word at ``start``, or None when there is none."""
    head = _WORD_START.match(value, start)
    if head is None:
        return None
    body, after = _word_body(value, head.end(), quoted=head[2] in "qQ")
    data = _q(body) if head[2] in "qQ" else _b(body)
    return after, head[1].split("*")[0], data


def _word_body(value: str, begin: int, *, quoted: bool) -> tuple[str, int]:
    """What is encoded from ``begin`` on, and where the word ends; also when its end is missing."""
    end = value.find("?=", begin)
    while quoted and end >= 0 and _HEX_PAIR.match(value, end + 1):
        # An unencoded question mark before an encoded letter ("?=3D") ends nothing.
        end = value.find("?=", end + 2)
    following = value.find("=?", begin)
    if end >= 0 and not (0 <= following < end and _WORD_START.match(value, following)):
        return value[begin:end], end + 2
    stop = following if following >= 0 and _WORD_START.match(value, following) else len(value)
    blank = value.find(" ", begin, stop)
    stop = blank if blank >= 0 else stop
    return value[begin:stop].removesuffix("?"), stop


def _q(body: str) -> bytes:
    raw = body.replace("_", " ").encode("utf-8", "surrogateescape")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)


def _b(body: str) -> bytes:
    letters = re.sub(r"[^A-Za-z0-9+/]", "", body)
    if len(letters) % 4 == 1:
        # One letter too many: the rest is still readable.
        letters = letters[:-1]
    return base64.b64decode(letters + "=" * (-len(letters) % 4))


def _joined(pieces: list[tuple[str, bytes | None, str]]) -> str:
    """Blanks between two encoded words go (RFC 2047 §6.2); letters split over two join."""
    out: list[str] = []
    waiting: tuple[bytes, str] | None = None
    for text, data, charset in pieces:
        if data is None:
            if waiting is not None and text.strip():
                out.append(_word_text(*waiting))
                waiting = None
            if waiting is None:
                out.append(text)
        elif waiting is not None and waiting[1].lower() == charset.lower():
            waiting = (waiting[0] + data, charset)
        else:
            if waiting is not None:
                out.append(_word_text(*waiting))
            waiting = (data, charset)
    if waiting is not None:
        out.append(_word_text(*waiting))
    return "".join(out)


def _word_text(data: bytes, charset: str) -> str:
    return charsets.decode(data, charset)[0]


def message_ids(value: str) -> tuple[str, ...]:
    """Message-IDs of one header in their order, without brackets (RFC 5322 §3.6.4)."""
    line = printable(unfolded(value))
    found = re.findall(r"<([^<>]{1,998})>", line)
    if not found and "@" in line:
        # Without brackets: the first word that looks like one.
        found = [word for word in line.strip("<> ").split() if "@" in word][:1]
    elif not found and line.strip("<> "):
        found = [line.strip("<> ")]
    return tuple(re.sub(r"\s|\([^()]*\)", "", word) for word in found)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Main value (lower case) and parameters of a MIME header, RFC 2231 pieces put together.

    Names come in lower case. Missing quotes, missing semicolons, blanks round "=" and doubled
    parameters (the first counts) are taken as they come.
    """
    value = unfolded(value)
    main, found = _main_value(value)
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, text in found:
        base, star, rest = name.partition("*")
        if not star:
            plain.setdefault(base, text)
        elif len(pieces.setdefault(base, [])) < PARAMETER_PIECES:
            number, coded = rest.rstrip("*"), rest.endswith("*") or rest == ""
            pieces[base].append((int(number[:4]) if number.isdecimal() else 0, coded, text))
    for base, parts in pieces.items():
        plain[base] = _pieces_joined(parts)
    return main, plain


_PARAMETER = re.compile(
    r"""[\s;,]{0,99}([^\s=;"(]{1,80})\s{0,99}=\s{0,99}(?:"((?:[^"\\]|\\.)*)"|"([^;]*)|([^;]*))""",
    re.S,
)


def _main_value(value: str) -> tuple[str, list[tuple[str, str]]]:
    head = re.match(r"\s*([^\s;=,(]*)(?=[\s;,(]|$)", value)
    main, at = (head[1].lower(), head.end()) if head else ("", 0)
    found: list[tuple[str, str]] = []
    while at < len(value):
        match = _PARAMETER.match(value, at)
        if match:
            quoted, open_quote, bare = match[2], match[3], match[4]
            text = re.sub(r'\\(["\\])', r"\1", quoted) if quoted is not None else ""
            found.append((match[1].lower(), text or (open_quote or bare or "").strip()))
            at = match.end()
        if not match or not re.match(r"\s{0,9}[\w*-]{1,40}\s?=", value[at : at + 60]):
            # Rubbish, a comment or a name without a value: on to the next semicolon.
            at = value.find(";", at) + 1 or len(value)
    return main, found


def _pieces_joined(parts: list[tuple[int, bool, str]]) -> str:
    """RFC 2231 §3 and §4: pieces in the order of their numbers, percent-coded ones decoded."""
    charset, data = "", b""
    for place, (_, coded, text) in enumerate(sorted(parts, key=lambda part: part[0])):
        if coded and place == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "surrogateescape")
        if coded:
            raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)
        data += raw
    return charsets.decode(data, charset)[0]
