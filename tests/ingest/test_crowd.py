"""Who is counted as whom, and who has to give way."""

from __future__ import annotations

import pytest

from ingest.crowd import Crowd, InFlight, Load, is_among, source_of


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_a_source_is_an_address_or_a_64(peer: str, source: str) -> None:
    assert source_of(peer) == source


@pytest.mark.parametrize(
    ("peer", "networks", "among"),
    [
        ("127.0.0.1", ("127.0.0.1",), True),
        ("::ffff:127.0.0.1", ("127.0.0.0/8",), True),
        ("127.0.0.1", ("::1",), False),
        ("127.0.0.1", (), False),
        ("192.0.2.77", ("10.0.0.0/8", "192.0.2.0/24"), True),
        ("unix", ("127.0.0.1",), False),
        ("unix", ("unix",), True),
        ("127.0.0.1", ("unix",), False),
    ],
)
def test_who_is_a_trusted_relay(peer: str, networks: tuple[str, ...], among: bool) -> None:
    assert is_among(peer, networks) is among


def test_counting_per_source_and_in_all() -> None:
    crowd: Crowd[str] = Crowd(per_source=2, in_all=3)
    crowd.enter("a", "192.0.2.1")
    crowd.enter("b", "192.0.2.1")
    assert crowd.has_enough_of("192.0.2.1")
    assert not crowd.has_enough_of("192.0.2.2")
    crowd.enter("c", "192.0.2.2")
    assert crowd.is_full()
    assert crowd.guests() == ["a", "b", "c"]
    crowd.leave("a")
    crowd.leave("a")
    assert not crowd.is_full()
    assert not crowd.has_enough_of("192.0.2.1")


def test_who_crowds_the_others_out_is_the_oldest_of_the_most() -> None:
    crowd: Crowd[str] = Crowd(per_source=9, in_all=9)
    for guest in ("few 1", "many 1", "many 2", "many 3", "few 2", "many 4"):
        crowd.enter(guest, guest.split()[0])

    def leaving(source: str, *staying: str) -> str | None:
        return crowd.crowding_out(source, lambda guest: guest not in staying)

    assert leaving("new") == "many 1"
    assert leaving("new", "many 1") == "many 2"
    assert leaving("few") == "many 1"
    crowd.leave("many 1")
    assert leaving("few") is None  # they would only change places
    assert leaving("new", "many 2", "many 3", "few 1") is None
    assert leaving("new", *crowd.guests()) is None


def test_the_greediest_source_loses_its_largest_letter() -> None:
    in_flight = InFlight(100)
    put_down: list[str] = []
    loads = {
        name: Load(in_flight, source, lambda name=name: put_down.append(name))  # type: ignore[misc]
        for name, source in [("a", "m"), ("b", "m"), ("c", "honest")]
    }
    loads["a"].grow_to(40)
    loads["b"].grow_to(30)
    loads["c"].grow_to(30)
    assert put_down == []
    loads["c"].grow_to(45)
    assert put_down == ["a"]
    assert in_flight.total == 75
    loads["a"].release()
    loads["c"].release()
    assert in_flight.total == 30


def test_a_letter_that_is_complete_cannot_be_taken_away() -> None:
    in_flight = InFlight(100)
    put_down: list[str] = []
    large = Load(in_flight, "a", lambda: put_down.append("large"))
    small = Load(in_flight, "b", lambda: put_down.append("small"))
    large.grow_to(90)
    large.complete = True
    small.grow_to(20)
    assert put_down == ["small"]
    assert in_flight.total == 90
