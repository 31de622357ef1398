"""Passes documents on without the names of those who made them: sends each to the cleaner of its
kind. Pictures, and whatever is never passed on, are decided elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.compound_files import MAGIC, holds_program, opened, without_names
from ingest.office_files import clean_office, looks_empty, office_kind
from ingest.pdf_files import clean_pdf, is_pdf
from ingest.refusals import Refusal
from ingest.text_files import as_text, clean_calendar, clean_rich_text, is_calendar, is_rich_text

MACROS = "it holds macros (small programs), which could harm readers; please save it without"
_NOT_OPENED = "“{name}” could not be opened here; please look whether it is what it says."
_OLD = "“{name}” is of an old kind (.doc, .xls, .ppt) and may still tell who wrote it."


@dataclass(frozen=True, slots=True)
class Document:
    content: bytes
    extension: str
    note: str = ""
    """For the moderator, with {name} where the file's name belongs."""


def clean_document(content: bytes, ending: str) -> Document | None:
    """The document without the names of its makers, by what it is and not by its ``ending``
    (".csv" and other kinds of plain text apart); None when it is no document that we know.
    Raises Refusal with the reason when it is one that cannot be passed on."""
    if is_pdf(content):
        cleaned, could_open = clean_pdf(content)
        return Document(cleaned, ".pdf", "" if could_open else _NOT_OPENED)
    if content.startswith(MAGIC):
        return _older_office(content)
    if (kind := office_kind(content)) is not None:
        return Document(clean_office(content), kind)
    if ending in _OFFICE_ENDINGS and looks_empty(content):
        return Document(content, ending, _NOT_OPENED)
    if is_rich_text(content):
        return Document(clean_rich_text(content), ".rtf")
    return _text(content, ending)


_OFFICE_ENDINGS = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")


def _older_office(content: bytes) -> Document | None:
    file = opened(content)
    if file is None:
        raise Refusal("it is damaged; please save it again")
    if any(entry.name == "encryptedpackage" for entry in file.entries):
        raise Refusal("it needs a password, so most readers could not open it")
    if file.kind is None:
        return None
    if holds_program(file):
        raise Refusal(MACROS)
    return Document(without_names(file), file.kind, _OLD)


_RUNNING_CELL = re.compile(r'(?m)(?:^|[,;\t])"?[=+@-][^\n|]{0,200}\|[^\n!]{0,200}!')
"""A spreadsheet runs what such a cell names (dynamic data exchange)."""


def _text(content: bytes, ending: str) -> Document | None:
    text = as_text(content)
    if text is None:
        return None
    if is_calendar(text):
        return Document(clean_calendar(text), ".ics")
    if ending == ".csv" and _RUNNING_CELL.search(text):
        raise Refusal("it holds a formula that starts programs")
    if ending in (".txt", ".csv"):
        # Excel takes a CSV file for UTF-8 only when it begins with the mark.
        marked = ending == ".csv" and not text.isascii()
        return Document(text.encode("utf-8-sig" if marked else "utf-8", "replace"), ending)
    return None
