"""The DNS that answers, says no, says nothing, or is not there. A name server on loopback only."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from ingest.resolver import Dns, Hurried, Unanswered

RECORDS = {
    ("council.example.", "TXT"): ['"v=spf1 " "ip4:192.0.2.1 -all"', '"other"'],
    ("council.example.", "MX"): ["10 mx.council.example."],
    ("council.example.", "A"): ["192.0.2.1"],
    ("council.example.", "AAAA"): ["2001:db8::1"],
    ("1.2.0.192.in-addr.arpa.", "PTR"): ["mx.council.example."],
}


class NameServer(socketserver.ThreadingUDPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.losses = 0
        self.dead = False


class _Handler(socketserver.BaseRequestHandler):
    server: NameServer

    def handle(self) -> None:
        data, link = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.server.asked.append(name)
        if self.server.dead or name.startswith("silent."):
            return
        if self.server.losses > 0:
            self.server.losses -= 1
            return
        answer = dns.message.make_response(query)
        if name.startswith("broken."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records := RECORDS.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 300, "IN", kind, *records))
        elif not any(known == name for known, _ in RECORDS):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        link.sendto(answer.to_wire(), self.client_address)


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def resolver(server: NameServer) -> Dns:
    return Dns(["127.0.0.1"], server.server_address[1])


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("council.example", "TXT", ("v=spf1 ip4:192.0.2.1 -all", "other")),
        ("council.example.", "MX", ("mx.council.example",)),
        ("COUNCIL.example", "A", ("192.0.2.1",)),
        ("council.example", "AAAA", ("2001:db8::1",)),
        ("1.2.0.192.in-addr.arpa", "PTR", ("mx.council.example",)),
        ("council.example", "PTR", ()),
        ("nobody.example", "TXT", ()),
    ],
)
def test_answers(resolver: Dns, name: str, kind: str, found: tuple[str, ...]) -> None:
    assert sorted(resolver.look_up(name, kind, 3)) == sorted(found)


def test_i5_silence_and_failure_are_not_answers(resolver: Dns) -> None:
    for name in ("silent.example", "broken.example"):
        started = time.monotonic()
        with pytest.raises(Unanswered):
            resolver.look_up(name, "TXT", 0.4)
        assert time.monotonic() - started < 0.8


def test_one_lost_packet_is_asked_again(server: NameServer, resolver: Dns) -> None:
    server.losses = 1
    assert resolver.look_up("council.example", "A", 3) == ("192.0.2.1",)


def test_answers_are_kept(server: NameServer, resolver: Dns) -> None:
    for _ in range(3):
        resolver.look_up("council.example", "A", 3)
    assert server.asked == ["council.example."]


@pytest.mark.parametrize("name", ["a" * 64 + ".example", "x." * 200 + "b", "a..b", "\udcff.b"])
def test_names_that_are_none_are_unanswered(resolver: Dns, name: str) -> None:
    with pytest.raises(Unanswered):
        resolver.look_up(name, "TXT", 1)


def test_i5_a_machine_without_name_servers_still_works() -> None:
    with pytest.raises(Unanswered):
        Dns(["127.0.0.1"], 1).look_up("council.example", "A", 0.3)


def test_i5_a_dead_name_server_is_not_waited_for_by_every_letter(
    server: NameServer, resolver: Dns
) -> None:
    resolver.look_up("council.example", "A", 3)
    server.dead = True
    for _ in range(3):
        with pytest.raises(Unanswered):
            resolver.look_up("other.example", "TXT", 0.1)
    started = time.monotonic()
    with pytest.raises(Unanswered):
        resolver.look_up("third.example", "TXT", 3)
    assert time.monotonic() - started < 0.3
    assert resolver.look_up("council.example", "A", 3) == ("192.0.2.1",), "the cache still serves"


def test_i5_a_strangers_slow_name_server_costs_others_nothing(
    server: NameServer, resolver: Dns
) -> None:
    for number in range(4):
        with pytest.raises(Unanswered):
            resolver.look_up(f"silent.{number}.example", "TXT", 0.1)
    server.losses = 1
    assert resolver.look_up("council.example", "A", 3) == ("192.0.2.1",)


def test_all_questions_together_have_one_time(resolver: Dns) -> None:
    hurried = Hurried(resolver, 0.5)
    started = time.monotonic()
    for _ in range(5):
        with pytest.raises(Unanswered):
            hurried.look_up("silent.example", "TXT")
    assert time.monotonic() - started < 1
    with pytest.raises(Unanswered):
        hurried.look_up("council.example", "A")
