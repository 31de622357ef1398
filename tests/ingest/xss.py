"""The collection of attacks in tests/mails/xss, and what any cleaned HTML must look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ingest.allowlist import ATTRIBUTES, KEPT, SHOWN_STYLES
from ingest.links import SCHEMES

FOLDER = Path(__file__).parents[1] / "mails" / "xss"

WRAPPINGS = (
    "{}",
    "<p>before {} after</p>",
    "<table><tr><td>{}</td></tr></table>",
    "<table>{}</table>",
    "<svg>{}</svg>",
    "<math><mtext>{}</mtext></math>",
    "<a href='https://a.example/'>{}</a>",
    "<ul><li>{}</ul>",
    "<pre>{}</pre>",
    "<form><select>{}</select></form>",
    "<!--[if !mso]><!-->{}<!--<![endif]-->",
    '<p title="{}">a</p>',
    "<img alt='{}' src=cid:a>",
    "<b><p><b>{}",
)
"""Places in a mail where an attack may stand; each is tried in each."""

_OFTEN = ("onerror", "onload", "onfocus", "onmouseover", "onclick", "onanimationstart")


@cache
def attacks(run: str = "alert(1)", host: str = "127.0.0.1:9") -> tuple[str, ...]:
    """Every attack of the collection, calling ``run`` or asking ``host``."""
    handlers = _lines("handlers")[0].split()
    shells = _lines("shells")
    found = [*_lines("scripts"), *_lines("addresses"), *_lines("foreign")]
    for style in _lines("styles"):
        found += [f'<p style="{style}">a</p>', f"<td style='{style}'>a", f"<b style={style}>a</b>"]
    for handler in handlers:
        found += [shells[0].replace("HANDLER", handler), shells[1].replace("HANDLER", handler)]
    for handler in _OFTEN:
        found += [shell.replace("HANDLER", handler) for shell in shells]
    return tuple(
        attack.replace("RUN", run).replace("HOST", host) for attack in dict.fromkeys(found)
    )


def wrapped(attack: str) -> Iterator[str]:
    for wrapping in WRAPPINGS:
        yield wrapping.replace("{}", attack)


def _lines(name: str) -> list[str]:
    lines = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    return [re.sub(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[ntr0\\])", _decoded, line) for line in lines]


def _decoded(escape: re.Match[str]) -> str:
    named = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\"}
    rest = escape[0][1:]
    return named[rest] if rest in named else chr(int(rest[1:], 16))


# What may come out -----------------------------------------------------------------------------

_NAMES = sorted({name for names in ATTRIBUTES.values() for name in names} - {"hidden"})
_ATTRIBUTE = rf'(?: (?:{"|".join(_NAMES)})="[^"<>]*")'
_NAME = "|".join(sorted(KEPT))
_OUTPUT = re.compile(rf"(?:[^<>]|<(?:{_NAME}){_ATTRIBUTE}*>|</(?:{_NAME})>)*")
_TAG = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r' (href|src)="([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')


def faults(cleaned: str) -> list[str]:
    """What is wrong with cleaned HTML; nothing, when no parser on earth can find a program,
    a foreign file or an unknown element in it."""
    found = []
    if not _OUTPUT.fullmatch(cleaned):
        found.append("not of the plain form that is allowed")
    tags = " ".join(_TAG.findall(cleaned))
    for name, address in _ADDRESS.findall(tags):
        scheme = address.partition(":")[0]
        allowed = {"cid"} if name == "src" else SCHEMES - {"cid"}
        if scheme not in allowed:
            found.append(f"{name} leads to {address!r}")
    for style in _STYLE.findall(tags):
        for declaration in style.split(";"):
            name, _, value = declaration.partition(":")
            if name not in SHOWN_STYLES or not re.fullmatch(r"[a-z0-9-]+", value):
                found.append(f"style {declaration!r}")
    return found
