"""Which of an edition's posts each reader gets, and in which order. Pure, and quick.

A post reaches a reader once: at the earliest of the frequencies that the reader has for any of
its topics. When editions are due, and what they took, is settled before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from delivery.pieces import FIRST
from storage.records import FREQUENCIES, Frequency, Subscriber
from storage.taken import Taken

LATE = timedelta(minutes=5)
"""A verdict given just before an edition's end may be committed just after it."""
KEPT_CHOICES = 10_000

Wishes = tuple[Frequency, tuple[int, ...], tuple[tuple[int, Frequency], ...]]
"""Frequency, topics (none: all of them), and the topics with a frequency of their own."""


@dataclass(frozen=True, slots=True)
class Offer:
    """All that one run has for the readers of a list."""

    topics: tuple[int, ...]
    """Ids in the order of the list. Posts may hold others, which are no topics any more."""
    taken: tuple[Taken, ...]
    """By the editions of this run."""
    day: date
    """Today's date for the list."""
    midnight: Callable[[date], datetime]
    """When a day begins for the list."""
    earlier: tuple[Taken, ...] = ()
    """By earlier editions of the same frequencies: for readers who changed their wishes."""
    made_before: Mapping[Frequency, datetime | None] | None = None
    """When those before these editions were made: who changed since then looks back."""
    over: frozenset[int] = frozenset()
    """Posts whose day has passed: nobody gets them any more."""
    first: tuple[int, ...] = ()
    """Posts that stand above all others: what was cancelled or put right, and what the people who
    run the list put there."""


class Choice:
    """Chooses from one offer for many readers. Equal wishes are looked at once."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._topics = {taken.post_id: _known(offer, taken) for taken in _all(offer)}
        self._looking_back = dict(offer.made_before or {})
        # Posts that not everybody with the same wishes gets; most runs have none.
        self._delicate = any(_came_late(taken) or _at_once(taken) for taken in offer.taken)
        self._wanted: dict[Wishes, tuple[Taken, ...]] = {}
        self._written: dict[tuple[tuple[int, ...], tuple[int, ...]], str] = {}

    def items(self, reader: Subscriber, had: Collection[int]) -> str:
        """The posts for ``reader`` as in Outgoing, "topic:post,post topic:post"; "" for none.

        First comes what must not be missed, as topic -1. Topics stand in the order of the list,
        those without one last, posts in the order of their approval. ``had`` are the ids of posts
        that this reader was sent before.
        """
        if reader.state != "active" or _is_paused(reader, self._offer.day):
            return ""
        wishes = (reader.frequency, reader.topics, tuple(sorted(reader.topic_frequencies.items())))
        posts = self._regular(wishes)
        if self._delicate:
            settled = self._settled_until(reader)
            posts = tuple(taken for taken in posts if _is_for(reader, settled, taken))
        if reader.changed_at is not None:
            posts = (*self._owed(reader, wishes), *posts)
        gone = self._offer.over
        numbers = tuple(
            taken.post_id
            for taken in posts
            if taken.post_id not in had and taken.post_id not in gone
        )
        return self._write(numbers, reader.topics)

    def _regular(self, wishes: Wishes) -> tuple[Taken, ...]:
        found = self._wanted.get(wishes)
        if found is None:
            _make_room(self._wanted)
            found = self._wanted[wishes] = tuple(self._matching(self._offer.taken, wishes))
        return found

    def _matching(self, posts: Iterable[Taken], wishes: Wishes) -> Iterable[Taken]:
        for taken in posts:
            if _frequency_of(taken, self._topics[taken.post_id], wishes) == taken.frequency:
                yield taken

    def _owed(self, reader: Subscriber, wishes: Wishes) -> Iterable[Taken]:
        """What earlier editions brought that this reader would have got with today's wishes."""
        since = reader.owed_since
        settled = self._settled_until(reader)
        for taken in self._matching(self._offer.earlier, wishes):
            made_before = self._looking_back.get(taken.frequency)
            if made_before is None or reader.changed_at is None or reader.changed_at < made_before:
                continue
            if settled is not None and taken.approved_at < settled:
                continue
            if since is None or (taken.end > since and taken.approved_at >= since - LATE):
                yield taken

    def _settled_until(self, reader: Subscriber) -> datetime | None:
        """Nothing approved before is owed: they joined then, or came back from a pause."""
        moments = [reader.joined_at, reader.settled_until]
        if reader.paused_until is not None and not _pauses_later(reader, self._offer.day):
            moments.append(self._offer.midnight(reader.paused_until))
        return max((moment for moment in moments if moment is not None), default=None)

    def _write(self, numbers: tuple[int, ...], wanted: tuple[int, ...]) -> str:
        if not numbers:
            return ""
        key = (numbers, wanted)
        text = self._written.get(key)
        if text is None:
            _make_room(self._written)
            text = self._written[key] = self._filed(numbers, wanted)
        return text

    def _filed(self, numbers: tuple[int, ...], wanted: tuple[int, ...]) -> str:
        """Each post under the first of the reader's topics, in the order of the list."""
        first = [str(number) for number in self._offer.first if number in numbers]
        groups: dict[int, list[str]] = {FIRST: first}
        groups |= {topic: [] for topic in (*self._offer.topics, 0)}
        for number in numbers:
            if number in self._offer.first:
                continue
            mine = (topic for topic in self._topics[number] if not wanted or topic in wanted)
            groups[next(mine, 0)].append(str(number))
        return " ".join(f"{topic}:{','.join(posts)}" for topic, posts in groups.items() if posts)


