"""What HTML from strangers may hold: elements, attributes and their values, styles. Everything
that is not named here goes. Facts only; the gates that apply them are in clean."""

from __future__ import annotations

import re
from functools import lru_cache

from bleach.css_sanitizer import CSSSanitizer
from tinycss2 import parse_declaration_list, serialize  # type: ignore[import-untyped]


def _words(text: str) -> frozenset[str]:
    """A long list of names, written as it is easiest to read."""
    return frozenset(text.split())


KEPT = _words(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del div dl dt em h1 h2 h3"
    " h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub sup table tbody"
    " td tfoot th thead tr u ul var wbr"
)
RENAMED = {
    **dict.fromkeys(
        _words(
            "address article aside center details figcaption figure footer header hgroup main nav"
            " section summary"
        ),
        "div",
    ),
    "acronym": "abbr",
    "big": "span",
    "dir": "ul",
    "font": "span",
    "menu": "ul",
    "strike": "s",
    "time": "span",
    "tt": "code",
}
"""Harmless elements that mail programs do not know or that carry only looks."""

TAGS = KEPT | frozenset(RENAMED)

DROPPED_WITH_CONTENT = _words(
    "script style title template noscript textarea svg math iframe object embed applet frame"
    " frameset noframes noembed plaintext xmp select datalist audio video canvas track xml meta"
    " link base portal fencedframe dialog"
)
"""Never shown as text: their content is code, a fall-back or a choice that a mail cannot offer."""

HIDDEN = "hidden"
"""Let through both gates only so that what carries it can be dropped with its content."""

ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "style", HIDDEN},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "table": {"border", "cellpadding", "cellspacing", "align", "role"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign", "scope"},
    "tr": {"align", "valign"},
    "ol": {"start", "type", "reversed"},
    "ul": {"type"},
    "li": {"value"},
    "col": {"span"},
    "colgroup": {"span"},
    "abbr": {"title"},
    **{name: {"align"} for name in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "center")},
}

_NUMBER = r"[0-9]{1,2}"
_ALIGN = r"left|right|center|justify|middle"
_VALUES = {
    "dir": r"ltr|rtl|auto",
    "lang": r"(?!und\b)[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}",
    HIDDEN: r".*",
    "alt": r".{0,1000}",
    "title": r".{0,300}",
    "style": r".{0,2000}",
    "href": r".{0,4000}",
    "src": r"cid:.{1,250}",
    "width": r"[0-9]{1,4}(?:px|%)?",
    "height": r"[0-9]{1,4}(?:px|%)?",
    "align": _ALIGN,
    "valign": r"top|middle|bottom|baseline",
    "type": r"1|a|i|disc|circle|square",
    "start": r"-?[0-9]{1,6}",
    "value": r"-?[0-9]{1,6}",
    "reversed": r"(?:reversed)?",
    "role": r"presentation|none",
    "scope": r"(?:row|col)(?:group)?",
    **dict.fromkeys(
        ("border", "cellpadding", "cellspacing", "colspan", "rowspan", "span"), _NUMBER
    ),
}
_VALUE_PATTERNS = {n: re.compile(p, re.IGNORECASE | re.DOTALL) for n, p in _VALUES.items()}


def allows(tag: str, name: str, value: str) -> bool:
    """True when this attribute, with this value, may stand on this element."""
    if name not in ATTRIBUTES["*"] and name not in ATTRIBUTES.get(tag, ()):
        return False
    return _VALUE_PATTERNS[name].fullmatch(value.strip()) is not None


# Styles ----------------------------------------------------------------------------------------

SHOWN_STYLES = {
    "direction": re.compile(r"ltr|rtl"),
    "font-style": re.compile(r"italic|oblique"),
    "font-weight": re.compile(r"bold|bolder|[5-9]00"),
    "list-style-type": re.compile(r"[a-z-]{3,30}"),
    "text-align": re.compile(r"left|right|center|justify|start|end"),
    "text-decoration": re.compile(r"underline|line-through"),
    "unicode-bidi": re.compile(r"embed|isolate|plaintext|normal"),
    "vertical-align": re.compile(r"sub|super|top|middle|bottom|baseline"),
    "white-space": re.compile(r"pre|pre-wrap|pre-line|normal|nowrap"),
}
"""No colours, and nothing that takes the line from under a link: a reader's large print and night
colours stay legible, and white on white does not hide words from a moderator."""

HIDING_STYLES = _words(
    "display visibility opacity font-size height max-height width max-width overflow mso-hide"
    " text-indent"
)
"""Let through the gates only so that hidden words can be found; none of them is ever written."""

STYLE_LENGTH = 2000
_MOST_PARENTHESES = 40
_FUNCTIONS = _words("rgb rgba hsl hsla")
_HIDING_VALUE = re.compile(r"[a-z0-9.%+-]{1,20}(?: ?! ?important)?")


class StrictCSS(CSSSanitizer):  # type: ignore[misc, unused-ignore]
    """bleach's filter of style attributes, which looks at names only, made to look at values:
    nothing that fetches, computes or runs; only the values named above."""

    def sanitize_css(self, style: str) -> str:
        return strict_css(style)


@lru_cache(maxsize=512)
def strict_css(style: str) -> str:
    """The declarations of a style attribute that may stand; one mail repeats the same few often."""
    if len(style) > STYLE_LENGTH or style.count("(") > _MOST_PARENTHESES:
        return ""
    kept = []
    for token in parse_declaration_list(style, skip_comments=True, skip_whitespace=True):
        if token.type == "declaration" and not _computes(token.value):
            value = serialize(token.value).strip().lower()
            if _may_stand(token.lower_name, value):
                kept.append(f"{token.lower_name}:{value}")
    return ";".join(kept)


def _computes(values: list[object]) -> bool:
    for value in values:
        kind = getattr(value, "type", "")
        if kind == "url" or (kind == "function" and value.lower_name not in _FUNCTIONS):  # type: ignore[attr-defined]
            return True
        inner = getattr(value, "arguments", None) or getattr(value, "content", None)
        if isinstance(inner, list) and _computes(inner):
            return True
    return False


def _may_stand(name: str, value: str) -> bool:
    if name in HIDING_STYLES:
        return _HIDING_VALUE.fullmatch(value) is not None
    pattern = SHOWN_STYLES.get(name)
    return pattern is not None and pattern.fullmatch(value) is not None
