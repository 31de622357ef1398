"""Finds in the text of a letter what its author newly wrote.

Quoted lines, attributions, original messages, signatures after "-- " and footers of telephones go;
what was typed above, below or between them stays, in order. What the words mean is not asked here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ingest import attribution, attribution_places, footers, header_blocks, quoting
from ingest.attribution import Strength
from ingest.odd_quotes import oddly_quoted

MOST_LINES = 4_000
"""So far a letter is read closely; below, only lines with a quotation mark are dropped."""
MOST_TRIES = 500
"""Lines that look like history and are none: a text with more of them is no reply."""
LONGEST_SIGNATURE = 20
"""Lines. What is longer below a bare "--" was typed."""


def typed_part(text: str) -> str:
    """The author's own words of a plain text, without blank lines at its ends.

    "" when the author added nothing. Works in time proportional to the length of ``text``.
    """
    return _typed_part(text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))


@lru_cache(maxsize=2)  # reply, automatic signs and post ask about the same text, one after another
def _typed_part(text: str) -> str:
    lines = text.split("\n", MOST_LINES)
    letter = _Letter(lines[:MOST_LINES])
    kept = letter.typed()
    if len(lines) > MOST_LINES and not letter.history_goes_on:
        rest = lines[MOST_LINES].split("\n")
        kept.extend(line for line in rest if not line.startswith((">", " >", "| ")))
    return _tidy(kept)


class _Letter:
    """The lines of one text, and a finger that moves down them."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.history_goes_on = False
        """True once everything further down is an original message."""
        self.plain = [quoting.plain(line) for line in self.lines]
        initials = [i for i, line in enumerate(self.plain) if quoting.has_initials(line)]
        self.quoted = [quoting.is_quoted(line) for line in self.plain]
        for i in initials if len(initials) > 1 else ():
            self.quoted[i] = True
        self.ends = [attribution.may_end_attribution(line) for line in self.plain]
        self.notes_subjects = header_blocks.bare_subjects(self.plain)
        self.tries = MOST_TRIES
        self.next_said = self._next_said()
        for i in oddly_quoted(self.lines, self.plain, self.quoted, self.next_said):
            self.quoted[i] = True
        self.markers: dict[int, int] = {}

    def _next_said(self) -> list[int]:
        """For each line the first one from there on that is not blank."""
        found, at = [0] * (len(self.plain) + 1), len(self.plain)
        found[at] = at
        for i in range(at - 1, -1, -1):
            at = i if self.plain[i] else at
            found[i] = at
        return found

    def typed(self) -> list[str]:
        """The lines that the author typed, with a blank one for whatever stood between."""
        kept: list[str] = []
        at, end = 0, len(self.lines)
        while at < end:
            following = self._skip(at)
            if following > at:
                kept.append("")
                at = following
                continue
            own, at = self._own_words(at)
            kept.append(own)
        return kept

    def _own_words(self, at: int) -> tuple[str, int]:
        """The words of this line, without an attribution behind them, and where to read on."""
        start = attribution_places.before_quote_on_line(self.plain[at])
        if start is not None:
            return self.plain[at][:start].rstrip(), at + 1
        start = quoting.separator_on_line(self.plain[at])
        if start is not None:
            self.history_goes_on = True
            return self.plain[at][:start].rstrip(), len(self.lines)
        return self._shared_line(at) or (self.lines[at].rstrip(), at + 1)

    def _shared_line(self, at: int) -> tuple[str, int] | None:
        for start in attribution_places.shared_with_words(self.plain[at]):
            rest = self.plain[at][start:].strip("- ")
            for last in range(at, min(len(self.lines), at + attribution.MOST_LINES)):
                if self.ends[last] and self._is_dated([rest, *self.plain[at + 1 : last + 1]], last):
                    return self.plain[at][:start].rstrip(), self._after(last + 1)
        return None

    def _is_dated(self, lines: list[str], last: int) -> bool:
        self.tries -= 1
        if self.tries <= 0 or not all(lines):
            return False
        quote_follows = self._quoted_after(last)
        return attribution.attribution(lines, quote_follows=quote_follows) is Strength.DATED

    def _skip(self, at: int) -> int:
        """Where to read on, past what stands at this line and is not the author's; else ``at``."""
        if not self.plain[at]:
            return at
        if self.quoted[at] or self._is_broken_quote(at):
            return at + 1
        if self._is_signature(at):
            return self._end_of_signature(at)
        history = self._history(at)
        if history > at:
            return history
        return self._past_footer(at)

    # What was said before ------------------------------------------------------------------

    def _history(self, at: int) -> int:
        """Past an attribution, a separator or a header block; the end when no quote follows."""
        if attribution_places.before_original_on_line(self.plain[at]):
            self.history_goes_on = True
            return len(self.lines)
        past = self._past_marker(at)
        return at if past == at else self._after(past)

    def _after(self, past: int) -> int:
        while True:
            said = self.next_said[past]
            if said == len(self.lines) or self.quoted[said]:
                return past
            past = self._past_marker(said)
            if past == said:
                self.history_goes_on = True
                return len(self.lines)

    def _past_marker(self, at: int) -> int:
        if at not in self.markers:
            self.markers[at] = self._marker(at)
        return self.markers[at]

    def _marker(self, at: int) -> int:
        if at >= len(self.lines) or self.quoted[at]:
            return at
        return max(
            self._past_separator(at), self._past_header_block(at), self._past_attribution(at)
        )

    def _past_separator(self, at: int) -> int:
        line = self.plain[at]
        if quoting.is_separator(line):
            return at + 1
        if quoting.is_rule(line):
            return self._past_rule(at)
        below = self.next_said[at + 1]
        if quoting.is_heading(line) and self._past_header_block(below) > below:
            return at + 1
        if quoting.is_title(line) and header_blocks.is_strange_block(self.plain[below : below + 8]):
            return at + 1
        return at

    def _past_rule(self, at: int) -> int:
        """A rule belongs to what follows it when that is a marker or the footer of a list."""
        below = self.next_said[at + 1]
        if below == len(self.lines):
            return at
        if quoting.is_advertised_footer(self.plain[at : at + 14]):
            return self._end_of_signature(at)
        if quoting.is_list_footer(self.plain[below : below + 3]) and len(self.plain[at]) > 20:
            return self._end_of_signature(at)
        if self.quoted[below] or quoting.is_rule(self.plain[below]):
            return at
        addressed = header_blocks.past_recipients(self.plain, below)
        if addressed > below and self._past_attribution(addressed) > addressed:
            return addressed
        return at + 1 if self._past_marker(below) > below else at

    def _past_header_block(self, at: int) -> int:
        """Past the lines "From: … Sent: … To: … Subject: …", or ``at``."""
        if at >= len(self.lines) or self.tries <= 0:
            return at
        start = self._past_company(at)
        notes = header_blocks.past_notes_block(self.plain, start, self.notes_subjects)
        notes = notes if notes > start else at
        if notes > at or header_blocks.label(self.plain[at]) is None:
            return notes
        self.tries -= 1
        return header_blocks.past_block(self.plain, at)

    def _past_company(self, at: int) -> int:
        """Notes may write the name of the company, indented by a tab, above its block."""
        below = self.next_said[at + 1]
        if below == len(self.lines) or below > at + 3 or not self.lines[at].startswith("\t"):
            return at
        return below if self.plain[below].startswith("From: ") else at

    def _past_attribution(self, at: int) -> int:
        for last in range(at, min(len(self.lines), at + attribution.MOST_LINES)):
            if not self.plain[last]:
                break
            if self.ends[last] and self.tries > 0 and self._is_attribution(at, last):
                return last + 1
        return at

    def _is_attribution(self, first: int, last: int) -> bool:
        self.tries -= 1
        quote_follows = self._quoted_after(last)
        strength = attribution.attribution(
            self.plain[first : last + 1], quote_follows=quote_follows
        )
        if strength is Strength.NONE:
            return False
        # A typed line straight above must not be taken for the attribution's first line.
        for later in range(first + 1, last + 1):
            lines = self.plain[later : last + 1]
            alone = attribution.attribution(lines, quote_follows=quote_follows)
            above = self.plain[later - 1]
            if alone >= strength and not attribution_places.goes_on(above, " ".join(lines)):
                return False
        return self._shared_line(first) is None

    def _quoted_after(self, at: int) -> bool:
        said = self.next_said[at + 1]
        return said < len(self.lines) and self.quoted[said]

    def _is_broken_quote(self, at: int) -> bool:
        """The tail of a quoted line that a program wrapped without quoting it again."""
        if at == 0 or at + 1 >= len(self.lines):
            return False
        if not (self.quoted[at - 1] and self.quoted[at + 1]):
            return False
        above, line = self.plain[at - 1], self.plain[at]
        return (
            len(above) >= 60 and len(line) < 40 and line[:1].islower() and above[-1] not in ".?!:"
        )

    # Signatures and footers ------------------------------------------------------------------

    def _is_signature(self, at: int) -> bool:
        line = self.plain[at]
        if line == "--":
            return self.lines[at].endswith("-- ") or self._is_short_below(at)
        below = self.next_said[at + 1]
        return line == "—" and quoting.is_list_footer(self.plain[below : below + 2])

    def _is_short_below(self, at: int) -> bool:
        end = self._end_of_signature(at, at + LONGEST_SIGNATURE + 1)
        return end - at <= LONGEST_SIGNATURE

    def _end_of_signature(self, at: int, limit: int | None = None) -> int:
        row = at + 1
        while row < min(len(self.lines), limit or len(self.lines)):
            if self.plain[row] and (self.quoted[row] or self._past_marker(row) > row):
                break
            row += 1
        return row

    def _past_footer(self, at: int) -> int:
        if footers.is_footer(self.plain[at]):
            below = at + 1
            linked = below < len(self.lines) and footers.is_link(self.plain[below])
            return below + linked
        if footers.is_loose_footer(self.plain[at]) and self._is_last_said(at):
            return at + 1
        return at

    def _is_last_said(self, at: int) -> bool:
        said = self.next_said[at + 1]
        if at and self.plain[at - 1]:
            return False
        return said == len(self.lines) or self.quoted[said] or self._past_marker(said) > said


def _tidy(kept: list[str]) -> str:
    """One blank line where something was taken out, none at the ends."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n").rstrip()
