"""Reads one line that names posts by number: "1 yes", "yes to 1 and 3", "all yes except 2".

A line in, the numbers and the words that belong to them out. What the words say is asked of the
reader of verdicts; of lines above and below nothing is known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from delivery.times import spelled_out
from moderation.phrases import LONGEST_LINE, beginning, tokens
from moderation.verdict import SENDS, WITH_TEXT, Verdict
from moderation.words import fold, words

MOST_NUMBERS = 200
LONGEST = 120
"""Characters of a line like "yes to 1, 3" or "1 yes, 2 no"."""
MOST_JOINING = 3
"""Words before a number, as in "and to number 3"."""
PLAIN: tuple[str, ...] = (*SENDS, "no", "spam", "pass", "undo", "show")
"""Which may stand before a number, or several on a line. "Wait 2" may mean days."""

_NUMBER = re.compile(r"#?(\d{1,4})(?:\s?[-–]\s?(\d{1,4}))?(?![\w])")
_ANY_NUMBER = re.compile(r"(?<![\w.])#?\d{1,4}(?![\w])")
_MARKS = " :.),;-–&+/=>→"
_SEPARATES = re.compile(r"\s*[,:;.–—-]")
_SEPARATED = re.compile(r"[,;.)]\s*\Z")
_BETWEEN = re.compile(r"[,;.]\s")


@dataclass(frozen=True, slots=True)
class Entry:
    """Some posts, or all of them but those in ``left``, and what was said of them."""

    numbers: list[int]
    text: str
    everything: bool = False
    left: list[int] = field(default_factory=list)


class LineReader:
    """``read`` reads a verdict; ``shown`` are the numbers of the mail, where they are known."""

    def __init__(
        self, read: Callable[[str], Verdict], language: str, shown: frozenset[int] | None = None
    ) -> None:
        self._read = read
        self._language = language
        self._all = _all_words(language, len(shown or ()))

    def entries(self, line: str) -> list[Entry]:
        """What the line names by number, or all at once; [] where it names nothing."""
        whole = self._whole(line)
        if len(line) > LONGEST or (whole and self.are_clear(whole)):
            return whole
        return self._clauses(line) or whole

    def are_clear(self, entries: list[Entry]) -> bool:
        return all(self._read(one.text).kind != "unclear" for one in entries)

    def _words(self, kind: str) -> frozenset[str]:
        return words(self._language, kind)

    def _is_plain(self, said: str) -> bool:
        """A word, and nothing of the moderator's own."""
        verdict = self._read(said)
        return verdict.kind in PLAIN and not verdict.reason and not verdict.fields

    def _whole(self, line: str) -> list[Entry]:
        numbers, said = self._numbers_at(line)
        short = len(line) <= LONGEST
        if numbers:
            several = self._number_first(line) if short else []
            return several or [self._but(Entry(numbers, said.lstrip(_MARKS)))]
        if everything := self._everything(line):
            said = line[len(everything) :].lstrip(_MARKS)
            return [self._but(Entry([], said, everything=True))]
        return (self._of_all(line) or self._word_first(line)) if short else []

    def _clauses(self, line: str) -> list[Entry]:
        """ "1 and 2 yes, the rest no" and "all yes, 3 no": plain words alone."""
        entries: list[Entry] = []
        for clause in _BETWEEN.split(line):
            new = self._whole(clause.strip(_MARKS))
            # "1 yes, all fine" is one post and a word of praise.
            loose = entries and not beginning(fold(clause.strip()), self._words("rest"))
            if not new or any(one.everything and loose for one in new):
                return []
            entries += new
        return entries if all(self._is_plain(one.text) for one in entries) else []

    # Numbers -----------------------------------------------------------------------------------

    def _numbers_at(self, text: str) -> tuple[list[int], str]:
        """The numbers at the beginning, "1, 3" or "number 2 and 4 to 6", and what is behind."""
        numbers, rest = list[int](), text
        while len(numbers) < MOST_NUMBERS:
            at = rest.lstrip(_MARKS) if numbers else rest
            goes_to = bool(numbers and beginning(fold(at[:20]), self._words("range_to")))
            joined = self._joined(at)
            match = _NUMBER.match(joined)
            if match is None:
                break
            first = numbers.pop() if goes_to and not match[2] else int(match[1])
            numbers += _from_to(first, int(match[2] or match[1]))
            rest = joined[match.end() :]
        return numbers, rest

    def _joined(self, text: str) -> str:
        """Without the "and" or "number" before a number."""
        joining = self._words("numbers_and") | self._words("range_to")
        for _ in range(MOST_JOINING):
            if opening := beginning(fold(text[:LONGEST_LINE]), joining):
                text = text[len(opening) :].lstrip(" :.")
        return text

    def _unjoined(self, said: str) -> str:
        """Without the "to" or "for" between a word and its numbers."""
        joining = [f" {word}" for word in self._words("numbers_and")]
        while ending := next((one for one in joining if fold(said).endswith(one)), ""):
            said = said[: -len(ending)].strip(_MARKS)
        return said

    # Several on a line, and a word before its number -------------------------------------------

    def _number_first(self, line: str) -> list[Entry]:
        """ "1 yes, 2 no, too late": [] where another word than a no has more to it."""
        entries, rest = list[Entry](), line
        while rest:
            numbers, rest = self._numbers_at(rest)
            after = _ANY_NUMBER.search(rest)
            before = rest[: after.start()] if after else rest
            said = self._unjoined(before.strip(_MARKS))
            apart = after is None or bool(_SEPARATED.search(before))
            plain = self._is_plain(said) or (apart and self._read(said).kind == "no")
            if not numbers or not plain:
                return []
            entries.append(Entry(numbers, said))
            rest = rest[after.start() :] if after else ""
        return entries

    def _word_first(self, line: str) -> list[Entry]:
        """ "Yes to 1 and 3", "yes 1, no 2" and "no to 2, not our area"."""
        entries, rest = list[Entry](), line
        while number := _ANY_NUMBER.search(rest):
            before = rest[: number.start()]
            said = self._unjoined(before.strip(_MARKS))
            numbers, behind = self._numbers_at(rest[number.start() :])
            if not entries and self._wants_more(said, behind):
                return [Entry(numbers, f"{said}: {behind.strip(_MARKS)}")]
            if not self._is_plain(said):
                break
            if before.rstrip().endswith(".") and self._is_plain(behind.strip(_MARKS)):
                return [Entry(numbers, behind.strip(_MARKS))]  # "No. 2: yes"
            entries.append(Entry(numbers, said))
            rest = behind
        return self._with_reason(entries, rest)

    def _wants_more(self, said: str, behind: str) -> bool:
        """ "Ask 2: what does it cost?" and "edit 3" above a new text."""
        with_text = any(fold(said) in self._words(kind) for kind in WITH_TEXT)
        return with_text and (not behind.strip() or bool(_SEPARATES.match(behind)))

    def _with_reason(self, entries: list[Entry], rest: str) -> list[Entry]:
        """What stands behind the last number is the reason, where something separates it."""
        said = rest.strip(_MARKS + "!")
        if not entries or not said:
            return entries
        *others, last = entries
        if not _SEPARATES.match(rest):
            return []
        if self._is_plain(said):  # "No 2: yes" says two things
            return [replace(last, text=f"{last.text} {said}?")]
        return [*others, replace(last, text=f"{last.text}, {said}")]

    # All of them -------------------------------------------------------------------------------

    def _everything(self, line: str) -> str:
        """The "all" at the beginning of the line; "All the best" is none."""
        said = fold(line[:LONGEST_LINE])
        everything = beginning(said, self._all)
        closing = beginning(" ".join(tokens(said)), self._words("closings"))
        return everything if len(everything) > len(closing) else ""

    def _of_all(self, line: str) -> list[Entry]:
        """ "Yes to all", "no to the others, not our area" and "approve all but 3"."""
        said = fold(line)
        for phrase in sorted(self._all, key=len, reverse=True):
            at = re.search(rf"\s{re.escape(phrase)}(?!\w)", said)
            before = line[: at.start()].strip(_MARKS) if at else ""
            head = self._unjoined(before)
            # "OK all" speaks to people, and "no others" is no answer to each of them.
            loose = head == before and bool(set(tokens(head)) & self._words("needs_to"))
            if at and not loose and self._is_plain(head):
                tail = line[at.end() :].strip()
                apart = "" if _SEPARATES.match(tail) else " "
                return [self._but(Entry([], f"{head}{apart}{tail}".strip(), everything=True))]
        return []

    def _but(self, entry: Entry) -> Entry:
        """The "except 3" behind a plain word."""
        said = fold(entry.text[:LONGEST])
        for phrase in self._words("except"):
            at = re.search(rf"(?:^|[\s,]){re.escape(phrase)}(?!\w)", said)
            head = entry.text[: at.start()].strip(_MARKS) if at else ""
            left, behind = self._numbers_at(entry.text[at.end() :].strip()) if at else ([], "")
            if left and not behind.strip(_MARKS) and self._is_plain(head):
                numbers = [number for number in entry.numbers if number not in left]
                return replace(entry, numbers=numbers, text=head, left=left)
        return entry


def _all_words(language: str, count: int) -> frozenset[str]:
    """What means all posts of a mail that shows so many: "all", "both", "all three"."""
    every = words(language, "all")
    both = words(language, "both") if count == 2 else frozenset()
    spelled = spelled_out(count, language) if count > 1 else frozenset()
    counted = {f"{word} {many}" for word in every for many in {str(count), *spelled} if count}
    return every | words(language, "rest") | both | counted


def _from_to(first: int, last: int) -> list[int]:
    return list(range(first, last + 1)) if first <= last < first + MOST_NUMBERS else [first, last]
