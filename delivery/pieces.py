"""Makes the pieces of a post: each is written and encoded once for each form, for all readers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from sqlalchemy import Connection

import templates
from delivery.assemble import encode_piece
from delivery.facts import Facts, read_facts, read_mark
from delivery.forms import template_form
from delivery.ics import event
from delivery.shorten import (
    has_words,
    one_line_of,
    shorten_html,
    shorten_text,
    without_lines,
    without_logos,
)
from delivery.wording import fold
from storage import lists, pieces, posts
from storage.records import Post, StoredAttachment

Views = dict[str, tuple[templates.ItemView, templates.ItemView]]
"""A post as templates show it, by language: whole, and its beginning."""

FIRST = -1
"""The topic, so to say, of what must not be missed: it stands above all others."""

AT_ONCE = 10
"""Posts that are read together."""

logger = logging.getLogger(__name__)


def ensure(tx: Connection, post_ids: Sequence[int], forms: Iterable[str]) -> dict[int, str]:
    """Makes what is not ready yet. The posts that could not be written, with the reason.

    ``forms`` are forms of pieces. A few posts are in memory at a time.
    """
    wanted = tuple(forms)
    ready = pieces.present(tx, post_ids)
    missing = {
        number: lacking
        for number in post_ids
        if (lacking := [form for form in wanted if (number, form) not in ready])
    }
    list_of = cache(partial(_list_of, tx))
    bad: dict[int, str] = {}
    for post, attached in _read(tx, list(missing)):
        try:
            names, pages = list_of(post.list_id)
            _make(tx, post, attached, missing[post.id], names, pages=pages)
        except Exception as error:  # whatever a stranger wrote: the other posts go out
            logger.exception("post %s cannot be written", post.id)
            bad[post.id] = f"{type(error).__name__}: {error}"[:300]
    return bad


def _read(tx: Connection, numbers: Sequence[int]) -> Iterator[tuple[Post, list[StoredAttachment]]]:
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        attached = posts.attachments(tx, some)
        for post in posts.by_ids(tx, some):
            yield post, [one for one in attached if one.post_id == post.id]


def write_pieces(
    post: Post,
    attached: Sequence[StoredAttachment],
    names: Mapping[int, str],
    form: str,
    *,
    pages: bool = False,
    views: Views | None = None,
) -> dict[str, bytes]:
    """The encoded pieces of one post by name. ``names`` are the list's topics in their order;
    ``pages`` says whether its posts have pages; ``views`` is kept from form to form of one post.

    "entry" (in the contents), "item", "short", and "also_in:TOPIC" for each topic under which it
    may stand; "whole" where "item" is only its beginning. With days: "on" and "closes" (lines
    above the contents), "days" (which they are) and "calendar".
    """
    kind, language = template_form(form)
    views = {} if views is None else views
    if language not in views:
        whole = replace(item_view(post, attached, language), page=pages)
        views[language] = whole, _beginning(whole)
    item, beginning = views[language]
    made = {
        "entry": templates.edition_entry(kind, item, language=language),
        "item": templates.edition_item(kind, beginning, language=language),
        "short": templates.edition_short(kind, item, language=language),
    }
    if beginning.cut:
        made["whole"] = templates.edition_item(kind, item, language=language)
    topics = [topic for topic in names if topic in post.topics]
    for topic in (FIRST, *topics):
        others = tuple(names[other] for other in topics if other != topic)
        if others:
            text = templates.edition_also_in(kind, others, language=language)
            made[f"also_in:{topic}"] = text
    made |= _days(kind, item, language)
    if kind != "text" and (entries := calendar_entries(post, item)):
        made["calendar"] = entries
    return {name: encode_piece(text) for name, text in made.items()}


def item_view(
    post: Post, attached: Sequence[StoredAttachment], language: str = "en"
) -> templates.ItemView:
    """The post as templates show it, whole, the same for every reader."""
    facts = read_facts(post.title, post.text, post.held_at.date(), language)
    shown = _shown(post, facts)
    html = without_lines(_without_pictures(post.html), shown)
    lines = without_logos(post.text, post.author_name, language).split("\n")
    text = "\n".join(line for line in lines if fold(line) not in shown)
    text = text if text.strip() else post.text
    return templates.ItemView(
        title=post.title,
        text=text,
        html=html if has_words(html) else "",
        organisation=post.author_name,
        author_address=post.author_address,
        event_date=post.event_date,
        closing_date=post.closing_date,
        attachments=tuple(
            templates.AttachmentView(one.filename, one.size) for one in attached if not one.inline
        ),
        # Where the title says it already, it is not said twice.
        mark="corrected" if post.corrects and not read_mark(post.title, language) else "",
        time=facts.time if post.event_date and facts.event_date == post.event_date else "",
        where=facts.where,
        cost=facts.cost,
        who=facts.who,
        book=facts.book,
        line=one_line_of(text),
    )


def _shown(post: Post, facts: Facts) -> frozenset[str]:
    """The lines that the card says. A day that somebody changed is not the author's any more."""
    event = facts.event_lines if post.event_date == facts.event_date else frozenset()
    closing = facts.closing_lines if post.closing_date == facts.closing_date else frozenset()
    return facts.lines | event | closing


