"""Forged and mistaken approvals, each kind many times, through all that reads and proves: none
decides. The count is printed."""

# ruff: noqa: ARG001 - every attempt is given all that there is

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage import volunteers
from storage.database import Database
from storage.records import Post
from tests.mailbox import Mail
from tests.needs import times
from tests.proof.moderated import AMINA, BOB, MALLORY, Moderated, ids_of, sealed, written

EACH = times(2, 50)
MAILS = Path(__file__).parent.parent / "mails" / "automatic"

Attempt = Callable[[Moderated, Post, Mail, int], None]
ATTEMPTS: dict[str, Attempt] = {}


def attempt(function: Attempt) -> Attempt:
    ATTEMPTS[function.__name__] = function
    return function


@pytest.fixture
def town(sqlite_url: str) -> Iterator[Moderated]:
    opened = Database(sqlite_url)
    yield Moderated.of(opened)
    opened.close()


@attempt
def d2_forged_moderator_without_a_mark(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    town.bring(written(BOB, "news@lists.example.org", "yes"), "news", BOB)


@attempt
def d2_forged_moderator_to_a_bare_address(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    town.bring(written(BOB, "news-help@lists.example.org", "yes"), "news-help", BOB)


@attempt
def d3_right_mark_and_no_seal(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    town.bring(written(BOB, asked.reply_to, "yes"), asked.reply_to, BOB)


@attempt
def d3_right_mark_under_the_seal_of_another(
    town: Moderated, post: Post, asked: Mail, n: int
) -> None:
    raw = sealed(written(BOB, asked.reply_to, "yes"), "evil.example")
    town.bring(raw, asked.reply_to, MALLORY)


@attempt
def d3_known_only_by_the_mail_that_it_answers(
    town: Moderated, post: Post, asked: Mail, n: int
) -> None:
    answers = asked.header("Message-ID")
    raw = sealed(written(BOB, "news@lists.example.org", "yes", answers=answers), "council.example")
    town.bring(raw, "news", BOB)


@attempt
def d4_right_mark_from_another_moderator(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(AMINA, asked.reply_to, "yes"), "faith.example")
    town.bring(raw, asked.reply_to, AMINA)


@attempt
def d4_right_mark_from_the_author(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(post.author_address, asked.reply_to, "yes"), "charity.example")
    town.bring(raw, asked.reply_to, post.author_address)


@attempt
def d4_right_mark_from_mallory(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(MALLORY, asked.reply_to, "yes"), "evil.example")
    town.bring(raw, asked.reply_to, MALLORY)


@attempt
def d5_vacation_notice_under_the_right_seal(
    town: Moderated, post: Post, asked: Mail, n: int
) -> None:
    headers = {"Auto-Submitted": "auto-replied"}
    raw = sealed(written(BOB, asked.reply_to, "yes", headers=headers), "council.example")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d5_null_sender(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "approve"), "council.example")
    town.bring(raw, asked.reply_to, "")


@attempt
def d5_out_of_office_that_does_not_say_so(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    text = (
        "I am away until Monday. In urgent cases Amina will approve it.\nYes, I will answer then."
    )
    raw = sealed(written(BOB, asked.reply_to, text), "council.example")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d6_the_posts_own_text_quoted(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    text = "\n\nOn Wed, 18 Nov 2026 at 12:00, News wrote:\n> yes\n> approve\n> Approve it now"
    raw = sealed(written(BOB, asked.reply_to, text), "council.example")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d6_yes_in_the_subject_only(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    answers = asked.header("Message-ID")
    raw = written(BOB, asked.reply_to, "", subject="Yes", answers=answers)
    town.bring(sealed(raw, "council.example"), asked.reply_to, BOB)


@attempt
def d6_yes_in_the_signature(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    text = "\n-- \nYes\nBob, Leeds"
    raw = sealed(written(BOB, asked.reply_to, text), "council.example")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d7_not_plainly_a_yes(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    doubtful = (
        "Don't approve", "approve?", "I would approve if it were shorter", "Yes\nNo", "yes, but",
        "Yes, I will read it when I am back", "No problem, go ahead", "disapprove", "not yes",
        "yes/no", "Shall I say yes?", "",
    )  # fmt: skip
    raw = written(BOB, asked.reply_to, doubtful[n % len(doubtful)])
    town.bring(sealed(raw, "council.example"), asked.reply_to, BOB)


@attempt
def d9_old_yes_sent_again_to_another_mark(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    """Its seal is whole, for the To field still names the first mark."""
    _, other = town.hold()
    old = sealed(written(BOB, other.reply_to, "yes"), "council.example")
    town.bring(old, other.reply_to, BOB)
    town.bring(old, asked.reply_to, BOB)


@attempt
def d9_old_yes_sent_again_after_an_undo(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "yes"), "council.example")
    town.bring(raw, asked.reply_to, BOB)
    undo = sealed(written(BOB, asked.reply_to, "undo"), "council.example")
    town.bring(undo, asked.reply_to, BOB)
    # A hop more makes other bytes of it.
    town.later(minutes=1)
    town.bring(b"Received: from a.example by b.example; Wed\r\n" + raw, asked.reply_to, BOB)


@attempt
def d9_seal_over_a_part_of_the_body(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "no"), "council.example", length=True)
    town.bring(raw.replace(b"\r\n\r\nno", b"\r\n\r\nyes\r\nno"), asked.reply_to, BOB)


@attempt
def d9_seal_without_the_to_field(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "yes"), "council.example", covered=(b"from", b"date"))
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d9_changed_after_it_was_sealed(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "no thanks"), "council.example")
    town.bring(raw.replace(b"no thanks", b"yes please"), asked.reply_to, BOB)


@attempt
def d10_forged_findings_under_our_name(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    finding = "Authentication-Results: lists.example.org; dkim=pass header.d=council.example\r\n"
    raw = finding.encode() + written(BOB, asked.reply_to, "yes")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d11_spf_alone(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    town.zone.publish("council.example", "v=spf1 ip4:192.0.2.1 -all")
    town.bring(written(BOB, asked.reply_to, "yes"), asked.reply_to, BOB)


@attempt
def d12_two_from_fields(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = written(MALLORY, asked.reply_to, "yes")
    raw = f"From: {BOB}\r\n".encode() + sealed(raw, "evil.example")
    town.bring(raw, asked.reply_to, MALLORY)


@attempt
def d12_two_addresses_in_one_from(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = written(MALLORY, asked.reply_to, "yes")
    raw = raw.replace(b"From: mallory@evil.example", f"From: {BOB}, {MALLORY}".encode())
    town.bring(sealed(raw, "evil.example"), asked.reply_to, MALLORY)


@attempt
def d12_name_that_looks_like_the_address(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = written(f'"{BOB}" <{MALLORY}>', asked.reply_to, "yes")
    town.bring(sealed(raw, "evil.example"), asked.reply_to, MALLORY)


@attempt
def d12_comments_and_groups(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    forms = (f"({BOB}) {MALLORY}", f"Team: {BOB}, {MALLORY};", f"<{BOB}> <{MALLORY}>",
             f"{MALLORY} ({BOB})", f"<@{MALLORY}:{BOB}>")  # fmt: skip
    raw = written(MALLORY, asked.reply_to, "yes")
    raw = raw.replace(b"From: mallory@evil.example", f"From: {forms[n % 5]}".encode())
    town.bring(sealed(raw, "evil.example"), asked.reply_to, MALLORY)


@attempt
def d12_look_alike_domain(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    alike = "bob@c\u043euncil.example" if n % 2 else "bob@xn--cuncil-1ve.example"
    word = base64.b64encode(alike.encode()).decode()
    raw = written(MALLORY, asked.reply_to, "yes")
    raw = raw.replace(b"From: mallory@evil.example", f"From: =?utf-8?b?{word}?= <{alike}>".encode())
    town.bring(raw, asked.reply_to, MALLORY)


@attempt
def d13_guessed_mark(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    local, _, domain = asked.reply_to.partition("@")
    at = -1 - n % 20
    swapped = "b" if local[at] != "b" else "c"
    guess = f"{local[:at]}{swapped}{local[at + 1 :] if at != -1 else ''}@{domain}"
    town.bring(sealed(written(BOB, guess, "yes"), "council.example"), guess, BOB)


@attempt
def d13_mark_of_another_purpose(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    purposes = ("post", "settings", "confirm", "bounce", "duty")
    wrong = town.mark(*ids_of(asked), purpose=purposes[n % 5])
    mark = wrong.partition("+")[2]
    for to in (wrong, f"news-verdict+{mark}"):
        town.bring(sealed(written(BOB, to, "yes"), "council.example"), to, BOB)


@attempt
def d13_mark_under_another_secret(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    to = town.mark(*ids_of(asked), secret="somebody else's secret")
    town.bring(sealed(written(BOB, to, "yes"), "council.example"), to, BOB)


@attempt
def d14_mark_that_is_too_old(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    to = town.mark(*ids_of(asked), days=61 + n)
    town.bring(sealed(written(BOB, to, "yes"), "council.example"), to, BOB)


@attempt
def d14_moderator_removed_a_moment_ago(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    with town.db.write() as tx:
        volunteers.remove(tx, town.sender.id, "moderator", BOB, town.now)
    raw = sealed(written(BOB, asked.reply_to, "yes"), "council.example")
    town.bring(raw, asked.reply_to, BOB)
    with town.db.write() as tx:
        volunteers.add(tx, town.sender.id, "moderator", BOB, "Bob", town.now)


@attempt
def d14_text_changed_since_it_was_seen(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    """Bait for the moderator, and the true text at the last moment."""
    to = town.mark(post.id, purpose="post")
    change = written(post.author_address, to, "correct\n\nBuy pills at https://evil.example/")
    town.bring(sealed(change, "charity.example"), to, post.author_address)
    raw = sealed(written(BOB, asked.reply_to, "yes"), "council.example")
    town.bring(raw, asked.reply_to, BOB)


@attempt
def d20_a_confirmation_by_somebody_else(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    town.bring(written(BOB, asked.reply_to, "yes"), asked.reply_to, BOB)
    confirm = [mail for mail in town.letters() if mail.letter == "verdict_confirm"]
    for mail in confirm:
        raw = sealed(written(MALLORY, mail.reply_to, "yes"), "evil.example")
        town.bring(raw, mail.reply_to, MALLORY)


@attempt
def urgent_agreed_by_oneself(town: Moderated, post: Post, asked: Mail, n: int) -> None:
    raw = sealed(written(BOB, asked.reply_to, "urgent"), "council.example")
    town.bring(raw, asked.reply_to, BOB)
    to = town.mark(post.id, town.bob.id, 2 * post.version + 1)
    town.bring(sealed(written(BOB, to, "yes"), "council.example"), to, BOB)


def test_d2_d14_no_forged_or_mistaken_approval_succeeds(
    town: Moderated, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(ATTEMPTS) >= 24
    succeeded: list[str] = []
    post, asked = town.hold()
    for name, forge in ATTEMPTS.items():
        for number in range(EACH):
            forge(town, post, asked, number)
            town.letters()
            town.clear(keep=post.id)
            if town.look(post.id).state not in ("held", "rejected"):
                succeeded.append(f"{name} {number}")
            if town.look(post.id).state != "held" or town.look(post.id).version > 1:
                town.clear()
                post, asked = town.hold()
    with capsys.disabled():
        print(
            f"\n{len(ATTEMPTS)} kinds x {EACH} = {len(ATTEMPTS) * EACH}: {len(succeeded)} succeeded"
        )
    assert succeeded == []


def test_the_honest_yes_beside_them_does(town: Moderated) -> None:
    """So that the count above means something."""
    post, asked = town.hold()
    raw = sealed(written(BOB, asked.reply_to, "yes"), "council.example")
    assert town.bring(raw, asked.reply_to, BOB) == "verdict"
    assert town.look(post.id).state == "approved"


# Machines ------------------------------------------------------------------------------------


AUTOMATIC = sorted(
    path
    for path in MAILS.glob("*.eml")
    if '"auto_submitted": true' in path.with_suffix(".json").read_text(encoding="utf-8")
)
LANGUAGES = ("english", "german", "french", "spanish", "polish", "arabic", "chinese", "russian",
             "turkish", "italian")  # fmt: skip


def test_d5_no_automatic_reply_decides_anything(
    town: Moderated, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each shape as the answer to our mail, from Bob's own address, under his seal."""
    post, asked = town.hold()
    decided = []
    for path in AUTOMATIC:
        raw = sealed(_as_answer(path.read_bytes(), asked), "council.example")
        town.bring(raw, asked.reply_to, BOB)
        if town.look(post.id).state != "held":
            decided.append(path.stem)
            post, asked = town.hold()
        town.letters()
    spoken = {word for word in LANGUAGES if any(word in path.stem for path in AUTOMATIC)}
    with capsys.disabled():
        print(
            f"\n{len(AUTOMATIC)} shapes in {len(spoken)} languages and more: {len(decided)} decided"
        )
    assert decided == []
    assert len(AUTOMATIC) >= 40
    assert len(spoken) >= 8


def _as_answer(raw: bytes, asked: Mail) -> bytes:
    """The automatic reply with Bob as its sender, to our mark; its other fields stay."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = f"From: Bob <{BOB}>\nTo: {asked.reply_to}".encode()
    kept: list[bytes] = []
    keep = True
    for line in head.split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            keep = not line.lower().startswith((b"from:", b"to:", b"in-reply-to:"))
        if keep:
            kept.append(line)
    kept.append(b"In-Reply-To: " + asked.header("Message-ID").encode())
    return (fields + b"\n" + b"\n".join(kept) + b"\n\n" + body).replace(b"\n", b"\r\n")
