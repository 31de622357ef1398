"""Scanners that answer, are strange, or are down; and our own rules where there is none."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.scanners import Envelope, Scanner, SpamVerdict, read_setting, scan
from ingest.spam import judge, simple_rules
from storage.records import Mailbox, Proof, Reading

LETTER = b"From: alice@charity.example\r\nSubject: Lunch\r\n\r\nSoup on Friday.\r\n"
HONEST = Reading(
    subject="Free mental health training - March and April [health]",
    sender=Mailbox("Training, Wellbeing Charity", "training@wellbeing.example"),
    text="We offer free training. Book by Friday 5 March: https://wellbeing.example/book",
    html='<p>We offer free training. <a href="https://wellbeing.example/book">Book</a></p>',
)
ADVERT = Reading(
    subject="Re: your website first page of Google guarantee!!!",
    sender=Mailbox("SEO Expert", "rank@cheap-seo.example"),
    text="Dear Webmaster,\n\nWe GUARANTEE first page. Click here now (http://198.51.100.9/buy)",
    html='<p>Dear Webmaster,</p><a href="http://198.51.100.9/buy">Click here now</a>',
)
CLEAN = SpamVerdict("clean")

Answer = Callable[[bytes], bytes]


@contextmanager
def fake(answer: Answer, *, drip: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A scanner on a free loopback port; what it was asked stands in the list."""
    asked: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.read())
            for byte in answer(asked[-1]) if drip else ():
                time.sleep(drip)
                self.wfile.write(bytes([byte]))
            if not drip:
                self.wfile.write(answer(asked[-1]))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            """The client may hang up; that is not this test's failure."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


def rspamd_says(**fields: object) -> Answer:
    body = json.dumps({"is_skipped": False, "score": 7.25, "required_score": 15.0, **fields})
    return lambda _: f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def by_rspamd(answer: Answer, raw: bytes = LETTER, **envelope: str) -> SpamVerdict:
    with fake(answer) as (port, _):
        scanner = read_setting(f"rspamd:http://127.0.0.1:{port}")
        assert scanner is not None
        return scan(raw, scanner, Envelope(**envelope), seconds=2)


def by_spamd(answer: bytes, raw: bytes = LETTER) -> SpamVerdict:
    with fake(lambda _: answer) as (port, _):
        return scan(raw, Scanner("spamd", "127.0.0.1", port), seconds=2)


# The setting -----------------------------------------------------------------------------------


def test_settings_that_name_a_scanner() -> None:
    assert read_setting("") is None
    assert read_setting("rspamd:http://127.0.0.1:11333") == Scanner(
        "rspamd", "127.0.0.1", 11333, "/checkv2"
    )
    assert read_setting("rspamd:http://scan.example") == Scanner(
        "rspamd", "scan.example", 11333, "/checkv2"
    )
    assert read_setting("spamd:127.0.0.1:783") == Scanner("spamd", "127.0.0.1", 783)
    assert read_setting("spamd:[::1]:784") == Scanner("spamd", "::1", 784)


@pytest.mark.parametrize(
    "setting", ["rspamd", "rspamd:", "rspamd:ftp://x", "spamd:", "spamd:x:y", "clamd:x:1", "x"]
)
def test_settings_that_name_none_say_so(setting: str) -> None:
    with pytest.raises(ValueError, match="The spam scanner must be"):
        read_setting(setting)


# rspamd ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "verdict"),
    [
        ("no action", "clean"),
        ("greylist", "clean"),
        ("add header", "suspect"),
        ("rewrite subject", "suspect"),
        ("reject", "spam"),
        ("soft reject", "unknown"),
        ("something new", "unknown"),
        (None, "unknown"),
    ],
)
def test_rspamds_actions_are_verdicts(action: str | None, verdict: str) -> None:
    assert by_rspamd(rspamd_says(action=action)).verdict == verdict


def test_rspamds_points_are_told_in_plain_words() -> None:
    said = by_rspamd(rspamd_says(action="add header"))
    assert said.reasons == ("rspamd gave it 7.2 points; 15.0 count as spam.",)


def test_rspamd_gets_the_message_and_the_envelope_and_nothing_else_can_slip_in() -> None:
    with fake(rspamd_says(action="no action")) as (port, asked):
        envelope = Envelope("a@b.example\r\nX: y", "news@lists.example.org", "192.0.2.1", "mx")
        scan(LETTER, Scanner("rspamd", "127.0.0.1", port, "/checkv2"), envelope)
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /checkv2 HTTP/1.0\r\n")
    assert b"\r\nFrom: a@b.exampleX: y\r\n" in head
    assert b"\r\nRcpt: news@lists.example.org\r\nIP: 192.0.2.1\r\nHelo: mx\r\n" in head
    assert body == LETTER


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"rubbish",
        b"HTTP/1.1 500 no\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2_000_000,
    ],
)
def test_a_strange_scanner_says_nothing(answer: bytes) -> None:
    assert by_rspamd(lambda _: answer).verdict == "unknown"
    assert by_spamd(answer).verdict == "unknown"


def test_a_skipped_message_is_unknown() -> None:
    assert by_rspamd(rspamd_says(action="no action", is_skipped=True)).verdict == "unknown"


# spamd -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; 1.2 / 5.0\r\n\r\n", "clean"),
        (b"SPAMD/1.1 0 EX_OK\r\nContent-length: 0\r\nSpam: True ; 6.0 / 5.0\r\n\r\n", "suspect"),
        (b"SPAMD/1.5 0 EX_OK\r\nSpam: True ; 1000.0 / 5.0\r\n\r\n", "spam"),
        (b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; -1 / -5.0\r\n\r\n", "suspect"),
        (b"SPAMD/1.0 76 Bad header line: x\r\n", "unknown"),
        (b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; . / .\r\n\r\n", "unknown"),
    ],
)
def test_spamds_answers_are_verdicts(answer: bytes, verdict: str) -> None:
    assert by_spamd(answer).verdict == verdict


def test_spamd_gets_the_message_with_its_length() -> None:
    with fake(lambda _: b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0 / 5\r\n\r\n") as (port, asked):
        scan(LETTER, Scanner("spamd", "127.0.0.1", port))
    assert asked == [b"CHECK SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(LETTER) + LETTER]


def test_spamd_is_spared_large_messages() -> None:
    with fake(lambda _: b"") as (port, asked):
        assert scan(b"x" * 600_000, Scanner("spamd", "127.0.0.1", port)).verdict == "unknown"
    assert not asked


# Down and slow ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rspamd", "spamd"])
def test_a_scanner_that_is_down_blocks_nothing(kind: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        scanner = Scanner(kind, "127.0.0.1", taken.getsockname()[1], "/checkv2")  # type: ignore[arg-type]
        started = time.monotonic()
        assert judge(LETTER, HONEST, Proof(), scanner).verdict == "unknown"
        assert judge(LETTER, ADVERT, Proof(), scanner).verdict == "suspect"
        assert time.monotonic() - started < 1


@pytest.mark.parametrize("drip", [0.05, 3.0])
def test_a_scanner_that_drips_is_left_in_time(drip: float) -> None:
    with fake(lambda _: b"HTTP/1.1 200 OK" * 99, drip=drip) as (port, _):
        started = time.monotonic()
        said = scan(LETTER, Scanner("rspamd", "127.0.0.1", port, "/checkv2"), seconds=0.3)
        assert time.monotonic() - started < 1
    assert said.verdict == "unknown"


def test_the_scanner_outranks_our_rules() -> None:
    with fake(rspamd_says(action="no action")) as (port, _):
        scanner = Scanner("rspamd", "127.0.0.1", port, "/checkv2")
        assert judge(LETTER, ADVERT, Proof(), scanner) == CLEAN
    with fake(rspamd_says(action="reject")) as (port, _):
        scanner = Scanner("rspamd", "127.0.0.1", port, "/checkv2")
        assert judge(LETTER, HONEST, Proof(), scanner).verdict == "spam"


@given(st.binary(max_size=300))
def test_no_answer_breaks_us(answer: bytes) -> None:
    from ingest.scanners import _rspamd_verdict, _spamd_verdict

    heads = (b"", b"HTTP/1.1 200 OK\r\n\r\n", b"SPAMD/1.1 0 OK\r\nSpam: True ; ")
    for head in heads:
        _spamd_verdict(head + answer)
        try:
            _rspamd_verdict(head + answer)
        except Exception as error:  # noqa: BLE001 - which ones may come is what is tested
            assert isinstance(error, OSError | ValueError) or "http.client" in repr(type(error))


# Our own rules ---------------------------------------------------------------------------------


def test_an_advert_is_suspect_and_the_moderator_is_told_why() -> None:
    said = judge(b"", ADVERT, Proof())
    assert said.verdict == "suspect"
    assert said.reasons == (
        "A link leads to a number instead of a name (198.51.100.9).",
        "It has words of mass advertising or fraud: "
        "“first page of google”, “dear webmaster”, “click here now”.",
        "The subject says that it is an answer, but it answers nothing.",
        "The subject shouts.",
    )


def test_an_honest_letter_is_clean() -> None:
    assert judge(b"", HONEST, Proof()) == CLEAN


@pytest.mark.parametrize(
    "reading",
    [
        replace(HONEST, subject="RE: CHRISTMAS PARTY FOR EVERYONE!!!"),
        replace(HONEST, text="Beware of mails that say “verify your account”.", html=None),
        replace(HONEST, text="https://bit.ly/x", html=None),
        replace(HONEST, sender=Mailbox("a@wellbeing.example", "training@wellbeing.example")),
        replace(HONEST, sender=Mailbox("Women (women@mail.example)", "w@community.example")),
        replace(HONEST, sender=None, senders=0),
        replace(HONEST, text="", html=None, subject=""),
        Reading(),
    ],
)
def test_what_honest_people_do_is_not_suspect(reading: Reading) -> None:
    assert simple_rules(reading, Proof(spf="softfail")) == ()


@pytest.mark.parametrize(
    "link", ["http://198.51.100.9/", "http://3325256713/", "https://[2001:db8::1]/"]
)
def test_links_to_numbers_are_suspect(link: str) -> None:
    assert simple_rules(replace(HONEST, text=f"See {link}"), Proof())


def test_a_forgery_by_dmarc_is_suspect_and_a_failed_try_out_is_not() -> None:
    assert simple_rules(HONEST, Proof(dmarc="fail", dmarc_policy="quarantine"))
    assert not simple_rules(HONEST, Proof(dmarc="fail", dmarc_policy="none"))


def test_several_senders_are_suspect() -> None:
    assert simple_rules(replace(HONEST, senders=2), Proof())


@pytest.mark.parametrize(
    "bait", ["https://", "a", "a@", "a.b-", "act ", "!", "re:", "http://[", "0x", "[", "\x00"]
)
def test_c1_texts_made_to_be_slow_are_not(bait: str) -> None:
    text = bait * (100_000 // len(bait))
    reading = Reading(text, Mailbox(text, "m@mallory.example"), text=text, html=text)
    started = time.process_time()
    simple_rules(reading, Proof())
    assert time.process_time() - started < 1.5


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_text_breaks_the_rules(subject: str, text: str) -> None:
    reading = Reading(subject, Mailbox(text, subject), text="https://" + text, html=text)
    assert isinstance(simple_rules(reading, Proof()), tuple)
