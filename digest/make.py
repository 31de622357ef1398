"""Makes one run's mails: chooses for each reader, and writes a small row for each mail.

It may be stopped, killed or overtaken at any point; whichever clock comes next goes on from the
last batch. Readers are walked in small steps, each one transaction, never all in memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from delivery.compose import new_message_id
from delivery.edition_mail import LETTER, make_frames
from delivery.forms import mail_form, piece_forms
from delivery.pieces import ensure
from digest.choose import Choice, Offer
from digest.offer import posts_had, read_offer
from digest.timetable import read_zone
from storage import editions, history, lists, pieces, posts, subscribers, taken
from storage.database import Database
from storage.outgoing import LANE_EDITIONS, posts_of
from storage.records import Edition, MailingList, Subscriber

LEASE = timedelta(minutes=2)
BATCH = 500
POSTS_AT_ONCE = 10

logger = logging.getLogger(__name__)

Row = dict[str, Any]


class Overtaken(Exception):
    """Another clock goes on with this run, because we were silent for too long."""


@dataclass(frozen=True, slots=True)
class Run:
    """Editions that fell due together, and by whom they are made."""

    db: Database
    mailing_list: MailingList
    group: tuple[Edition, ...]
    """The lead first."""
    claim: str
    now: datetime
    """When the making began, by the clock on the wall."""
    begun: float = field(default_factory=time.monotonic)

    @property
    def lead(self) -> Edition:
        return self.group[0]

    def clock(self) -> datetime:
        # Somebody may set the wall clock while we work; our lease must not jump with it.
        return self.now + timedelta(seconds=time.monotonic() - self.begun)

    def start_batch(self, tx: Connection) -> int:
        """The last reader who was seen to. Raises Overtaken when the run is not ours any more."""
        last = editions.start_batch(tx, self.lead.id, self.claim, self.clock(), LEASE)
        if last is None:
            raise Overtaken
        return last

    def note(self, tx: Connection, what: str, detail: str, **about: int) -> None:
        history.note(
            tx,
            self.clock(),
            "postround",
            what,
            list_id=self.mailing_list.id,
            detail=detail,
            **about,
        )


@dataclass(slots=True)
class Prepared:
    """What is ready for a run, and what turned out not to be fit for sending."""

    posts: set[int] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    """Forms of mails that have their frames."""
    bad: set[int] = field(default_factory=set)
    """Posts that could not be written. They stay approved; the operator sees them in history."""


def make(run: Run, stop: Callable[[], bool] = lambda: False) -> Edition | None:
    """The lead edition when it is finished; None when we were stopped or overtaken.

    Whatever is raised on the way, the run goes on in a later tick, when its lease is over.
    """
    try:
        offer, prepared = _prepare(run)
        choice = Choice(offer)
        while not stop():
            if _batch(run, offer, choice, prepared):
                return _finished(run)
    except Overtaken:
        logger.warning("edition %s: another clock goes on with it", run.lead.id)
        return None
    with run.db.write() as tx:
        editions.release(tx, run.lead.id, run.claim, run.clock())
    return None


def _prepare(run: Run) -> tuple[Offer, Prepared]:
    """Writes every post once for each form that a reader of the list has now."""
    with run.db.read() as tx:
        posts_taken = taken.taken(tx, [edition.id for edition in run.group])
        frequencies = {edition.frequency for edition in run.group}
        offer = read_offer(tx, run.mailing_list, posts_taken, frequencies, run.clock(), run.lead.id)
        wanted = taken.forms_wanted(tx, run.mailing_list.id)
    prepared = Prepared()
    forms = {form for pair in wanted if (form := _form(*pair))}
    numbers = sorted({post.post_id for post in posts_taken})
    for start in range(0, len(numbers), POSTS_AT_ONCE):
        with run.db.write() as tx:
            run.start_batch(tx)
            _prepare_posts(tx, run, prepared, numbers[start : start + POSTS_AT_ONCE], forms)
    with run.db.write() as tx:
        _prepare_frames(tx, run, prepared, forms)
    return offer, prepared


def _prepare_posts(
    tx: Connection, run: Run, prepared: Prepared, numbers: Sequence[int], forms: Iterable[str]
) -> None:
    parts = sorted({part for form in forms for part in piece_forms(form)})
    for number, reason in ensure(tx, numbers, parts).items():
        prepared.bad.add(number)
        run.note(tx, "post_unwritable", reason, post_id=number)
    prepared.posts.update(numbers)


def _prepare_frames(tx: Connection, run: Run, prepared: Prepared, forms: Iterable[str]) -> None:
    new = sorted(set(forms) - prepared.forms)
    if not new:
        return
    singles = {}
    if run.lead.frequency == "straight away":
        singles = {post.id: post.title for post in posts.by_ids(tx, sorted(prepared.posts))}
    topics = lists.topics(tx, run.mailing_list.id)
    frames = make_frames(run.mailing_list, topics, new, day_of(run), singles)
    pieces.put_frames(tx, run.lead.id, frames)
    prepared.forms.update(new)


def day_of(run: Run) -> date:
    """The local date that the mail is headed with: that of its slot, also when it comes late."""
    return run.lead.end.astimezone(read_zone(run.mailing_list.timezone)).date()


def _batch(run: Run, offer: Offer, choice: Choice, prepared: Prepared) -> bool:
    """Sees to the next readers. True when there are no more."""
    with run.db.write() as tx:
        last = run.start_batch(tx)
        readers, broken = subscribers.batch(tx, run.mailing_list.id, last, BATCH)
        if not readers and not broken:
            return editions.finish(tx, run.lead.id, run.claim, run.clock())
        upto = max([reader.id for reader in readers] + broken)
        had = posts_had(tx, run.lead.id, (*offer.earlier, *offer.taken), last, upto)
        faults = dict.fromkeys(broken, "its row cannot be read")
        rows = list(_rows(run, choice, readers, had, prepared.bad, faults))
        if _prepare_rest(tx, run, prepared, rows):
            faults = dict.fromkeys(broken, "its row cannot be read")
            rows = list(_rows(run, choice, readers, had, prepared.bad, faults))
        for number, reason in faults.items():
            run.note(tx, "reader_left_out", reason, subscriber_id=number)
        editions.end_batch(tx, run.lead.id, upto, rows)
    return False


def _rows(
    run: Run,
    choice: Choice,
    readers: Sequence[Subscriber],
    had: Mapping[int, set[int]],
    bad: set[int],
    faults: dict[int, str],
) -> Iterator[Row]:
    """The outbox rows for these readers; who cannot be served is noted in ``faults``."""
    now = run.clock()
    same = {
        "list_id": run.mailing_list.id,
        "letter": LETTER,
        "lane": LANE_EDITIONS,
        "state": "waiting",
        "created_at": now,
        "next_at": now,
        "edition_id": run.lead.id,
    }
    for reader in readers:
        try:
            items = choice.items(reader, had.get(reader.id, set()) | bad)
            if items:
                yield same | _own(run, reader, items)
        except (ValueError, KeyError, TypeError) as error:
            faults[reader.id] = f"{type(error).__name__}: {error}"


def _own(run: Run, reader: Subscriber, items: str) -> Row:
    form = _form(reader.format, reader.language)
    if form is None:
        raise ValueError(f'no format "{reader.format}"')
    reader.address.rpartition("@")[0].encode("ascii")  # what else we could not hand over
    return {
        "recipient": reader.address,
        "subscriber_id": reader.id,
        "message_id": new_message_id(run.mailing_list.domain),
        "form": form,
        "items": items,
    }


def _prepare_rest(tx: Connection, run: Run, prepared: Prepared, rows: Sequence[Row]) -> bool:
    """For readers who changed their wishes: older posts, new forms. True when a post is bad."""
    used = {number for items in {row["items"] for row in rows} for number in posts_of(items)}
    forms = {row["form"] for row in rows}
    new_forms = forms - prepared.forms
    numbers = sorted(used if new_forms else used - prepared.posts)
    before = len(prepared.bad)
    if numbers:
        _prepare_posts(tx, run, prepared, numbers, forms | prepared.forms)
    _prepare_frames(tx, run, prepared, forms)
    return len(prepared.bad) > before


def _form(format_: str, language: str) -> str | None:
    form = mail_form(format_, language)  # type: ignore[arg-type]
    try:
        piece_forms(form)
    except KeyError:
        return None
    return form


def _finished(run: Run) -> Edition:
    with run.db.read() as tx:
        lead = editions.by_id(tx, run.lead.id)
    assert lead is not None
    logger.info(
        "%s: %s edition of %s for %s readers",
        run.mailing_list.address,
        lead.frequency,
        lead.period,
        lead.readers,
    )
    return replace(lead)
