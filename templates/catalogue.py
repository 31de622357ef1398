"""What our sentences are in other languages: gettext catalogues, read with Babel.

English stands in the templates themselves and is the key of every message. A sentence that a
catalogue lacks stays English, so that a mail is whole in every language.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "postround"


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


LANGUAGES = ("en", *sorted(path.parts[-3] for path in LOCALES.glob(f"*/*/{DOMAIN}.po")))
"""The languages that we write."""


def translate(sentence: str, language: str) -> str:
    """``sentence`` in ``language``; as it is where nobody has translated it or is not sure."""
    return _catalogue(language).gettext(sentence) if sentence else ""


def translate_counted(one: str, many: str, count: int, language: str) -> str:
    """Of the forms that ``language`` has for numbers, the one for ``count``: English has two,
    Polish three, Arabic six."""
    return _catalogue(language).ngettext(one, many, count)


@cache
def _catalogue(language: str) -> NullTranslations:
    if language not in LANGUAGES or language == "en":
        return NullTranslations()
    with path_of(language).open("rb") as file:
        read = read_po(file, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    # Without those that a translator has marked as not sure.
    write_mo(compiled, read)
    compiled.seek(0)
    return GNUTranslations(compiled)
