"""Turns what was read of a letter into what a post needs: title, clean HTML and text, attachments,
and notes that tell the moderator what was taken away. What becomes of it is decided elsewhere."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from ingest.attachments import check_attachment
from ingest.bodies import MOST_CHARACTERS, body_of
from ingest.characters import clean_line, clean_text
from ingest.clean import LYING
from ingest.drafted import Draft, RefusedAttachment
from ingest.noticing import notice
from ingest.read import read
from ingest.titles import read_title
from ingest.tree import Element, text_of, write
from ingest.tree_lines import prune
from ingest.wrapping import is_wrapping, unwrapped
from storage.records import Attachment, Reading

MOST_ATTACHMENTS = 30
_MOST_MAILS_INSIDE = 5
_DEEPEST = 3


def draft(reading: Reading) -> Draft:
    """The post that a letter would make. Pure, never raises; everything taken away is noted."""
    try:
        return _draft(reading)
    except Exception:  # noqa: BLE001 - whatever a stranger sent, a person has to see it
        title = read_title(reading.subject)
        text = clean_text(reading.text[:MOST_CHARACTERS])
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())
        notes = (*reading.removed, "This mail broke our program: only its plain words are shown.")
        return Draft(
            title.text, lines, text, notes=notes, topics=title.topics, empty=not text.strip()
        )


def _draft(reading: Reading) -> Draft:
    desk = _Desk(notes=list(reading.removed))
    reading = _without_wrapping(reading)
    body = _whole_body(reading, desk, depth=0)
    _attach_the_rest(desk)
    title = read_title(reading.subject)
    words = any(character.isalnum() for character in body.words)
    return Draft(
        title=title.text,
        html=body.html,
        text=body.text,
        attachments=tuple(desk.attachments),
        refused=tuple(desk.refused),
        notes=tuple(dict.fromkeys(desk.notes)),
        topics=title.topics,
        whole_title=title.whole,
        empty=not words,
        only_pictures=not words and any(_is_picture(file) for file in desk.attachments),
        noticed=notice(title.text, body.text, body.trees, lying=LYING in desk.notes),
    )


@dataclass(slots=True)
class _Desk:
    """What lies about while a draft is made."""

    notes: list[str]
    waiting: list[Attachment] = field(default_factory=list)
    """Files that nothing has been decided about."""
    attachments: list[Attachment] = field(default_factory=list)
    refused: list[RefusedAttachment] = field(default_factory=list)


def _without_wrapping(reading: Reading) -> Reading:
    """With the files of a winmail.dat instead of it, and its text where the mail has none."""
    text, files = reading.text, list[Attachment]()
    for file in reading.attachments:
        found = unwrapped(file.content) if is_wrapping(file.content) else None
        if found is None or not (found.files or found.text or found.whole):
            files.append(file)
            continue
        files += found.files
        text = text if text.strip() or reading.html else found.text
    return replace(reading, text=text, attachments=tuple(files))


# Mails inside the mail -------------------------------------------------------------------------


def _whole_body(reading: Reading, desk: _Desk, depth: int) -> _Whole:
    own = body_of(reading)
    desk.notes += own.notes
    whole = _Whole([own.tree], [own.text])
    mails = [file for file in reading.attachments if file.content_type == "message/rfc822"]
    files = [file for file in reading.attachments if file.content_type != "message/rfc822"]
    page = (reading.html or "").casefold() if own.from_page else ""
    desk.waiting += _place_pictures(own.tree, files, page, desk)
    for number, mail in enumerate(mails):
        if depth >= _DEEPEST or number >= _MOST_MAILS_INSIDE:
            desk.notes.append("A mail inside the mail was left out.")
            break
        _add_mail(whole, mail, desk, depth)
    return whole


@dataclass(slots=True)
class _Whole:
    trees: list[Element]
    texts: list[str]

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text.strip())

    @property
    def html(self) -> str:
        return "\n".join(filter(None, (write(tree).strip() for tree in self.trees)))

    @property
    def words(self) -> str:
        return " ".join(text_of(tree) for tree in self.trees)


def _add_mail(whole: _Whole, mail: Attachment, desk: _Desk, depth: int) -> None:
    inner = read(mail.content)
    desk.notes += inner.removed
    inside = _whole_body(inner, desk, depth + 1)
    if not inside.words.strip() and not inner.attachments:
        desk.notes.append("An attached mail held nothing to read.")
        return
    heading = _heading(inner)
    title = Element("p", {}, [Element("b", {}, [heading])])
    whole.trees += [Element("", {}, [title]), *inside.trees]
    whole.texts += [heading, *inside.texts]


def _heading(inner: Reading) -> str:
    sender = inner.sender
    name = clean_line(sender.name or sender.address.partition("@")[0]) if sender else ""
    date = f"{inner.date.day} {inner.date:%B %Y}" if inner.date else ""
    origin = ", ".join(part for part in (name, date) if part)
    return f"Passed on{' from ' + origin if origin else ''}: {read_title(inner.subject).whole}"


# Pictures and files ----------------------------------------------------------------------------


def _place_pictures(
    tree: Element, files: list[Attachment], page: str, desk: _Desk
) -> list[Attachment]:
    """Pictures shown in the text of one mail get their cleaned file; those without one leave their
    words. Gives the other files, but not the logos of what was cut from the ``page``."""
    by_id = {_plain_id(file.content_id): file for file in files if file.content_id}
    placed: dict[str, str | None] = {}

    def place(image: Element) -> Element | str:
        wanted = _plain_id(unquote(image.attributes["src"].removeprefix("cid:")))
        if wanted not in placed:
            placed[wanted] = _placed(by_id.get(wanted), desk)
        name, alt = placed[wanted], image.attributes.get("alt", "")
        if name is None:
            return alt
        return Element("img", {**image.attributes, "src": f"cid:{name}"})

    _replace_images(tree, place)
    prune(tree)
    shown = {id(by_id[wanted]) for wanted, name in placed.items() if name is not None}
    cut = {id(file) for wanted, file in by_id.items() if f"cid:{wanted}" in page} - shown
    cut -= {id(by_id[wanted]) for wanted in placed if wanted in by_id}
    return [file for file in files if id(file) not in shown | cut]


def _replace_images(element: Element, place: Callable[[Element], Element | str]) -> None:
    for number, child in enumerate(element.children):
        if isinstance(child, Element):
            if child.name == "img":
                element.children[number] = place(child)
            else:
                _replace_images(child, place)


def _placed(file: Attachment | None, desk: _Desk) -> str | None:
    """The new Content-ID of a picture, or None when there is no such picture or it is unfit."""
    if file is None:
        return None
    outcome = check_attachment(file).outcome
    if not isinstance(outcome, Attachment) or not _is_picture(outcome):
        return None
    name = f"picture-{sum(file.inline for file in desk.attachments) + 1}"
    desk.attachments.append(replace(outcome, content_id=name, inline=True))
    return name


def _plain_id(written: str | None) -> str:
    return (written or "").strip("<> ").casefold()


def _is_picture(file: Attachment) -> bool:
    return file.content_type.startswith("image/")


def _attach_the_rest(desk: _Desk) -> None:
    for number, file in enumerate(desk.waiting):
        if number >= MOST_ATTACHMENTS:
            desk.notes.append(f"Only the first {MOST_ATTACHMENTS} attachments were looked at.")
            return
        checked = check_attachment(file)
        if checked.note:
            desk.notes.append(checked.note)
        if isinstance(checked.outcome, Attachment):
            outcome = replace(checked.outcome, content_id=None, inline=False)
            desk.attachments.append(_named_apart(outcome, desk.attachments))
        else:
            desk.notes.append(checked.outcome.sentence)
            desk.refused += [] if checked.outcome.quiet else [checked.outcome]


def _named_apart(file: Attachment, others: list[Attachment]) -> Attachment:
    """The file under a name that none of the others has."""
    taken = {other.filename for other in others}
    stem, dot, ending = (file.filename or "").rpartition(".")
    number = 2
    while file.filename in taken:
        file = replace(file, filename=f"{stem[:90]} ({number}){dot}{ending}")
        number += 1
    return file
