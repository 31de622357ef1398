"""All mails about one post stand in one thread, also in programs that look at the subject."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from storage import letters
from storage.database import Database
from storage.tables import letter
from tests.mailbox import Mail
from tests.moderation.office import Office, settle
from tests.storage.rows import arrival


@pytest.fixture
def office(database: Database) -> Office:
    return settle(database)


def _bases(mails: list[Mail], to: str) -> set[str]:
    """Subjects without their "Re:", as Gmail and RFC 5256 §2.1 compare them."""
    return {re.sub(r"^(?:Re: )*", "", mail.subject) for mail in mails if to in mail.to}


def test_a_moderators_mails_share_one_subject_and_name_the_first(office: Office) -> None:
    post = office.hold()
    mails = office.letters()
    office.answer(post, office.bob, "maybe")
    office.answer(post, office.bob, "yes\ntitle: Hours of the food bank")
    office.answer(post, office.bob, "undo")
    office.answer(office.look(post.id), office.bob, "no")
    office.answer(office.look(post.id), office.bob, "yes")
    mails += office.letters()
    bobs = [mail for mail in mails if office.bob.address in mail.to]
    assert len(bobs) == 6
    assert _bases(bobs, office.bob.address) == {"Please decide: Food bank hours"}
    assert all(mail.subject.startswith("Re: Please") for mail in bobs[1:])
    first = bobs[0].header("Message-ID")
    assert all(mail.header("In-Reply-To") == first for mail in bobs[1:])


def test_a_new_title_of_the_author_breaks_no_thread(office: Office) -> None:
    post = office.hold()
    office.author(post, "correct\ntitle: Hours\n\nOpen on Friday at ten.")
    office.decide(office.look(post.id), "yes", office.bob)
    mails = office.letters()
    assert _bases(mails, office.bob.address) == {"Please decide: Food bank hours"}


def test_who_was_asked_later_has_the_title_of_then(office: Office) -> None:
    post = office.hold()
    office.letters()
    office.author(post, "correct\ntitle: Hours\n\nOpen on Friday at ten.")
    office.later(minutes=1)
    office.answer(office.look(post.id), office.bob, "pass")
    office.later(minutes=1)
    office.answer(office.look(post.id), office.amina, "yes\ntitle: Hours of the food bank")
    mails = office.letters()
    assert _bases(mails, office.amina.address) == {"Please decide: Hours"}


def test_who_was_never_asked_sees_in_the_subject_what_happened(office: Office) -> None:
    office.decide(office.hold(), "yes", office.bob)
    mails = office.letters()
    assert _bases(mails, office.amina.address) == {"Approved: Food bank hours"}


@pytest.mark.parametrize("subject", ["Fwd: Food bank", "RE: re: Fwd: Food bank"])
def test_an_authors_mails_answer_what_they_sent(office: Office, subject: str) -> None:
    number = _letter(office, subject)
    post = office.hold(letter_id=number)
    office.author(post, "what is going on?")
    office.decide(post, "no", office.bob)
    mails = [mail for mail in office.letters() if post.author_address in mail.to]
    assert [mail.letter for mail in mails] == ["post_received", "author_passed_on", "post_rejected"]
    assert {mail.subject for mail in mails} == {"Re: Fwd: Food bank"}


def _letter(office: Office, subject: str) -> int:
    with office.db.write() as tx:
        (number,) = letters.keep(tx, [arrival(b"Subject: x\r\n\r\nx", office.sender.address)])
        tx.execute(update(letter).where(letter.c.id == number).values(subject=subject))
    return number


def test_without_a_subject_of_theirs_each_mail_has_its_own(office: Office) -> None:
    office.hold()
    (receipt,) = [mail for mail in office.letters() if mail.letter == "post_received"]
    assert receipt.subject == "We have your post: Food bank hours"
