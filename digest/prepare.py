"""Gets ready what a run's mails are joined from: each post and frame once for each form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Connection

from delivery.edition_mail import Heads, make_frames
from delivery.forms import mail_form, piece_forms
from delivery.pieces import ensure
from digest.claimed import Run
from digest.timetable import read_zone
from storage import lists, logos, pieces, posts
from storage.records import Files, Format, Length, MailingList, Plan

Wish = tuple[Format, str, Length, Files]
"""Format, language, length and attachments, as readers have them."""
POSTS_AT_ONCE = 10
LATE_AFTER = timedelta(hours=1)
"""A round-up that is made so long after its time says so."""


@dataclass(slots=True)
class Prepared:
    """What is ready for a run, and what turned out not to be fit for sending."""

    posts: set[int] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    """Forms of mails that have their frames."""
    bad: set[int] = field(default_factory=set)
    """Posts that could not be written. They stay approved; the operator sees them in history."""


def prepare(
    run: Run,
    post_ids: Sequence[int],
    wishes: Iterable[Wish],
    stop: Callable[[], bool],
) -> Prepared:
    """Writes the posts and the frames in the forms that readers have now.

    In small steps, each with the lease renewed; what is ready already is not made again.
    """
    prepared = Prepared()
    forms = {form for wish in wishes if (form := form_of(run.mailing_list, wish))}
    for start in range(0, len(post_ids), POSTS_AT_ONCE):
        if stop():
            return prepared
        with run.db.write() as tx:
            run.start_batch(tx)
            _posts(tx, run, prepared, post_ids[start : start + POSTS_AT_ONCE], forms)
    with run.db.write() as tx:
        _frames(tx, run, prepared, forms)
    return prepared


def prepare_rest(
    tx: Connection, run: Run, prepared: Prepared, post_ids: set[int], forms: set[str]
) -> bool:
    """Makes ready what only now proves to be wanted, by readers who changed their wishes.

    True when one of the posts cannot be written, so that the choice must be made again.
    """
    known = len(prepared.bad)
    missing = post_ids if forms - prepared.forms else post_ids - prepared.posts
    if missing:
        _posts(tx, run, prepared, sorted(missing), forms | prepared.forms)
    _frames(tx, run, prepared, forms)
    return len(prepared.bad) > known


def form_of(mailing_list: MailingList, wish: Wish) -> str | None:
    """The form of the mails for these wishes; None when there is no such format."""
    format_, language, length, files = wish
    form = mail_form(format_, mailing_list.speaks(language), length, files)
    try:
        piece_forms(form)
    except KeyError:
        return None
    return form


def _posts(
    tx: Connection, run: Run, prepared: Prepared, post_ids: Sequence[int], forms: Iterable[str]
) -> None:
    parts = sorted({part for form in forms for part in piece_forms(form)})
    for number, reason in ensure(tx, post_ids, parts).items():
        prepared.bad.add(number)
        run.note(tx, "post_unwritable", reason, post_id=number)
    prepared.posts.update(post_ids)


def _frames(tx: Connection, run: Run, prepared: Prepared, forms: Iterable[str]) -> None:
    new = sorted(set(forms) - prepared.forms)
    if not new:
        return
    alone = sorted(prepared.posts) if run.lead.frequency == "straight away" else []
    titles = {post.id: post.title for post in posts.by_ids(tx, alone)}
    topics = lists.topics(tx, run.mailing_list.id)
    heads = replace(heads_of(run, titles), logo=logos.of_list(tx, run.mailing_list.id))
    made = make_frames(run.mailing_list, topics, new, heads)
    pieces.put_frames(tx, run.lead.id, made)
    prepared.forms.update(new)


def heads_of(run: Run, titles: Mapping[int, str]) -> Heads:
    """What the mails of a run say beside its posts."""
    due = run.lead.end.astimezone(read_zone(run.mailing_list.timezone))
    late = run.lead.frequency != "straight away" and run.now - run.lead.end > LATE_AFTER
    late = late and (run.plan is None or run.plan.released_at is None)
    return Heads(
        run.day,
        titles,
        due if late else None,
        intro_of(run.mailing_list, run.plan),
        frozenset(run.plan.shortened if run.plan else ()),
    )


def intro_of(mailing_list: MailingList, plan: Plan | None) -> str:
    return mailing_list.intro if plan is None or plan.intro is None else plan.intro
