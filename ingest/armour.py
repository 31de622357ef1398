"""Takes the dress of a clear-signed PGP text off (RFC 9580 §7), so that only the words are left.

Whether the signature is right is not asked; lists break it anyway.
"""

from __future__ import annotations

import re

_BEGIN = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n(?:[A-Z][\w-]{1,30}:[^\n]*\n)*\n?", re.M
)
_SIGNATURE = re.compile(r"^-----BEGIN PGP SIGNATURE-----[ \t]*$", re.M)
_END = re.compile(r"^-----END PGP SIGNATURE-----[ \t]*\n?", re.M)
_ESCAPED = re.compile(r"^- (?=-)", re.M)


def unarmoured(text: str) -> str:
    """``text`` (``\\n`` line ends) with clear-signed parts as their author wrote them."""
    out, at = [], 0
    while begin := _BEGIN.search(text, at):
        signature = _SIGNATURE.search(text, begin.end())
        end = _END.search(text, signature.end()) if signature else None
        if signature is None or end is None:
            break
        signed = text[begin.end() : signature.start()]
        out += [text[at : begin.start()], _ESCAPED.sub("", signed)]
        at = end.end()
    return "".join([*out, text[at:]])
