"""Every text that people get from us: letters, web pages, and the pieces of the round-up.

The only place with Jinja and MJML. Strangers' words enter as values, never as template source
and never as MJML input; our own files are compiled once. Not for sending, and not for choosing
who gets what. The functions:

    letter(name, language, **values) -> Wording        one mail: subject, text, perhaps HTML
    page(name, language, **values) -> str              one web page
    page_style_source() -> str                         the pages' one style sheet, for the CSP
    edition_subject(...) -> str                        subject of a round-up
    edition_frame(form, ...) -> str                    everything around its items, with slots
    edition_entry(form, item, ...) -> str              an item's line in the contents list
    edition_heading(form, name, ...) -> str            a topic's heading above its items
    edition_item(form, item, ...) -> str               an item whole
    edition_also_in(form, names, ...) -> str           what goes into the slot "also_in"
    slot(name), split_slots(piece)                     places that differ from reader to reader
    prepare()                                          compiles everything, at start

Each letter and page names its values in the comment at its top. A value whose name ends in
``_html`` is sanitised HTML and goes out as it is; every other one is text and is escaped.
Datetimes are told as they stand, so they come in the list's time zone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined, pass_context
from jinja2.exceptions import UndefinedError
from jinja2.runtime import Context
from markupsafe import Markup, escape
from mjml import mjml2html

from templates import dates, look
from templates.flow import Kept, clean, flow, keep, one_line
from templates.prose import prose
from templates.slots import SLOTS, Slot, slot, split_slots
from templates.views import AttachmentView, ItemView, Wording

__all__ = [
    "LANGUAGES",
    "SLOTS",
    "AttachmentView",
    "Form",
    "ItemView",
    "Wording",
    "edition_also_in",
    "edition_entry",
    "edition_frame",
    "edition_heading",
    "edition_item",
    "edition_subject",
    "letter",
    "page",
    "page_style_source",
    "prepare",
    "slot",
    "split_slots",
]

Form = Literal["html", "text", "large"]
"""How a round-up is set; "large" is HTML in large print."""

_HERE = Path(__file__).parent
LANGUAGES = tuple(sorted(folder.name for folder in (_HERE / "letters").iterdir()))
"""The languages that we write. Who reads another one gets English, dates and all."""


def letter(name: str, language: str = "en", **values: object) -> Wording:
    """The letter ``letters/LANGUAGE/NAME.txt`` filled with ``values``.

    Raises jinja2.UndefinedError when a value is missing or None, TemplateNotFound when there
    is no such letter: both are mistakes of ours.
    """
    language = _written(language)
    source = f"letters/{language}/{name}"
    known = _values(values, language)
    subject, _, body = _TEXT.get_template(f"{source}.txt").render(known).lstrip().partition("\n")
    subject = one_line(subject.removeprefix("Subject:"))
    html = None
    if (_HERE / f"{source}.html").exists():
        fragment = Markup(_HTML.get_template(f"{source}.html").render(known))
        html = _frame("letter").render({**known, "subject": subject, "body": fragment})
    return Wording(subject, flow(body), html)


def page(name: str, language: str = "en", **values: object) -> str:
    """The web page ``pages/NAME.html``, whole; ``errors`` and ``notice`` may be left out."""
    known = _values({"errors": (), "notice": "", **values}, _written(language))
    return _HTML.get_template(f"pages/{name}.html").render(known)


@cache
def page_style_source() -> str:
    """The Content-Security-Policy source ('sha256-…') that allows the pages' own style sheet."""
    html = page("not_found")
    style = html[html.index("<style>") + len("<style>") : html.index("</style>")]
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def edition_subject(
    *, language: str = "en", list_title: str, day: date | None = None, title: str = ""
) -> str:
    """Subject of a round-up: of ``day``, or of the one post ``title`` that goes straight away."""
    known = _values({"list_title": list_title, "day": day, "title": title}, _written(language))
    return one_line(_TEXT.get_template("edition/text/subject.txt").render(known))


def edition_frame(
    form: Form,
    *,
    language: str = "en",
    list_title: str,
    day: date,
    heading: str = "",
    intro: str = "",
    single: bool = False,
) -> str:
    """Everything around the items of one round-up, the closing lines included.

    ``day`` is the list's date of the edition; ``heading`` replaces that date as headline;
    ``intro`` is the organiser's own words (text); ``single`` leaves out the contents list, for
    a post that goes straight away. Slots: contents, items, total, address, settings_url,
    leave_url, settings_address.
    """
    known = {
        "list_title": list_title,
        "edition_day": day,
        "heading": heading,
        "intro": intro,
        "single": single,
    }
    if form == "text":
        return _piece(form, "frame", language, known)
    return _frame("edition").render(_values(_sized(form, known), _written(language)))


def edition_entry(form: Form, item: ItemView, *, language: str = "en") -> str:
    """The line of ``item`` in the contents list. Slots: number."""
    return _piece(form, "entry", language, {"item": item})


