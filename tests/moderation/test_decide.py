"""Each verdict takes effect once, and everybody concerned gets exactly the right letter."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from moderation.verdict import Kind
from storage import editions, history, outgoing, subscribers, volunteers
from storage.records import Outgoing, Post, Subscriber
from storage.taken import Window
from tests.mailbox import Mail
from tests.moderation.office import Office, expect, whole
from tests.needs import times
from tests.storage.rows import MINUTE, NOON


def held(office: Office, **more: object) -> Post:
    post = office.hold(**more)  # type: ignore[arg-type]
    office.letters()
    return post


def shown(mails: list[Mail]) -> str:
    return "\n".join(f"=== {mail.letter}\n{whole(mail)}" for mail in mails)


def test_yes(office: Office) -> None:
    post = held(office)
    assert office.decide(post, "yes", office.bob)
    expect("yes", shown(office.letters()))
    now = office.look(post.id)
    assert (now.state, now.decided_by, now.approved_at) == ("approved", office.bob.id, office.now)
    assert now.straight_away_at == office.now + timedelta(minutes=5)


def test_no_with_a_reason(office: Office) -> None:
    post = held(office)
    assert office.decide(post, "no", office.bob, reason="Not our area.\nAsk York.")
    expect("no", shown(office.letters()))
    assert office.look(post.id).state == "rejected"


def test_a_no_without_a_reason(desk: Office) -> None:
    desk.decide(held(desk), "no", desk.bob)
    assert "gave no reason" in desk.letters()[-1].text


def test_spam_is_not_told_to_its_author(office: Office) -> None:
    post = held(office)
    assert office.decide(post, "spam", office.bob)
    expect("spam", shown(office.letters()))
    assert office.look(post.id).state == "spam"


def test_undo_before_anybody_has_it(office: Office) -> None:
    post = held(office)
    office.decide(post, "yes", office.bob)
    office.letters()
    office.later(minutes=10)
    assert office.decide(office.look(post.id), "undo", office.amina)
    expect("undo", shown(office.letters()))
    now = office.look(post.id)
    assert (now.state, now.approved_at, now.straight_away_at) == ("held", None, None)
    with office.db.read() as tx:
        author = volunteers.known_author(tx, office.sender.id, "alice@charity.example")
    assert author is not None
    assert author.approved == 0


def test_undo_after_two_readers_have_it(office: Office) -> None:
    post = held(office)
    office.decide(post, "yes", office.bob)
    sent, waiting = in_an_edition(office, post)
    office.letters()
    assert office.decide(office.look(post.id), "undo", office.bob)
    expect("undo_after_leaving", shown(office.letters()))
    assert office.look(post.id).state == "withdrawn"
    with office.db.read() as tx:
        states = [
            mail.state for number in (*sent, *waiting) if (mail := outgoing.by_id(tx, number))
        ]
    assert states == ["sent", "sent", "dropped"]


def in_an_edition(office: Office, post: Post) -> tuple[list[int], list[int]]:
    """Mails to three readers: two were sent, one waits."""
    with office.db.write() as tx:
        window = Window("weekly", "2026-11-23", NOON, office.now + MINUTE, NOON)
        (edition,) = editions.claim(tx, office.sender.id, [window], "clock", office.now, MINUTE)
        numbers = []
        for number in range(3):
            address = f"reader{number}@example.org"
            reader = Subscriber(0, office.sender.id, address, "", "active", "weekly")
            mail = Outgoing(
                0, office.sender.id, "edition", address, address, office.now, "waiting",
                edition_id=edition.id, subscriber_id=subscribers.add(tx, reader),
                items=f"0:{post.id}", message=b"Subject: round-up\r\n\r\n",
            )  # fmt: skip
            numbers.append(outgoing.put(tx, mail, lane=outgoing.LANE_EDITIONS))
        everything = outgoing.claim(tx, "a", office.now, MINUTE, 99, outgoing.LANE_EDITIONS)
        assert len(everything) == 3
        outgoing.note_sent(tx, numbers[:2], "a", office.now)
        outgoing.release(tx, numbers[2:], "a")
    return numbers[:2], numbers[2:]


def test_an_undone_no_or_spam_waits_again(desk: Office) -> None:
    kinds: list[tuple[Kind, bool]] = [("no", True), ("spam", False)]
    for kind, told in kinds:
        post = held(desk)
        desk.decide(post, kind, desk.bob)
        desk.letters()
        assert desk.decide(desk.look(post.id), "undo", desk.amina)
        letters = [mail.letter for mail in desk.letters()]
        assert ("post_undone" in letters) == told
        assert desk.look(post.id).state == "held"


def test_what_was_undone_may_be_approved_and_goes_out_once(office: Office) -> None:
    post = held(office)
    kinds: list[Kind] = ["yes", "undo", "yes"]
    for kind in kinds:
        assert office.decide(office.look(post.id), kind, office.bob)
    now = office.look(post.id)
    assert (now.state, now.approved_at) == ("approved", office.now)


def test_undo_while_nothing_is_decided(desk: Office) -> None:
    assert not desk.decide(held(desk), "undo", desk.bob)
    (mail,) = desk.letters()
    expect("nothing_to_undo", whole(mail))


@pytest.mark.parametrize(
    ("first", "state"), [("yes", "approved"), ("no", "rejected"), ("spam", "spam")]
)
def test_d8_whoever_comes_late_is_told_who_was_first(desk: Office, first: Kind, state: str) -> None:
    post = held(desk)
    desk.decide(post, first, desk.bob)
    desk.letters()
    late: list[Kind] = ["yes", "no", "spam"]
    for kind in late:
        assert not desk.decide(desk.look(post.id), kind, desk.amina)
    told = desk.letters()
    assert [mail.letter for mail in told] == ["verdict_settled_already"] * 3
    expect(f"late_after_{state}", whole(told[1]))
    assert desk.look(post.id).state == state


def test_an_answer_after_the_post_was_withdrawn_is_answered_with_the_truth(desk: Office) -> None:
    post = held(desk)
    desk.decide(post, "yes", desk.bob)
    in_an_edition(desk, post)
    desk.decide(desk.look(post.id), "undo", desk.bob)
    desk.letters()
    desk.decide(desk.look(post.id), "yes", desk.amina)
    (mail,) = desk.letters()
    assert mail.letter == "verdict_settled_already"
    assert "was taken back. It will not go out." in mail.text


def test_the_operator_decides_like_a_moderator_and_is_named(desk: Office) -> None:
    post = held(desk)
    assert desk.decide(post, "yes")
    assert "Approved by the operator" in desk.letters()[0].text
    assert not desk.decide(desk.look(post.id), "yes")
    assert desk.letters() == []
    assert desk.decide(desk.look(post.id), "undo")
    assert desk.letters()[0].text.startswith("The operator took back")


def test_the_moderators_fields_change_what_readers_see(desk: Office) -> None:
    post = held(desk)
    fields = {"title": "Food bank:\n new hours " + "x" * 300, "topics": "Housing, nonsense"}
    desk.decide(post, "yes", desk.bob, fields=fields)
    now = desk.look(post.id)
    assert now.title.startswith("Food bank: new hours x")
    assert len(now.title) == 150
    assert now.topics == (desk.housing,)
    assert now.version == post.version + 1
    for mail in desk.letters():
        assert "Food bank: new hours" in " ".join(mail.text.split())


def test_unknown_topics_are_passed_over(desk: Office) -> None:
    post = held(desk, topics=(desk.housing,))
    desk.decide(post, "yes", desk.bob, fields={"topics": "nonsense"})
    assert desk.look(post.id).topics == (desk.housing,)


def test_d18_an_own_post_is_recorded(desk: Office) -> None:
    post = held(desk, author_address="BOB@example.org")
    desk.decide(post, "yes", desk.bob)
    with desk.db.read() as tx:
        steps = [(step.who, step.what, step.detail) for step in history.of_post(tx, post.id)]
    assert ("bob@example.org", "approved", "their own post") in steps


def test_each_moderator_reads_times_of_their_own_zone(desk: Office) -> None:
    with desk.db.write() as tx:
        volunteers.add(
            tx, desk.sender.id, "moderator", "dee@example.org", "Dee", desk.now, "Asia/Kolkata"
        )
    desk.decide(held(desk), "yes", desk.bob)
    mail = next(mail for mail in desk.letters() if mail.to == ("dee@example.org",))
    assert "5.30pm" in mail.text
    assert "3.30pm" in mail.text


@pytest.mark.parametrize("second", ["yes", "no"])
def test_d8_two_at_once_end_as_one_and_the_other_is_told(office: Office, second: Kind) -> None:
    for _ in range(times(2, 100)):
        post = held(office)
        won = at_once(
            partial(office.decide, post, "yes", office.bob),
            partial(office.decide, post, second, office.amina),
        )
        assert sorted(won) == [False, True]
        letters = [mail.letter for mail in office.letters()]
        assert letters.count("verdict_settled_already") == 1
        assert letters.count("post_approved") + letters.count("post_rejected") == 1


def at_once(*works: Callable[[], bool]) -> list[bool]:
    ready, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], bool]) -> None:
        ready.wait()
        results.append(work())

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_decision_that_breaks_half_way_leaves_nothing(office: Office) -> None:
    post = held(office)
    broken = replace(office.sender, timezone="No/Zone")
    office.sender, whole_list = broken, office.sender
    with pytest.raises(Exception, match="No/Zone"):
        office.decide(post, "yes", office.bob)
    office.sender = whole_list
    assert office.look(post.id).state == "held"
    assert office.letters() == []
