"""Every text that people get from us: letters, web pages, and the pieces of the round-up.

The only place with Jinja and MJML. Strangers' words enter as values, never as template source
and never as MJML input; our own files are compiled once. Not for sending, and not for choosing
who gets what. The functions:

    letter(name, language, **values) -> Wording        one mail: subject, text, perhaps HTML
    sentences(name, language, **values) -> list[str]   sentences that letters and pages share
    page(name, language, **values) -> str              one web page
    page_style_source() -> str                         the pages' one style sheet, for the CSP
    edition_subject(...) -> str                        subject of a round-up
    edition_frame(form, ...) -> str                    everything around its items, with slots
    edition_part(form, name, ...) -> str               a heading or an end, one of EDITION_PARTS
    edition_date(form, item, on, ...) -> str           a day to note, above the contents
    edition_contents(form, name, ...) -> str           a topic's heading in the contents list
    edition_entry(form, item, ...) -> str              an item's line in the contents list
    edition_heading(form, name, ...) -> str            a topic's heading above its items
    edition_item(form, item, ...) -> str               an item whole, or its beginning
    edition_short(form, item, ...) -> str              an item in a headline and a line
    edition_also_in(form, names, ...) -> str           what goes into the slot "also_in"
    slot(name), split_slots(piece)                     places that differ from reader to reader

Each letter and page names its values in the comment at its top. A value whose name ends in
``_html`` is sanitised HTML and goes out as it is; every other one is text and is escaped.
Datetimes are told as they stand, so they come in the list's time zone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template, Undefined, pass_context
from jinja2.exceptions import UndefinedError
from jinja2.runtime import Context
from markupsafe import Markup, escape
from mjml import mjml2html

from templates import dates, look
from templates.catalogue import LANGUAGES, translate, translate_counted
from templates.flow import Kept, clean, flow, keep, one_line
from templates.plain_letter import as_html
from templates.prose import linked, prose
from templates.segments import kind_of, translated
from templates.slots import SLOTS, Slot, slot, split_slots
from templates.views import AttachmentView, ItemView, MenuItem, Wording

__all__ = [
    "EDITION_PARTS",
    "LANGUAGES",
    "SLOTS",
    "AttachmentView",
    "Form",
    "ItemView",
    "MenuItem",
    "Wording",
    "edition_also_in",
    "edition_contents",
    "edition_date",
    "edition_entry",
    "edition_frame",
    "edition_heading",
    "edition_item",
    "edition_part",
    "edition_short",
    "edition_subject",
    "letter",
    "page",
    "page_style_source",
    "sentences",
    "slot",
    "split_slots",
]

Form = Literal["html", "text", "large"]
"""How a round-up is set; "large" is HTML in large print."""

_HERE = Path(__file__).parent
EDITION_PARTS = (
    "first",
    "closing",
    "coming",
    "dates_end",
    "contents_first",
    "contents_end",
    "left_out",
    "named_only",
)
"""Parts of a round-up that are the same for every list. Slots of some: count, settings_address."""


TO_PEOPLE_AT_WORK = ("post", "verdict", "author", "queue", "rota")
"""Letters to moderators and authors: their texts come as HTML too, for telephones."""


def letter(name: str, language: str = "en", **values: object) -> Wording:
    """The letter ``letters/en/NAME.txt`` filled with ``values``, in ``language``.

    Raises jinja2.UndefinedError when a value is missing or None, TemplateNotFound when there
    is no such letter: both are mistakes of ours.
    """
    language = _written(language)
    source = f"letters/en/{name}"
    known = _values(values, language)
    rendered = _text(language).get_template(f"{source}.txt").render(known)
    subject, _, body = rendered.lstrip().partition("\n")
    subject = one_line(subject.removeprefix("Subject:"))
    html = fragment = None
    if (_HERE / f"{source}.html").exists():
        fragment = Markup(_html(language).get_template(f"{source}.html").render(known))
    elif name.partition("_")[0] in TO_PEOPLE_AT_WORK:
        fragment = Markup(as_html(body, str(values.get("reply_address", ""))))
    if fragment is not None:
        html = _frame("letter", language).render({**known, "subject": subject, "body": fragment})
    return Wording(subject, flow(body), html)


def sentences(name: str, language: str = "en", **values: object) -> list[str]:
    """The lines of ``letters/en/parts/NAME.txt``: sentences for values of letters and pages."""
    language = _written(language)
    source = f"letters/en/parts/{name}.txt"
    text = _text(language).get_template(source).render(_values(values, language))
    return [line for each in text.splitlines() if (line := one_line(each))]


def page(name: str, language: str = "en", **values: object) -> str:
    """The web page ``pages/NAME.html``, whole.

    ``errors``, ``notice`` and ``other_tongues`` may be left out.
    """
    language = _written(language)
    known = _values({"errors": (), "notice": "", "other_tongues": (), **values}, language)
    return _html(language).get_template(f"pages/{name}.html").render(known)


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
    language = _written(language)
    known = _values({"list_title": list_title, "day": day, "title": title}, language)
    return one_line(_text(language).get_template("edition/text/subject.txt").render(known))


def edition_frame(
    form: Form,
    *,
    language: str = "en",
    list_title: str,
    day: date,
    heading: str = "",
    intro: str = "",
    single: bool = False,
    late: datetime | None = None,
    colour: str = "",
    pages: bool = False,
    logo: bool = False,
) -> str:
    """Everything around the items of one round-up, the closing lines included.

    ``day`` is the list's date of the edition; ``heading`` replaces that date as headline;
    ``intro`` is the organiser's own words (text); ``single`` leaves out the contents list, for
    a post that goes straight away; ``late`` is when it was due, where that is long ago;
    ``colour`` is the list's own; ``pages`` says whether it can be read as a page;
    ``logo`` whether the mail brings a picture "cid:logo". Slots: dates, contents, items, total,
    address, settings_url, leave_url, settings_address.
    """
    known = {
        "list_title": list_title,
        "edition_day": day,
        "heading": heading,
        "intro": intro,
        "single": single,
        "late": late or "",
        "pages": pages,
        "logo": logo,
    }
    if form == "text":
        return _piece(form, "frame", language, known)
    known |= _palette(colour)
    language = _written(language)
    return _frame("edition", language).render(_values(_sized(form, known), language))


def edition_part(form: Form, name: str, *, language: str = "en", colour: str = "") -> str:
    """What stands around items and is the same for every list; ``name`` is in EDITION_PARTS."""
    return _piece(form, name, language, _palette(colour))


def edition_date(form: Form, item: ItemView, on: date, *, language: str = "en") -> str:
    """The line of a day to note: of an event, or the last one for something. Slots: number."""
    return _piece(form, "date", language, {"item": item, "on": on})


def edition_contents(form: Form, name: str | None, *, language: str = "en") -> str:
    """What begins the entries of the topic ``name`` in the contents list: "" for posts without a
    topic, None for no heading at all. Slots: count."""
    return _piece(form, "contents", language, {"name": name or "", "bare": name is None})


def edition_closes(title: str, *, language: str = "en") -> str:
    """What a calendar says on the last day for something."""
    return _piece("text", "closes", language, {"title": title}).strip()


def edition_entry(form: Form, item: ItemView, *, language: str = "en") -> str:
    """The line of ``item`` in the contents list. Slots: number."""
    return _piece(form, "entry", language, {"item": item})


def edition_heading(form: Form, name: str, *, language: str = "en", colour: str = "") -> str:
    """The heading of the topic ``name`` ("" for posts without a topic). Slots: count."""
    return _piece(form, "heading", language, {"name": name, **_palette(colour)})


def edition_item(form: Form, item: ItemView, *, language: str = "en") -> str:
    """``item`` as it is. Slots: number, also_in, settings_address."""
    return _piece(form, "item", language, {"item": item, "body_html": item.html})


def edition_short(form: Form, item: ItemView, *, language: str = "en") -> str:
    """``item`` in a headline and a line. Slots: number, also_in, settings_address."""
    return _piece(form, "short", language, {"item": item})


def edition_also_in(form: Form, names: tuple[str, ...], *, language: str = "en") -> str:
    """What the slot "also_in" holds: the reader's other topics of an item, "" when none."""
    if not names:
        return ""
    piece = _piece(form, "also_in", language, {"names": names})
    return "\n" + piece.rstrip("\n") if form == "text" else piece


