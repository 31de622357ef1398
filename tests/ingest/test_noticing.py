"""What reading notices about a post besides private matters: hosts, lying links, the sketch."""

from __future__ import annotations

from ingest.draft import draft
from ingest.read import read
from moderation.likeness import sketch
from storage.records import Flag

HEAD = b"From: Alice <alice@charity.example>\nSubject: Rooms\nContent-Type: text/html\n\n"


def test_c18_the_hosts_of_links_are_noticed_once() -> None:
    page = (
        b'<p><a href="https://www.jobs.example/1?utm_source=x">a</a> <a href="http://jobs.example/">b'
        b'</a> <a href="https://charity.example/">own</a> <a href="https://new.charity.example">own</a>'
        b' <a href="mailto:bob@mail.example">m</a> https://in-text.example/x and evil.example</p>'
    )
    own = ("charity.example", "new.charity.example")
    assert draft(read(HEAD + page)).noticed.hosts == ("jobs.example", *own)


def test_c18_addresses_in_plain_text_are_links_too() -> None:
    raw = (
        b"From: alice@charity.example\nSubject: x\n\nSee https://pay.example/1, www.forms.example\n"
    )
    assert draft(read(raw)).noticed.hosts == ("pay.example", "forms.example")


def test_c10_a_lying_link_is_a_flag() -> None:
    page = b'<p>Log in: <a href="https://evil.example/">https://bank.example/</a></p>'
    found = draft(read(HEAD + page)).noticed
    assert found.flags == (Flag("lying_link"),)


def test_c20_the_sketch_is_that_of_title_and_text() -> None:
    found = draft(read(HEAD + b"<p>A room is free from May for two people.</p>"))
    assert found.noticed.sketch == sketch("Rooms\nA room is free from May for two people.")
