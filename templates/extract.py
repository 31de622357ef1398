"""Brings the catalogues up to date with the templates: ``make catalogues``.

For translators and for those who change a text; the service never runs it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from templates.catalogue import DOMAIN, LANGUAGES, LOCALES, path_of
from templates.segments import kind_of, sentences

HERE = Path(__file__).parent
HEADER = "# Postround's sentences.\n"
NOT_REVIEWED = "#\n# Not yet reviewed by a native speaker.\n"
_CALL = re.compile(r"""\b_\("([^"\n]+)"\)""")
_COUNTED = re.compile(r"""\bcounted\([^,\n]+, "([^"\n]+)", "([^"\n]+)"\)""")


def main(languages: list[str]) -> int:
    """Writes the template file and merges it into each language's; new ones may be named."""
    current = extracted()
    _write(LOCALES / f"{DOMAIN}.pot", current)
    for language in sorted({*LANGUAGES, *languages} - {"en"}):
        merged, left = _merged(current, language)
        _write(path_of(language), merged)
        print(f"{language}: {len(merged) - left} of {len(merged)} sentences are there")
    return 0


def extracted() -> Catalog:
    """All sentences of all templates, with the files that hold them."""
    catalogue = Catalog(domain=DOMAIN, project="Postround", header_comment=HEADER, charset="utf-8")
    for name, sentence in _found():
        catalogue.add(sentence, locations=[(name, 0)])
    return catalogue


def _found() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """The files with their sentences; two forms where a number decides between them."""
    for path in sorted(HERE.rglob("*.*")):
        name = path.relative_to(HERE).as_posix()
        if path.suffix in (".txt", ".html", ".mjml") and "fonts" not in path.parts:
            source = path.read_text(encoding="utf-8")
            yield from ((name, sentence) for sentence in sentences(source, kind_of(name)))
            yield from ((name, called) for called in _CALL.findall(source))
            yield from ((name, forms) for forms in _COUNTED.findall(source))
    for path in sorted((HERE / "print").glob("*.toml")):
        words = tomllib.loads(path.read_text(encoding="utf-8"))
        yield from ((f"print/{path.name}", str(words[key])) for key in sorted(words))


def _merged(current: Catalog, language: str) -> tuple[Catalog, int]:
    path = path_of(language)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=language, domain=DOMAIN)
    else:
        known = Catalog(language, DOMAIN, header_comment=HEADER + NOT_REVIEWED, charset="utf-8")
    known.update(current, no_fuzzy_matching=True)
    known.obsolete.clear()
    return known, sum(not _whole(message) for message in known if message.id)


def _whole(message: Message) -> bool:
    """Whether it is there, in every form that the language has."""
    said = message.string
    return all(said) if isinstance(said, tuple) else bool(said)


def _write(path: Path, catalogue: Catalog) -> None:
    """Only where a sentence changed: the date in the header alone is no news."""
    written = BytesIO()
    # Line numbers would change with every edit.
    write_po(written, catalogue, sort_output=True, include_lineno=False)
    if not path.exists() or _undated(path.read_bytes()) != _undated(written.getvalue()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written.getvalue())


def _undated(file: bytes) -> bytes:
    return re.sub(rb'"POT-Creation-Date:[^"]*"', b"", file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
