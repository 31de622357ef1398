"""The mark of a mail about a post says which version it showed, and whether it asked "urgent?"."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from delivery.addresses import write_address
from delivery.marks import Marks
from moderation.showing import seen_in, to_moderator
from storage.records import MailingList, Post, Volunteer
from tests.storage.rows import NOON

LIST = MailingList(1, "a" * 20, "lists.example.org", "News")
MARKS = Marks("a secret for tests only")


def people(number: int) -> Volunteer:
    return Volunteer(number, 1, "moderator", "bob@example.org", "Bob", None, NOON)


@given(st.integers(1, 36**5 - 1), st.integers(1, 36**3 - 1), st.integers(1, 17), st.booleans())
def test_what_is_read_is_what_was_written_and_fits_into_an_address(
    post_id: int, person: int, version: int, urgent: bool
) -> None:
    post = Post(post_id, 1, None, "", "", "", "", "", "held", NOON, version=version)
    to = to_moderator(people(person), post, urgent=urgent)
    assert (to.ids[:2], seen_in(to.ids)) == ((post_id, person), (version, urgent))
    mark = MARKS.mint("verdict", *to.ids, day=date(2026, 11, 22))
    local = write_address(LIST, "verdict", mark).partition("@")[0]
    assert len(local) <= 64  # RFC 5321 §4.5.3.1.1
