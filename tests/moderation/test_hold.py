"""Holding a post: who is asked, who gets a receipt, and what happens above the limits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from moderation.asking import MOST_WAITING
from moderation.hold import Limits, how_sure, vouch
from storage import askings, subscribers, volunteers
from storage.records import Attachment, Proof, Subscriber
from tests.moderation.office import PROVEN, UNPROVEN, Office, expect, whole
from tests.storage.rows import NOON, new_list

FAILED = Proof(dkim="fail", spf="fail", dmarc="fail", dmarc_policy="none")


def test_the_moderator_on_duty_is_asked_and_a_proven_author_has_a_receipt(office: Office) -> None:
    post = office.hold(topics=(office.housing,), removed=["We took away a picture."])
    asked, receipt = office.letters()
    assert (asked.letter, receipt.letter) == ("post_held", "post_received")
    expect("post_held", whole(asked))
    expect("post_received", whole(receipt))
    assert receipt.header("Auto-Submitted") == "auto-replied"
    assert (post.state, post.proof) == ("held", "proven")
    assert office.marks.read("verdict", asked.reply_to.partition("+")[2].partition("@")[0])


def test_d1_an_unknown_address_without_proof_hears_nothing(desk: Office) -> None:
    post = desk.hold(proof=UNPROVEN)
    (asked,) = desk.letters()
    assert asked.letter == "post_held"
    assert "do not know this address" in asked.text
    assert post.proof == "none"


def test_d1_a_forged_address_of_a_known_author_hears_nothing(office: Office) -> None:
    office.decide(office.hold(), "yes", office.bob)
    office.letters()
    office.later(hours=2)
    office.hold("Pay here", proof=FAILED)
    (asked,) = office.letters()
    assert "Be careful" in asked.text


def test_an_author_whose_post_was_approved_is_known(office: Office) -> None:
    office.decide(office.hold(), "yes", office.bob)
    office.later(hours=2)
    office.letters()
    assert office.hold("Another", proof=UNPROVEN).proof == "known"
    assert [mail.letter for mail in office.letters()] == ["post_held", "post_received"]


def test_one_whose_post_was_rejected_is_not(desk: Office) -> None:
    desk.decide(desk.hold(), "no", desk.bob)
    assert desk.hold("Another", proof=UNPROVEN).proof == "none"


def test_readers_and_moderators_are_known(office: Office) -> None:
    with office.db.write() as tx:
        carol = Subscriber(0, office.sender.id, "carol@reader.example", "", "active", "weekly")
        number = subscribers.add(tx, carol)
        assert number is not None
        assert vouch(tx, office.sender, "Carol@Reader.example", UNPROVEN) == "known"
        assert vouch(tx, office.sender, "bob@example.org", UNPROVEN) == "known"
        assert vouch(tx, new_list(tx, "jobs"), "carol@reader.example", UNPROVEN) == "none"
        assert vouch(tx, office.sender, "carol@reader.example", FAILED) == "none"
        subscribers.leave(tx, number, NOON)
        assert vouch(tx, office.sender, "carol@reader.example", UNPROVEN) == "none"
        volunteers.remove(tx, office.sender.id, "moderator", "bob@example.org", NOON)
        assert vouch(tx, office.sender, "bob@example.org", UNPROVEN) == "none"


@pytest.mark.parametrize("vouched", ["proven", "known", "none"])
@pytest.mark.parametrize("proof", [PROVEN, UNPROVEN, FAILED])
def test_a_failed_check_is_never_called_sure(vouched: str, proof: Proof) -> None:
    assert (how_sure(vouched, proof) == "proven") == (vouched == "proven")


def test_attachments_go_to_the_moderator_and_pictures_of_the_text_are_not_named(
    office: Office,
) -> None:
    poster = Attachment("poster.pdf", "application/pdf", b"%PDF-1.4")
    picture = Attachment("logo.png", "image/png", b"png", content_id="picture-1", inline=True)
    office.hold(attached=[poster, picture])
    asked, _ = office.letters()
    (part,) = asked.message.iter_attachments()
    assert (part.get_filename(), part.get_payload(decode=True)) == ("poster.pdf", b"%PDF-1.4")
    assert "Attached: poster.pdf" in asked.text
    assert "logo.png" not in asked.text


def test_d20_a_proven_author_above_the_limit_is_held_in_silence(office: Office) -> None:
    limits = Limits(per_sender=2)
    for number in range(4):
        office.hold(f"Post {number}", limits=limits)
    asked = [mail.subject for mail in office.letters() if mail.letter == "post_held"]
    assert asked == ["Please decide: Post 0", "Please decide: Post 1"]
    assert len([post for post in range(1, 5) if office.look(post).state == "held"]) == 4
    office.later(hours=1, seconds=1)
    office.hold("An hour later", limits=limits)
    assert [mail.letter for mail in office.letters()] == ["post_held", "post_received"]


def test_a_stranger_may_send_a_quarter_and_all_strangers_together_so_many(desk: Office) -> None:
    limits = Limits(per_sender=8, strangers=3)

    def from_(name: str) -> int:
        desk.hold(proof=UNPROVEN, limits=limits, author_address=f"{name}@evil.example")
        return len(desk.letters())

    assert [from_("mallory"), from_("mallory"), from_("mallory")] == [1, 1, 0]
    assert from_("trudy") == 0, "three strangers' posts were held this hour"
    desk.hold("A proven one", limits=limits)
    assert len(desk.letters()) == 2, "strangers do not take the place of those who are proven"


def test_limits_may_be_raised_for_a_bulk_import(desk: Office) -> None:
    """Above twenty that wait, one mail tells of all the others."""
    limits = Limits(per_sender=1000, strangers=1000)
    for _ in range(30):
        desk.hold(proof=UNPROVEN, limits=limits)
    assert len(desk.letters()) == MOST_WAITING
    with desk.db.read() as tx:
        assert askings.count_loud(tx, desk.sender.id, 100) == 30


def test_the_rota_says_who_is_asked_and_who_is_away_is_asked_last(office: Office) -> None:
    with office.db.write() as tx:
        monday = date(2026, 11, 16)
        week = (monday, monday + timedelta(days=7))
        volunteers.set_shift(tx, office.sender.id, *week, [office.amina.id, office.bob.id])
    office.hold()
    assert office.letters()[0].to == ("amina@example.org",)
    with office.db.write() as tx:
        volunteers.set_absence(tx, office.amina.id, *week)
    office.hold()
    assert office.letters()[0].to == ("bob@example.org",)


def test_without_a_moderator_the_post_is_held_all_the_same(desk: Office) -> None:
    with desk.db.write() as tx:
        for name in ("bob", "amina"):
            volunteers.remove(tx, desk.sender.id, "moderator", f"{name}@example.org", NOON)
    assert desk.hold().state == "held"
    assert [mail.letter for mail in desk.letters()] == ["post_received"]


def test_d18_where_it_is_not_allowed_somebody_else_is_asked_about_a_moderators_post(
    desk: Office,
) -> None:
    desk.own_posts = False
    desk.hold(author_address="Bob@example.org")
    assert desk.letters()[0].to == ("amina@example.org",)


def test_c19_what_strangers_write_stays_text(desk: Office) -> None:
    bait = "{{7*7}} %s ${x} <script>alert(1)</script>"
    desk.hold(bait, author_name=bait, text=bait, html="")
    asked, receipt = desk.letters()
    assert bait in " ".join(asked.text.split())
    assert "49" not in asked.subject
    assert "<script" not in asked.html
    assert bait in receipt.subject