# How a piece is made -------------------------------------------------------------------------


def _piece(form: Form, name: str, language: str, known: Mapping[str, object]) -> str:
    language = _written(language)
    values = _values(_sized(form, known), language)
    if form == "text":
        # Pieces are joined as they are, so each ends with its own blank lines.
        template = _text(language).get_template(f"edition/text/{name}.txt")
        text = template.render(values)
        return (flow(text) if text.strip() else "") + _TEXT_ENDS.get(name, "")
    return _html(language).get_template(f"edition/html/{name}.html").render(values).strip()


_TEXT_ENDS = {
    "heading": "\n",
    "first": "\n",
    "item": "\n\n",
    "short": "\n\n",
    "contents_end": "\n",
    "dates_end": "\n",
    "named_only": "\n\n",
}


def _palette(colour: str) -> dict[str, object]:
    light, dark = look.palettes(colour)
    return {"light": light, "dark": dark}


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
def _frame(name: str, language: str) -> Template:
    """The MJML file ``frames/NAME.mjml`` as a Jinja template: compiled once, values come later."""
    source = _source(language, f"frames/{name}.mjml") or ""
    # Without fonts={} every reader's mail program would ask a third party for a default font.
    return _html(language).from_string(mjml2html(_COMMENT.sub("", source), fonts={}))


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


