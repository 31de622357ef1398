"""Text in the small markups that stood before HTML mail: text/enriched (RFC 1896), text/richtext
(RFC 1341) and Markdown, which people read as it stands. Only its words are wanted."""

from __future__ import annotations

import re

KINDS = frozenset({"text/enriched", "text/richtext", "text/markdown", "text/x-markdown"})

_PARAMETER = re.compile(r"<param>[^<]{0,500}</param>", re.IGNORECASE)
_COMMAND = re.compile(r"<(?!<)/?[A-Za-z][A-Za-z0-9-]{0,59}>")
_LINE_ENDS = re.compile(r"\n+")
_RICH_LINE = re.compile(r"<(?:nl|np|paragraph)>", re.IGNORECASE)


def words_of(text: str, kind: str) -> str:
    """The words of a text of one of KINDS, with ``\\n`` line ends."""
    if kind == "text/richtext":
        text = _RICH_LINE.sub("\n", text.replace("\n", " ")).replace("<lt>", "<<")
    elif kind == "text/enriched":
        # RFC 1896 §3: one line end is a blank, n of them are n-1.
        text = _LINE_ENDS.sub(lambda run: "\n" * (len(run[0]) - 1) or " ", text)
    else:
        return text
    text = _COMMAND.sub("", _PARAMETER.sub("", text))
    return re.sub(r" *\n *", "\n", text.replace("<<", "<")).strip(" ")