def _beginning(item: templates.ItemView) -> templates.ItemView:
    """As much of it as a round-up shows."""
    text, cut = shorten_text(item.text)
    html, html_cut = shorten_html(item.html)
    # The two are the same words, so that what one says is cut, is cut.
    return replace(item, text=text, html=html, cut=cut or html_cut) if cut or html_cut else item


def _days(kind: templates.Form, item: templates.ItemView, language: str) -> dict[str, str]:
    """The lines above the contents, and by which days they are put in order."""
    dated = {"on": item.event_date, "closes": item.closing_date}
    lines = {
        name: templates.edition_date(kind, item, day, language=language)
        for name, day in dated.items()
        if day
    }
    days = [day.isoformat() if day else "" for day in dated.values()]
    return lines | {"days": "/".join(days)} if lines else {}


def calendar_entries(post: Post, item: templates.ItemView) -> str:
    """The event, and the last day for it, as calendar entries; "" when neither is known."""
    same: dict[str, Any] = {"stamp": post.approved_at or post.held_at, "version": post.version}
    made = ""
    if post.event_date:
        time = f"{item.title} ({item.time})" if item.time else item.title
        uid = f"post-{post.id}-{post.list_id}@postround"
        made += event(uid, post.event_date, time, where=item.where, words=item.line, **same)
    if post.closing_date:
        uid = f"post-{post.id}-{post.list_id}-closes@postround"
        made += event(uid, post.closing_date, templates.edition_closes(item.title), **same)
    return made


def _list_of(tx: Connection, list_id: int) -> tuple[dict[int, str], bool]:
    """The names of a list's topics, and whether its posts have pages."""
    sender = lists.by_id(tx, list_id)
    names = {topic.id: topic.name for topic in lists.topics(tx, list_id)}
    return names, sender is not None and sender.pages


def _make(
    tx: Connection,
    post: Post,
    attached: Sequence[StoredAttachment],
    forms: Sequence[str],
    names: Mapping[int, str],
    *,
    pages: bool,
) -> None:
    views: Views = {}
    made = {
        form: write_pieces(post, attached, names, form, pages=pages, views=views) for form in forms
    }
    pieces.put(tx, post.id, post.version, made)


# Cleaned HTML writes every attribute in double quotes, so a picture ends at the first ">" after.
_PICTURE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')


def _without_pictures(html: str) -> str:
    """A round-up carries no pictures: it stays small, and no mail program has to fetch any.

    They come whole with "more N".
    """
    return _PICTURE.sub("", html)
