"""What our sentences are in other languages: gettext catalogues, read with Babel.

English stands in the templates themselves and is the key of every message. A sentence that a
catalogue lacks stays English, so that a mail is whole in every language.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locale"
DOMAIN = "postround"


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


LANGUAGES = ("en", *sorted(path.parts[-3] for path in LOCALES.glob(f"*/*/{DOMAIN}.po")))
"""The languages that we write."""


def translate(sentence: str, language: str) -> str:
    """``sentence`` in ``language``; as it is where nobody has translated it or is not sure."""
    return _messages(language).get(sentence, sentence)


@cache
def _messages(language: str) -> dict[str, str]:
    if language not in LANGUAGES or language == "en":
        return {}
    with path_of(language).open("rb") as file:
        catalogue: Catalog = read_po(file, locale=language, domain=DOMAIN)
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }
