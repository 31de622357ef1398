"""Puts the lines of format=flowed text together again into paragraphs (RFC 3676)."""

from __future__ import annotations


def unwrapped(text: str, *, delsp: bool = False) -> str:
    """``text`` (``\\n`` line ends) with flowed lines joined; quote marks become "> " and "> > ".

    ``delsp`` is the part's parameter DelSp=yes: the blank that marks a flowed line is not text.
    """
    out: list[str] = []
    paragraph: list[str] = []
    depth_before = 0
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        if paragraph and (depth != depth_before or body == "-- "):
            # A paragraph never runs on into another quote depth or a signature (§4.3, §4.5).
            out.append(_quoted("".join(paragraph), depth_before))
            paragraph = []
        depth_before = depth
        flows = body.endswith(" ") and body != "-- "
        paragraph.append(body[:-1] if flows and delsp else body)
        if not flows:
            out.append(_quoted("".join(paragraph), depth))
            paragraph = []
    if paragraph:
        out.append(_quoted("".join(paragraph), depth_before))
    return "\n".join(out)


def _quoted(body: str, depth: int) -> str:
    if body != "-- ":
        body = body.rstrip(" ")
    return "> " * depth + body if body else (">" + " >" * (depth - 1) if depth else "")