def _counted(language: str, count: int, one: str, many: str) -> str:
    """``counted(3, "one post", "{n} posts")``: the form for that number, with the number in it."""
    _never_none(count)
    form = translate_counted(one, many, count, language)
    return form.replace("{n}", dates.number(count, language))


def _mailto(address: str, body: str = "", subject: str = "") -> Markup:
    """A mailto link (RFC 6068) that opens a mail with ``body`` already written."""
    fields = [
        # RFC 6068 §5: a line break is %0D%0A.
        key + "=" + quote(text.replace("\n", "\r\n"))
        for key, text in (("subject", subject), ("body", body))
        if text
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


def _environment(language: str, *, html: bool) -> Environment:
    environment = Environment(
        loader=FunctionLoader(partial(_source, language)),
        undefined=StrictUndefined,
        autoescape=html,
        finalize=_as_html if html else _as_text,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    tellers: tuple[Callable[..., str], ...] = (dates.day, dates.short_day, dates.month)
    tellers += (dates.clock, dates.moment, dates.size, dates.tongue, dates.own_name, dates.listed)
    environment.filters.update({teller.__name__: _in_language(teller) for teller in tellers})
    environment.filters["keep"] = keep
    environment.filters["prose"] = lambda text: Markup(prose(clean(text)))
    environment.filters["linked"] = lambda text: Markup(linked(clean(text)))
    environment.globals.update(
        slot=slot, mailto=_mailto, light=look.LIGHT, dark=look.DARK, font=Markup(look.FONT)
    )
    environment.globals |= {"written": LANGUAGES, "_": partial(translate, language=language)}
    environment.globals["counted"] = partial(_counted, language)
    return environment


def _source(language: str, name: str) -> str | None:
    """A template's source with its sentences in that language, for Jinja; None when there is none.

    Whatever includes or imports another template gets that one in the same language.
    """
    path = _HERE / name
    if not path.is_file():
        return None
    source = path.read_text(encoding="utf-8")
    return translated(source, kind_of(name), partial(translate, language=language))


@cache
def _html(language: str) -> Environment:
    return _environment(language, html=True)


@cache
def _text(language: str) -> Environment:
    return _environment(language, html=False)
