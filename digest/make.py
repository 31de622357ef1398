"""Makes one run's mails: chooses for each reader, and writes a small row for each mail.

It may be stopped, killed or overtaken at any point; whichever clock comes next goes on from the
last batch. Readers are walked in small steps, each one transaction, never all in memory.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from delivery.compose import new_message_id
from delivery.edition_mail import LETTER
from digest.choose import Choice, Offer
from digest.claimed import Overtaken, Run
from digest.offer import corrected_for, posts_had, read_offer
from digest.prepare import Prepared, form_of, prepare, prepare_rest
from storage import editions, plans, subscribers, taken
from storage.outgoing import LANE_EDITIONS, posts_of
from storage.records import Edition, Subscriber

BATCH = 500

LONG_BATCH = 0.05
BREATH = 0.12
"""Seconds. After a long batch SQLite is left alone, on which a writer in another process sleeps up
to 0.1 s before it looks again whether the file is free: the door would be kept waiting to the end.
"""

logger = logging.getLogger(__name__)

Row = dict[str, Any]


def make(run: Run, stop: Callable[[], bool] = lambda: False) -> Edition | None:
    """The lead edition when it is finished; None when we were stopped or overtaken.

    Whatever is raised on the way, the run goes on in a later tick, when its lease is over.
    """
    try:
        with run.db.read() as tx:
            run = replace(run, plan=plans.of_editions(tx, run.group))
            posts = taken.taken(tx, [edition.id for edition in run.group])
            frequencies = {edition.frequency for edition in run.group}
            now, lead_id = run.clock(), run.lead.id
            offer = read_offer(tx, run.mailing_list, posts, frequencies, now, lead_id, run.plan)
            formats = taken.forms_wanted(tx, run.mailing_list.id)
        prepared = prepare(run, sorted({post.post_id for post in posts}), formats, stop)
        choice = Choice(offer)
        while not stop():
            began = time.monotonic()
            if _batch(run, offer, choice, prepared):
                return _finished(run)
            if run.db.sqlite and time.monotonic() - began > LONG_BATCH:
                time.sleep(BREATH)
    except Overtaken:
        logger.warning("edition %s: another clock goes on with it", run.lead.id)
        return None
    run.release()
    return None


def _batch(run: Run, offer: Offer, choice: Choice, prepared: Prepared) -> bool:
    """Sees to the next readers. True when there are no more."""
    with run.db.write() as tx:
        last = run.start_batch(tx)
        readers, broken = subscribers.batch(tx, run.mailing_list.id, last, BATCH)
        if not readers and not broken:
            return editions.finish(tx, run.lead.id, run.claim, run.clock())
        upto = max([reader.id for reader in readers] + broken)
        had = posts_had(tx, run.lead.id, offer, last, upto)
        out = taken.stale(tx, (*offer.earlier, *offer.taken))
        for_whom = corrected_for(tx, (*offer.earlier, *offer.taken), last, upto)
        for number, who in for_whom.items():
            for reader in readers:
                if reader.id not in who:
                    had.setdefault(reader.id, set()).add(number)
        faults = dict.fromkeys(broken, "its row cannot be read")
        rows = list(_rows(run, choice, readers, had, prepared.bad | out, faults))
        wanted = {number for items in {row["items"] for row in rows} for number in posts_of(items)}
        if prepare_rest(tx, run, prepared, wanted, {row["form"] for row in rows}):
            rows = list(_rows(run, choice, readers, had, prepared.bad | out, faults))
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
    wish = (reader.format, reader.language, reader.length, reader.attachments)
    form = form_of(run.mailing_list, wish)
    if form is None:
        raise ValueError(f'no format "{reader.format}"')
    return {
        "recipient": reader.address,
        "subscriber_id": reader.id,
        "message_id": new_message_id(run.mailing_list.domain),
        "form": form,
        "items": items,
    }


def _finished(run: Run) -> Edition:
    with run.db.read() as tx:
        lead = editions.by_id(tx, run.lead.id)
    assert lead is not None
    words = "%s: %s edition of %s is made, for %s readers"
    logger.info(words, run.mailing_list.address, lead.frequency, lead.period, lead.readers)
    return lead
