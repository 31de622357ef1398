"""Takes the tricks out of single characters: controls, bidi overrides, invisible letters, piles
of accents. It knows nothing of HTML or mail; what decodes bytes has run before it."""

from __future__ import annotations

import re
import unicodedata

NO_SUBJECT = "(no subject)"
TITLE_LENGTH = 150
MARKS_PER_LETTER = 3
"""More combining marks than this on one letter is a drawing, not a word of any language."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_TURNING = "\u202a-\u202e\u2066-\u2069\u206a-\u206f"
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0100-\U000e0fff\ud800-\udfff\ufffe\uffff"
)
_JOINING_SCRIPTS = (
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18aa\ufb50-\ufdff\ufe70-\ufefc"
)
_UNSPACED_SCRIPTS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f"
_EMOJI = "\u00a9\u00ae\u2190-\u27bf\u2900-\u2bff\u3030-\u3299\ufe0f\U0001f000-\U0001faff"
_FLAG = "\U0001f3f4"

_DROPPED = re.compile(f"[{_TURNING}{_UNSEEN}]")
_DROPPED_IN_LINES = re.compile(f"[{_TURNING}{_UNSEEN}{_DIRECTION_MARKS}]")
_LATIN_JOINERS = re.compile("(?<=[\x00-\u02ff])[\u200b-\u200d]+")
_JOINERS = re.compile("[\u200b-\u200d]+")
_JOINED_BY = {
    # A joiner belongs between two letters of a script that is written with it (Persian, Hindi …)
    # and in composed emoji; Khmer and Thai mark the ends of words with a zero width space.
    # Anywhere else they are there to fool a filter or a reader.
    "\u200b": re.compile(f"[{_UNSPACED_SCRIPTS}]"),
    "\u200c": re.compile(f"[{_JOINING_SCRIPTS}]"),
    "\u200d": re.compile(f"[{_JOINING_SCRIPTS}{_EMOJI}]"),
}
_FLAGS_AND_TAGS = re.compile(
    f"({_FLAG}[\U000e0061-\U000e007a]{{4,6}}\U000e007f)|[\U000e0000-\U000e007f]"
)
_MANY_MARKS = re.compile(rf"[^\w\s\x00-\u02ff]{{{MARKS_PER_LETTER + 1},}}")
_SYMBOL_FONT = str.maketrans(
    {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf04a": "☺"}
)
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|antwort|odp|vs|ynt|rv|回复|答复|رد)\s*(?:\[\d{1,3}\])?\s*[:：]",
    re.IGNORECASE,
)
_FORWARD_PREFIX = re.compile(
    r"\s*(?:fwd?|wg|tr|enc|vb|vl|pd|doorst|rv|转发|إعادة توجيه)\s*(?:\[\d{1,3}\])?\s*[:：]",
    re.IGNORECASE,
)


def clean_text(text: str) -> str:
    """Body text of any script made safe to show: ``\\n`` line ends, NFC, no control characters,
    no direction overrides, no invisible letters but those that spelling needs."""
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    if text.isascii():
        return text
    return _compose(_DROPPED.sub("", text.translate(_SYMBOL_FONT)))


def clean_line(text: str) -> str:
    """A name, subject, topic or file name as one line: as `clean_text`, and without the marks
    that only steer direction."""
    line = _SPACES.sub(" ", clean_text(text)).strip()
    return line if line.isascii() else _compose(_DROPPED_IN_LINES.sub("", line)).strip()


def safe_title(subject: str, length: int = TITLE_LENGTH) -> str:
    """The subject as a title: no reply or forward prefixes, cut at a word to ``length``
    characters, "(no subject)" when nothing is left."""
    title = cut_at_word(without_prefixes(clean_line(subject)), length)
    return title if any(c.isalnum() or ord(c) > 0x2000 for c in title) else NO_SUBJECT


def without_prefixes(subject: str) -> str:
    """The subject without any number of "Re:", "FW:", "AW:", "Fwd:" at its front."""
    start = 0
    while match := _REPLY_PREFIX.match(subject, start) or _FORWARD_PREFIX.match(subject, start):
        start = match.end()
    return subject[start:].strip()


def is_forward(subject: str) -> bool:
    """True when the first prefix of the subject says that something is passed on."""
    return bool(_FORWARD_PREFIX.match(subject))


def cut_at_word(line: str, length: int) -> str:
    """The line if it is short enough, else its first whole words and "…"."""
    if len(line) <= length:
        return line
    head = line[: length - 1]
    words, space, _ = head.rpartition(" ")
    # A single endless word, or a script without spaces, is cut where it stands.
    kept = words if space and len(words) > length // 2 else _whole_letters(line, length - 1)
    return kept.rstrip(" ,;:-–—(") + "…"


def _whole_letters(line: str, end: int) -> str:
    while end > 0 and unicodedata.category(line[end])[0] == "M":
        end -= 1
    return line[:end]


def _compose(text: str) -> str:
    text = _FLAGS_AND_TAGS.sub(lambda match: match[1] or "", text)
    text = _JOINERS.sub(_wanted_joiner, _LATIN_JOINERS.sub("", text))
    # Marks are cut first: composing a heap of them takes time by the square of its height.
    return unicodedata.normalize("NFC", _MANY_MARKS.sub(_few_marks, text))


def _wanted_joiner(run: re.Match[str]) -> str:
    before, after = run.string[run.start() - 1 : run.start()], run.string[run.end() : run.end() + 1]
    letters = _JOINED_BY[run[0][0]]
    return run[0][0] if letters.match(before) and letters.match(after) else ""


def _few_marks(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in run[0]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MARKS_PER_LETTER:
            kept.append(character)
    return "".join(kept)