def edition_heading(form: Form, name: str, *, language: str = "en") -> str:
    """The heading of the topic ``name`` ("" for posts without a topic). Slots: count."""
    return _piece(form, "heading", language, {"name": name})


def edition_item(form: Form, item: ItemView, *, language: str = "en") -> str:
    """``item`` whole. Slots: number, also_in, settings_address."""
    return _piece(form, "item", language, {"item": item, "body_html": item.html})


def edition_also_in(form: Form, names: tuple[str, ...], *, language: str = "en") -> str:
    """What the slot "also_in" holds: the reader's other topics of an item, "" when none."""
    if not names:
        return ""
    piece = _piece(form, "also_in", language, {"names": names})
    return "\n" + piece.rstrip("\n") if form == "text" else piece


def prepare() -> None:
    """Compiles every template, so that a broken one stops the start and not the Monday mail."""
    for path in sorted(_HERE.rglob("*.*")):
        name = path.relative_to(_HERE).as_posix()
        if path.suffix == ".mjml":
            _frame(path.stem)
        elif path.suffix in (".txt", ".html"):
            (_TEXT if path.suffix == ".txt" else _HTML).get_template(name)


# How a piece is made -------------------------------------------------------------------------


def _piece(form: Form, name: str, language: str, known: Mapping[str, object]) -> str:
    values = _values(_sized(form, known), _written(language))
    if form == "text":
        # Pieces are joined as they are, so each ends with its own blank lines.
        template = _TEXT.get_template(f"edition/text/{name}.txt")
        return flow(template.render(values)) + _TEXT_ENDS.get(name, "")
    return _HTML.get_template(f"edition/html/{name}.html").render(values).strip()


_TEXT_ENDS = {"heading": "\n", "item": "\n\n"}


def _sized(form: Form, known: Mapping[str, object]) -> dict[str, object]:
    return {**known, "large": form == "large"}


def _written(language: str) -> str:
    return language if language in LANGUAGES else "en"


def _values(values: Mapping[str, object], language: str) -> dict[str, object]:
    """The values as templates see them, with the language and its direction."""
    known = {name: _trusted(name, value) for name, value in values.items()}
    return {**known, "language": language, "direction": dates.direction(language)}


def _trusted(name: str, value: object) -> object:
    """Only the name makes HTML of a value, so nothing does by accident."""
    if not isinstance(value, str):
        return value
    return Markup(clean(value)) if name.endswith("_html") else str.__str__(value)


@cache
def _frame(name: str) -> Template:
    """The MJML file ``frames/NAME.mjml`` as a Jinja template: compiled once, values come later."""
    source = (_HERE / "frames" / f"{name}.mjml").read_text(encoding="utf-8")
    # Without fonts={} every reader's mail program would ask a third party for a default font.
    return _HTML.from_string(mjml2html(_COMMENT.sub("", source), fonts={}))


_COMMENT = re.compile(r"\{#.*?#\}\s*", re.DOTALL)


# What templates may use ----------------------------------------------------------------------


def _as_text(value: object) -> object:
    """In text every value is one line, unless the template says ``keep``."""
    if isinstance(value, str) and not isinstance(value, (Slot, Kept)):
        return one_line(value)
    return _never_none(value)


def _as_html(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, (Slot, Markup)):
        return clean(value)
    return _never_none(value)


def _never_none(value: object) -> object:
    if value is None or isinstance(value, Undefined):
        raise UndefinedError("a value of a template is missing or None")
    return value


def _mailto(address: str, body: str = "", subject: str = "") -> Markup:
    """A mailto link (RFC 6068) that opens a mail with ``body`` already written."""
    fields = [
        f"{key}={quote(text)}" for key, text in (("subject", subject), ("body", body)) if text
    ]
    return Markup(
        escape(f"mailto:{quote(address, safe='@+')}{'?' if fields else ''}{'&'.join(fields)}")
    )


def _in_language(tell: Callable[..., str]) -> Callable[..., str]:
    """``tell(value, language)`` as a filter that knows the language of its template."""

    @pass_context
    def told(context: Context, value: object) -> str:
        # Babel takes no date for today's.
        return tell(_never_none(value), context["language"])

    return told


def _environment(*, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        undefined=StrictUndefined,
        autoescape=html,
        finalize=_as_html if html else _as_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    tellers = (dates.day, dates.short_day, dates.month, dates.clock, dates.moment, dates.size)
    environment.filters.update({teller.__name__: _in_language(teller) for teller in tellers})
    environment.filters["keep"] = keep
    environment.filters["prose"] = lambda text: Markup(prose(clean(text)))
    environment.globals.update(
        slot=slot, mailto=_mailto, light=look.LIGHT, dark=look.DARK, font=Markup(look.FONT)
    )
    return environment


_HTML = _environment(html=True)
_TEXT = _environment(html=False)
