"""Reads address headers (From, To, Cc) as a person would, the broken ones included.

The structure is found in the raw header first and names are decoded afterwards, so that nothing
inside an encoded word can pass for a comma or an angle bracket (RFC 2047 §5). One pass, no
recursion: nested comments and unclosed quotes cost no more than their length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ingest import headers
from storage.records import Mailbox

ADDRESSES = 100
"""Addresses read from one message's To and Cc; the rest is ignored."""

LONGEST = 64 + 1 + 255
"""Of an address (RFC 5321 §4.5.3.1)."""

_ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]\\]+@[^\s<>,;:\"()\\]+")
_AT = re.compile(r"\S{1,64} at \S{1,200}\.\w{2,20}")
"""So public archives write addresses."""
_LINK = re.compile(r"\[mailto:([^\s\[\]<>]{3,320})\]", re.IGNORECASE)
"""What Outlook makes of an address that was copied out of a letter."""


def mailboxes(value: str, hint: str | None = None, limit: int = ADDRESSES) -> list[Mailbox]:
    """The mailboxes of one raw header value, group names left out, at most ``limit``.

    An entry without an address gives a Mailbox with the address "". ``hint`` is a charset for
    unlabelled 8-bit bytes.
    """
    line = _LINK.sub(r"<\1>", headers.eight_bit(headers.unfolded(value), hint))
    found = []
    for entry in _entries(line, limit):
        found.extend(_mailboxes(entry))
    return found[:limit]


@dataclass
class _Entry:
    """One entry between commas, its pieces sorted by what they are."""

    words: list[str] = field(default_factory=list)
    """Bare text, the insides of quoted strings, and comments before any angle bracket."""
    bare: list[str] = field(default_factory=list)
    """The same without the comments."""
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    after: list[str] = field(default_factory=list)
    quoted: bool = False

    @property
    def empty(self) -> bool:
        return not (self.angle or "".join(self.words).strip() or "".join(self.comments).strip())

    @property
    def nameless(self) -> bool:
        """False for what may be the first half of a name with an unquoted comma in it."""
        return self.angle is not None or any("@" in word for word in self.bare)


def _entries(line: str, limit: int) -> list[_Entry]:
    """Splits at commas and semicolons outside quotes, comments and angle brackets."""
    done: list[_Entry] = []
    held: list[_Entry] = []
    entry = _Entry()
    for kind, text in [*_tokens(line), ("split", ";")]:
        if kind == "group":
            entry = _Entry()
        elif kind == "split":
            if not entry.empty:
                held.append(entry)
            if entry.nameless or text == ";":
                done.extend(_put_together(held))
                held = []
            if len(done) >= limit:
                break
            entry = _Entry()
        else:
            _take(entry, kind, text)
    return done[:limit]


def _put_together(held: list[_Entry]) -> list[_Entry]:
    """ "Smith, John <j@…>" came in as two entries and is one; "root, j@…" stays two."""
    if not held or held[-1].angle is None:
        return held
    names = ["".join(entry.words).strip() for entry in held[:-1]]
    held[-1].words.insert(0, "".join(f"{name}, " for name in names))
    return held[-1:]


def _take(entry: _Entry, kind: str, text: str) -> None:
    if kind == "angle":
        _take_angle(entry, text)
    elif kind == "comment":
        entry.comments.append(text)
        entry.words.append(f" ({text}) ")
    elif kind == "bare" and text.startswith("@") and entry.quoted and entry.angle is None:
        # A quoted local part: "a b"@host.example
        entry.angle = f'"{entry.bare.pop()}"{text.rstrip()}'
        entry.words.pop()
    elif entry.angle is not None:
        entry.after.append(text)
    elif text:
        entry.words.append(text)
        entry.bare.append(text)
        entry.quoted = kind == "quoted"


def _take_angle(entry: _Entry, text: str) -> None:
    if entry.angle is None or "@" not in entry.angle:
        if entry.angle is not None and entry.angle.strip():
            entry.words.append(f" {entry.angle} ")
        entry.angle = text


def _tokens(line: str) -> list[tuple[str, str]]:
    """Pieces of the header: bare, quoted, comment, angle, split ("," or ";") and group (":")."""
    out: list[tuple[str, str]] = []
    at, end, run = 0, len(line), 0
    closed = {mark: line.rfind(mark) for mark in '">)'}
    while at < end:
        letter = line[at]
        if letter not in '"(<,;:':
            at += 1
            continue
        kind, text, after = _token(line, at, closed)
        if kind == "bare":
            at = after
            continue
        if run < at:
            out.append(("bare", line[run:at]))
        if kind == "group" and not _names_a_group(line, at, out):
            out.append(("bare", ":"))
        else:
            out.append((kind, text))
        at = run = after
    out.append(("bare", line[run:]))
    return out


