"""Knows languages by their names, in English and in themselves: "arabic", "العربية", "ar"."""

from __future__ import annotations

from functools import cache

from babel import Locale, UnknownLocaleError

from preferences.words import fold

# By their own names too: people who ask for one of these may not know its English name.
OWN_NAMES = (
    "am", "ar", "bg", "bn", "ckb", "cs", "cy", "da", "de", "el", "en", "es", "fa", "fi", "fr", "gu",
    "he", "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "ko", "ku", "lt", "lv", "ml", "my", "ne",
    "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "sk", "so", "sq", "sr", "sv", "sw", "ta", "te",
    "th", "ti", "tr", "uk", "ur", "vi", "yo", "zh",
)  # fmt: skip


def read_language(name: str) -> str:
    """The code of a language (ISO 639), "" when the name is none that we know."""
    folded = fold(name).strip(" .!")
    if not folded or len(folded) > 40:
        return ""
    return _english().get(folded) or _own().get(folded) or ""


@cache
def _english() -> dict[str, str]:
    names = {fold(name): code for code, name in Locale("en").languages.items() if len(code) < 4}
    codes = {code: code for code in names.values()}
    return {**codes, **names, "farsi": "fa", "dari": "fa", "kurdish": "ku", "sorani": "ckb"}


@cache
def _own() -> dict[str, str]:
    found = {}
    for code in OWN_NAMES:
        try:
            name = Locale.parse(code).get_language_name(code)
        except (UnknownLocaleError, ValueError):  # a language of which Babel knows nothing
            continue
        if name:
            found[fold(name).partition(" (")[0]] = code
    return found