def frequency_for(topics: Collection[int], wishes: Wishes) -> Frequency | None:
    """How often these wishes want a post of these topics; None when they do not want it.

    A post without topics is for everybody.
    """
    default, wanted, own = wishes
    if not topics:
        return default
    chosen = dict(own)
    found = {chosen.get(topic, default) for topic in topics if not wanted or topic in wanted}
    return min(found, key=FREQUENCIES.index, default=None)


def _frequency_of(taken: Taken, topics: Collection[int], wishes: Wishes) -> Frequency | None:
    """What is urgent goes to everybody at once; and whoever has a text that was wrong gets the
    right one, whatever they chose since."""
    if taken.urgent:
        return "straight away"
    found = frequency_for(topics, wishes)
    return wishes[0] if found is None and taken.corrects is not None else found


def _all(offer: Offer) -> tuple[Taken, ...]:
    return (*offer.earlier, *offer.taken)


def _known(offer: Offer, taken: Taken) -> tuple[int, ...]:
    return tuple(topic for topic in offer.topics if topic in taken.topics)


def _is_paused(reader: Subscriber, day: date) -> bool:
    paused = reader.paused_until is not None and reader.paused_until > day
    return paused and not _pauses_later(reader, day)


def _pauses_later(reader: Subscriber, day: date) -> bool:
    return reader.paused_from is not None and reader.paused_from > day


def _came_late(taken: Taken) -> bool:
    return taken.approved_at < taken.start


def _at_once(taken: Taken) -> bool:
    return taken.frequency == "straight away"


def _is_for(reader: Subscriber, settled: datetime | None, taken: Taken) -> bool:
    """Whether it is no older than what this reader may expect.

    At once: what was approved after joining. A round-up: its whole window, and of what came late
    to it only what a reader lacks who was there before.
    """
    if _at_once(taken):
        return reader.joined_at is None or taken.approved_at >= reader.joined_at
    return settled is None or not _came_late(taken) or taken.approved_at >= settled


def _make_room(kept: dict[Any, Any]) -> None:
    # Every reader may have wishes of their own: memory must not grow with the list.
    if len(kept) >= KEPT_CHOICES:
        kept.clear()
