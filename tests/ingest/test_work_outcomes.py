"""Every letter ends as exactly one outcome, and what was noticed is shown to the moderator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ingest import scanners
from storage.database import Database
from storage.records import OUTCOMES, Proof
from tests.ingest.mailroom import NEWS, SETTINGS, Mailroom, letter
from tests.storage.rows import new_list

BOUNCE = Path(__file__).parent.parent / "mails" / "bounces"
ADVERT = letter(
    "Dear Webmaster,\n\nWe guarantee the first page of Google. Act now: http://198.51.100.9/buy",
    sender="SEO Expert <rank@cheap-seo.example>",
    subject="Re: your website!!!",
)


@pytest.fixture
def room(database: Database) -> Mailroom:
    return Mailroom.of(database)


def test_a_post_is_held_and_its_moderator_asked(room: Mailroom) -> None:
    number = room.keep(letter())
    room.work_off()
    assert room.state(number) == "post"
    assert [post.title for post in room.held()] == ["Food bank hours"]
    assert [mail.letter for mail in room.written()] == ["post_held"]
    assert room.letter(number).sender == "alice@charity.example"


def test_b15_b16_machines_and_our_own_mail_are_noted_and_never_answered(room: Mailroom) -> None:
    vacation = room.keep(letter("I am away.", number=1, extra="Auto-Submitted: auto-replied\r\n"))
    null = room.keep(letter("A notice.", number=2), mail_from="")
    own = room.keep(letter("Ours.", number=3, extra="List-Id: <news.lists.example.org>\r\n"))
    one = next(iter(sorted(BOUNCE.glob("*.eml"))))
    bounce = room.keep(one.read_bytes(), mail_from="")
    room.work_off()
    assert [room.state(each) for each in (vacation, null, own)] == ["automatic"] * 3
    assert room.state(bounce) == "bounce"
    assert room.held() == []
    assert room.written() == []


def test_b15_two_lists_that_read_each_other_make_no_loop(room: Mailroom) -> None:
    with room.db.write() as tx:
        new_list(tx, "jobs")
    number = room.keep(
        letter(sender="jobs@lists.example.org", extra="List-Id: <jobs.lists.example.org>\r\n"),
        mail_from="jobs-bounce+k3yk3yk3yk3yk3yk3yk3yk3y@lists.example.org",
    )
    room.work_off()
    assert room.state(number) == "automatic"
    assert room.written() == []


def test_b15_our_own_message_id_is_known_when_nothing_else_is_left_of_our_mail(
    room: Mailroom,
) -> None:
    room.keep(letter())
    room.work_off()
    (ours,) = room.written()
    own = ours.header("Message-ID").strip("<>").removesuffix("@charity.example")
    raw = letter(number=own).replace(f"{own}@charity.example".encode(), own.encode())
    number = room.keep(raw)
    room.work_off()
    assert room.state(number) == "automatic"


def test_every_kind_of_letter_has_exactly_one_outcome(room: Mailroom) -> None:
    to = ("news@", "news+jobs@", "news-join@", "news-leave@", "news-help@", "news-owner@")
    numbers = [
        room.keep(letter(number=f"{place}{kind}", sender=sender), f"{place}lists.example.org")
        for place in to
        for kind, sender in enumerate(("alice@charity.example", "carol@reader.example", "nobody"))
    ]
    marked = [
        room.keep(
            letter(number=purpose), f"news-{purpose}+k3yk3yk3yk3yk3yk3yk3yk3y@lists.example.org"
        )
        for purpose in ("verdict", "settings", "confirm", "post", "bounce")
    ]
    room.work_off()
    assert {room.state(number) for number in numbers + marked} <= set(OUTCOMES) - {"stuck"}


def test_a_list_that_is_gone_refuses_what_was_kept_for_it(room: Mailroom) -> None:
    number = room.keep(letter(), "old@lists.example.org")
    room.work_off()
    assert room.state(number) == "refused"


def test_d12_a_proof_for_another_author_than_the_one_read_counts_for_nothing(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when two programs read one From field in two ways."""
    for author, proof in (("mallory@evil.example", "none"), ("alice@charity.example", "proven")):
        said = Proof(dkim="pass", aligned=True, author=author)
        monkeypatch.setattr("ingest.examine.prove", lambda *_, said=said, **__: said)
        room.keep(letter(number=author))
        room.work_off()
        assert room.held()[-1].proof == proof