def _token(line: str, at: int, closed: dict[str, int]) -> tuple[str, str, int]:
    letter = line[at]
    if letter in ",;":
        return "split", letter, at + 1
    if letter == ":":
        return "group", letter, at + 1
    if letter == "<":
        stop = line.find(">", at) if closed[">"] > at else -1
        stop = stop if stop >= 0 else len(line)
        inner = line.rfind("<", at, stop)
        return "angle", line[inner + 1 : stop], stop + 1
    if letter == '"' and closed['"'] > at:
        text, after = _quoted(line, at)
        return "quoted", text, after
    if letter == "(" and closed[")"] > at:
        text, after = _comment(line, at)
        return "comment", text, after
    return "bare", letter, at + 1


_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|$)')


def _quoted(line: str, at: int) -> tuple[str, int]:
    match = _QUOTED.match(line, at)
    if match is None:
        return line[at + 1 :], len(line)
    return re.sub(r"\\(.)", r"\1", match[1]), match.end()


def _comment(line: str, at: int) -> tuple[str, int]:
    depth, start = 0, at
    while at < len(line):
        if line[at] == "\\":
            at += 1
        elif line[at] == "(":
            depth += 1
        elif line[at] == ")":
            depth -= 1
            if depth == 0:
                break
        at += 1
    return re.sub(r"\\(.)", r"\1", line[start + 1 : at]), at + 1


def _names_a_group(line: str, at: int, before: list[tuple[str, str]]) -> bool:
    """True for the colon of "Friends: …;": what stands before it is no address ("mailto:" too)."""
    start = max(line.rfind(mark, 0, at) for mark in ",;<")
    name = line[start + 1 : at]
    return "@" not in name and not (before and before[-1][0] == "angle")


def _mailboxes(entry: _Entry) -> list[Mailbox]:
    address = _address(entry.angle or "")
    if not address and (entry.angle is None or any("@" in word for word in entry.bare)):
        return _without_angle(_text(entry.bare), entry)
    name = _unquoted(_text(entry.words) or _text(entry.after + entry.comments))
    return [Mailbox(name, address)] if name or address else []


def _without_angle(name: str, entry: _Entry) -> list[Mailbox]:
    """An entry without angle brackets that say anything: "a@b (Alice)", "Alice a@b", "Alice"."""
    name = _tightened(name)
    inner = re.search(r"<\s{0,9}([^<>\s]{1,320})\s{0,9}>", name)
    # The whole "Name <address>" may stand inside quotes or an encoded word.
    found = inner if inner and "@" in inner[1] else _ADDRESS.search(name)
    comment = _unquoted(_text(entry.comments))
    if found is None and _AT.fullmatch(name):
        return [_box(comment, name.replace(" at ", "@"))]
    if found is None and (inside := _ADDRESS.fullmatch(comment)):
        return [_box(_unquoted(name), inside[0])]
    if found is None:
        label = _unquoted(name) or comment
        if label and not entry.quoted and " " not in label and "".join(entry.bare).isascii():
            # A bare word is a mailbox of the sender's own machine: MAILER-DAEMON.
            return [_box(comment, label)]
        return [Mailbox(label, "")] if label else []
    words = name.split()
    if len(words) > 1 and all(_ADDRESS.fullmatch(word) for word in words):
        return [_box("", word) for word in words]
    label = _unquoted(f"{name[: found.start()]} {name[found.end() :]}") or comment
    address = _address(found[0])
    return [_box(label, address)] if label or address else []


def _box(name: str, address: str) -> Mailbox:
    return Mailbox("" if name == address else name, address)


def _text(words: list[str]) -> str:
    return headers.printable(headers.words_decoded("".join(words)))


def _address(text: str) -> str:
    """The address itself: no blanks, comments or route (RFC 5322 §4.4), no "mailto:"; "" for what
    is too long for one."""
    text = _text([text]).strip("<> '")
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    if _AT.fullmatch(text):
        text = text.replace(" at ", "@")
    if '"' not in text:
        text = re.sub(r" {0,9}([@.]) {0,9}", r"\1", re.sub(r"\([^()]*\)", "", text))
        words = text.split()
        whole = [word for word in words if "@" in word.strip("@")]
        text = whole[0] if len(whole) == 1 and len(words) > 1 else "".join(words)
        local, at, domain = text.rpartition("@")
        text = local + at + domain.partition("(")[0] if at else text  # a comment without an end
    elif text.count('"') == 1:
        text = text.replace('"', "")
    text = text.strip(",;") if "[" in text else text.strip(",;[]")
    return text if len(text) <= LONGEST else ""


def _tightened(text: str) -> str:
    """Old programs put blanks round the dots and the at-sign (RFC 5322 §4.4)."""
    return re.sub(r" {1,9}([@.]) {0,9}", r"\1", text)


def _unquoted(name: str) -> str:
    """A name without the quotes and blanks that programs pile round it."""
    whole = re.sub(r"\s+", " ", name).strip(",;[] ")
    name = whole.strip("<>,;[] ")
    if whole.endswith(">") and "<" in name:
        name += ">"
    while len(name) >= 2 and name[0] + name[-1] in ('""', "''", "()"):
        name = name[1:-1].strip()
    if name.count('"') == 1:
        name = name.replace('"', "")
    return name.strip()
