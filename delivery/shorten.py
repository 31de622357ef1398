"""Shortens a post for the round-up, at the end of a line where it can. Bytes of markup stay whole.

For text, and for HTML that was cleaned before: in it every attribute stands in double quotes and
every element that is not empty is closed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html import unescape

from delivery.wording import fold, words

TEXT_LIMIT = 1100
"""Characters that people see of a post in a round-up."""
TOLERANCE = 1.3
"""A post that is only so much longer is shown whole: two lines are no reason to ask for more."""
LINE_LIMIT = 150


def shorten_text(text: str, limit: int = TEXT_LIMIT) -> tuple[str, bool]:
    """``text`` in about ``limit`` characters, and whether something was left out."""
    if len(text) <= limit * TOLERANCE:
        return text, False
    kept: list[str] = []
    left = limit
    for line in text.split("\n"):
        if len(line) > left:
            break
        kept.append(line)
        left -= len(line) + 1
    whole = "\n".join(kept).rstrip()
    if len(whole) < limit * 0.6:
        rest = text[len(whole) :].lstrip("\n")
        between = "\n" * (len(text) - len(whole) - len(rest)) if whole else ""
        whole += between + _cut(rest, limit - len(whole))
    return whole, True


def one_line_of(text: str, limit: int = LINE_LIMIT) -> str:
    """The first line of a post that says something, as one line of at most ``limit``."""
    lines = (" ".join(line.split()).lstrip("-*•·>_ ") for line in text.split("\n"))
    told = [line for line in lines if any(map(str.isalnum, line))]
    if not told:
        return ""
    # "Dear all," and "Hello everyone" say nothing yet.
    first = next((line for line in told if len(line) > 30), told[0])
    return first if len(first) <= limit else _cut(first, limit)


def _cut(text: str, limit: int) -> str:
    """Cut after a sentence or else a word, with dots that say so."""
    start = text[:limit]
    sentence = max(start.rfind(end) for end in (". ", "! ", "? ", "。", "؟ "))
    if sentence > limit * 0.6:
        return f"{start[: sentence + 1]} …"
    word = max(start.rfind(" "), start.rfind("\n"))
    return f"{start[:word] if word > limit * 0.6 else start} …"


# HTML ------------------------------------------------------------------------------------------

_TOKEN = re.compile(r'<(?:[^<>"]|"[^"]*")*>|[^<]+|<')
_NAME = re.compile(r"</?([a-z][a-z0-9]*)")
_EMPTY = frozenset({"br", "hr", "img", "wbr", "col"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img"}
    | {"ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup"}
    | {"tt", "u", "var", "wbr"}
)


def shorten_html(html: str, limit: int = TEXT_LIMIT) -> tuple[str, bool]:
    """``html`` with about ``limit`` visible characters, every element closed; and whether
    something was left out."""
    runs = list(_runs(html))
    if sum(run.length for run in runs) <= limit * TOLERANCE:
        return html, False
    kept: list[str] = []
    left = limit
    for run in runs:
        if run.length > left:
            if left > limit * 0.4 and run.length:
                kept.append(_cut_run(run, left))
            break
        kept.append(run.markup)
        left -= run.length
    return _closed("".join(kept)), True


_PICTURE_LINE = re.compile(r"\s{0,20}\[([^\[\]\n]{1,300})\]\s{0,20}$")
_FILE_NAME = re.compile(
    r"[\w.@-]{1,100}\.(?:png|jpe?g|gif|bmp|svg|webp)(?:@\S{0,60})?$", re.IGNORECASE
)


def without_logos(text: str, name: str = "", language: str = "en") -> str:
    """``text`` without the lines that stand for a logo, such as "[Charity logo]" or, for what the
    author's ``name`` is, "[Charity]". What another picture shows stays: it may be all that a
    poster says."""
    kept = [line for line in text.split("\n") if not _is_logo(line, name, language)]
    return "\n".join(kept) if any(line.strip() for line in kept) else text


def _is_logo(line: str, name: str, language: str) -> bool:
    match = _PICTURE_LINE.match(line)
    if match is None:
        return False
    said = fold(match[1])
    known = re.findall(r"\w+", said)
    names = words(language, "decoration")
    return (
        said == fold(name)
        or bool(_FILE_NAME.match(said))
        or any(word in known or (" " in word and word in said) for word in names)
    )


def has_words(html: str) -> bool:
    return any(any(map(str.isalnum, run.text)) for run in _runs(html))


def without_lines(html: str, lines: Collection[str]) -> str:
    """``html`` without the lines of text that are among ``lines``, which are folded.

    Only a line whose own elements are all closed within it goes; nothing else is touched.
    """
    if not lines:
        return html
    kept = (run.markup for run in _runs(html) if not (_whole(run) and fold(run.text) in lines))
    return _tidy("".join(kept))


@dataclass(slots=True)
class _Run:
    """What stands on one line: inline markup and text, or the one tag that parts two lines."""

    tokens: list[str] = field(default_factory=list)

    @property
    def markup(self) -> str:
        return "".join(self.tokens)

    @property
    def text(self) -> str:
        return unescape("".join(token for token in self.tokens if not token.startswith("<")))

    @property
    def length(self) -> int:
        return len(" ".join(self.text.split()))


def _runs(html: str) -> Iterator[_Run]:
    run = _Run()
    for token in _TOKEN.findall(html):
        if not token.startswith("<") or _name(token) in _INLINE:
            run.tokens.append(token)
            continue
        if run.tokens:
            yield run
        yield _Run([token])
        run = _Run()
    if run.tokens:
        yield run


def _name(token: str) -> str:
    found = _NAME.match(token)
    return found[1] if found else ""


def _whole(run: _Run) -> bool:
    return bool(run.length) and not _open(run.tokens)


def _open(tokens: Collection[str]) -> list[str]:
    """The elements that these leave open, the outermost first; [""] where one is closed that was
    opened before."""
    open_: list[str] = []
    for token in tokens:
        name = _name(token) if token.startswith("<") else ""
        if not name or name in _EMPTY:
            continue
        if not token.startswith("</"):
            open_.append(name)
        elif open_ and open_[-1] == name:
            open_.pop()
        else:
            return [""]
    return open_


def _cut_run(run: _Run, limit: int) -> str:
    """The beginning of a line that is too long, cut in its text."""
    kept: list[str] = []
    left = limit
    for token in run.tokens:
        if token.startswith("<"):
            kept.append(token)
        elif len(token) <= left:
            kept.append(token)
            left -= len(token)
        else:
            # Never through the middle of "&amp;".
            start = re.sub(r"&[#\w]{0,10}$", "", token[:left])
            kept.append(f"{start.rpartition(' ')[0] or start} …")
            break
    return "".join(kept)


def _closed(html: str) -> str:
    open_: list[str] = []
    for token in _TOKEN.findall(html):
        name = _name(token) if token.startswith("<") else ""
        if not name or name in _EMPTY:
            continue
        if not token.startswith("</"):
            open_.append(name)
        elif name in open_:
            while open_.pop() != name:
                pass
    return _tidy(html + "".join(f"</{name}>" for name in reversed(open_)))


_HOLLOW = re.compile(r"<(p|li|ul|ol|div|h[1-6]|blockquote)\b(?:[^<>\"]|\"[^\"]*\")*>\s*</\1>")
_BREAKS = re.compile(r"(?:<br ?/?>\s*){2,}")
_BREAKS_AND_EDGES = re.compile(
    r"(<(?:p|li|div|blockquote)\b(?:[^<>\"]|\"[^\"]*\")*>\s*)?"
    r"((?:<br ?/?>\s*)+)"
    r"(</(?:p|li|div|blockquote)>)?"
)


def _tidy(html: str) -> str:
    """Without what was left with nothing in it."""
    html = _BREAKS_AND_EDGES.sub(_between_words, html)
    for _ in range(3):
        html = _HOLLOW.sub("", html)
    return _BREAKS.sub("<br><br>", html)


def _between_words(found: re.Match[str]) -> str:
    begin, breaks, end = found.groups(default="")
    return begin + end if begin or end else breaks