# Spam ---------------------------------------------------------------------------------------


def test_what_looks_like_spam_is_held_and_flagged_first(room: Mailroom) -> None:
    number = room.keep(ADVERT, mail_from="rank@cheap-seo.example")
    room.work_off()
    (post,) = room.held()
    assert room.state(number) == "post"
    assert "A link leads to a number" in post.notes[0]
    assert "A link leads to a number" in room.written("post_held")[0].text


@pytest.mark.parametrize("verdict", ["suspect", "spam"])
def test_a_scanner_decides_nothing_but_is_heard(
    database: Database, monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    asked: list[scanners.Envelope] = []

    def scan(_raw: bytes, _scanner: object, envelope: scanners.Envelope) -> scanners.SpamVerdict:
        asked.append(envelope)
        return scanners.SpamVerdict(verdict, ("rspamd gave it 17.0 points; 15.0 count as spam.",))  # type: ignore[arg-type]

    monkeypatch.setattr("ingest.spam.scan", scan)
    settings = replace(SETTINGS, spam_scanner="rspamd:http://127.0.0.1:11333")
    room = Mailroom.of(database, settings=settings)
    room.keep(letter())
    room.work_off()
    assert room.held()[0].notes == ("rspamd gave it 17.0 points; 15.0 count as spam.",)
    assert asked == [
        scanners.Envelope("alice@charity.example", NEWS, "192.0.2.1", "mail.charity.example")
    ]


def test_a_scanner_that_hangs_is_not_waited_for_letter_by_letter(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def scan(raw: bytes, _scanner: object, _envelope: object) -> scanners.SpamVerdict:
        asked.append(raw)
        return scanners.UNKNOWN

    monkeypatch.setattr("ingest.spam.scan", scan)
    monkeypatch.setattr("ingest.screen.SLOW_SECONDS", 0.0)
    room = Mailroom.of(database, settings=replace(SETTINGS, spam_scanner="spamd:127.0.0.1:783"))
    with room.workers() as workers:
        for number in range(3):
            room.keep(letter(number=number))
            workers.work_off()
    assert len(room.held()) == 3
    assert len(asked) == 1


# Under our own name -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender", ["Editor <editor@lists.example.org>", "News <news@lists.example.org>"]
)
@pytest.mark.parametrize("to", ["news@", "news+jobs@", "news-owner@", "news-help@", "news-join@"])
def test_b19_who_writes_under_our_domain_without_proof_is_refused_and_not_answered(
    room: Mailroom, sender: str, to: str
) -> None:
    number = room.keep(letter(sender=sender), f"{to}lists.example.org")
    room.work_off()
    assert room.state(number) == "refused"
    assert room.held() == []
    assert room.written() == []


def test_b19_a_list_is_never_an_author_however_well_proven(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    for local, state in (("news", "refused"), ("news-help", "refused"), ("editor", "post")):
        author = f"{local}@lists.example.org"
        said = Proof(dkim="pass", aligned=True, author=author)
        monkeypatch.setattr("ingest.examine.prove", lambda *_, said=said, **__: said)
        number = room.keep(letter(sender=author, number=local))
        room.work_off()
        assert room.state(number) == state, local


def test_b19_whoever_wants_to_leave_is_heard_under_any_domain(room: Mailroom) -> None:
    number = room.keep(
        letter("stop", sender="carol@lists.example.org"), "news-leave@lists.example.org"
    )
    room.work_off()
    assert room.state(number) == "command"


def test_b19_our_own_mail_server_may_report_what_it_could_not_deliver(room: Mailroom) -> None:
    number = room.keep(
        letter(sender="MAILER-DAEMON@lists.example.org", extra="Auto-Submitted: auto-replied\r\n"),
        mail_from="",
    )
    room.work_off()
    assert room.state(number) in ("automatic", "bounce")
