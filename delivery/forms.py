"""The forms in which round-ups are written: which pieces make which mail. Names only.

A form is a setting and a language, for example "html-en"; that of a mail for readers who want
only headlines has "+short" behind it, and "+files" where they want attachments.
"""

from __future__ import annotations

from typing import Literal, cast

import templates
from delivery.sections import Depth
from storage.records import Files, Format, Length

# Text stands first: a program shows the last alternative that it can (RFC 2046 §5.1.4).
_PARTS: dict[Format, tuple[templates.Form, ...]] = {
    "html": ("text", "html"),
    "plain": ("text",),
    "large": ("text", "large"),
    "print": ("text",),
}


def mail_form(
    format_: Format, language: str, length: Length = "full", files: Files = "linked"
) -> str:
    """The form of the mails for a reader with these wishes."""
    form = f"{format_}-{language if language in templates.LANGUAGES else 'en'}"
    form += "+short" if length == "short" else ""
    return f"{form}+files" if files == "included" else form


def piece_forms(form: str) -> tuple[str, ...]:
    """The forms of the pieces that a mail of this form is made of, in the order of its parts."""
    format_, _, language = form.partition("+")[0].partition("-")
    return tuple(f"{part}-{language}" for part in _PARTS[cast(Format, format_)])


def brings_sheets(form: str) -> bool:
    """Whether a mail of this form brings the sheets for a notice board."""
    return form.startswith("print-")


def template_form(form: str) -> tuple[templates.Form, str]:
    """What the templates call a piece's form, and its language."""
    name, _, language = form.partition("-")
    return cast(templates.Form, name), language


def depth_of(form: str) -> Depth:
    """How much of each post a mail of this form shows."""
    return "short" if "+short" in form else "usual"


def brings_files(form: str) -> bool:
    """Whether a mail of this form brings the attachments of its posts."""
    return form.endswith("+files")


def content_of(form: str) -> Literal["text", "html"]:
    return "text" if form.startswith("text-") else "html"
