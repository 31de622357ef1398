"""Archives of other systems come out as mails, one at a time, and broken ones with a sentence."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.draft import draft
from ingest.drafted import Draft
from ingest.moved_in import NotAnArchive, read_archive
from ingest.read import read
from storage.records import Mailbox, Reading

ARCHIVES = Path(__file__).parent.parent / "mails" / "archives"


def moved(name: str) -> list[tuple[Reading, Draft]]:
    found = [read(raw) for raw in read_archive(ARCHIVES / name)]
    return [(one, draft(one)) for one in found]


def test_a_mailing_lists_archive_gives_its_mails_whole() -> None:
    (advice, shown), (job, _) = moved("list.mbox")
    assert advice.sender == Mailbox("Alice Writer", "alice@energy.example")
    assert advice.message_id == "one@energy.example" and advice.date is not None
    assert "café at ten" in shown.text and "\nFrom ten we are there." in shown.text
    assert job.subject == "Job: driver"


def test_a_blogs_export_gives_its_published_posts_alone() -> None:
    ((reading, shown),) = moved("blog.xml")
    assert reading.subject == "Warm rooms this winter"
    assert reading.sender == Mailbox("Alice Writer", "alice@energy.example")
    assert reading.message_id == "17.post@blog.riverside.example"
    assert reading.date is not None and reading.date.isoformat() == "2025-01-06T09:30:00+00:00"
    assert "The hall is warm & open." in shown.text and "[caption" not in shown.text
    assert "alert" not in shown.html and "https://hall.example/" in shown.html
    assert "utm_source" not in shown.html and "<img" not in shown.html


def test_paragraphs_of_a_blog_stay_paragraphs() -> None:
    ((_, shown),) = moved("blog.xml")
    assert "open.\nCome in.\n\nSee" in shown.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"email,name\ncarol@example.org,Carol\n",
        b'<?xml version="1.0"?><rss><channel><item><title>cut',
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>',
        b'<?xml version="1.0"?><!DOCTYPE r SYSTEM "file:///etc/passwd"><rss><x>&y;</x></rss>',
    ],
    ids=["empty", "table", "cut", "entities", "external"],
)
def test_what_is_no_archive_is_said_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(NotAnArchive):
        list(read_archive(file))


@given(st.binary(max_size=300), st.sampled_from([b"From x\n", b"<?xml version='1.0'?><rss>"]))
def test_whatever_a_file_holds_it_ends_well(content: bytes, beginning: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(beginning + content)
        file.flush()
        with suppress(NotAnArchive):
            for raw in read_archive(Path(file.name)):
                read(raw)


def test_an_export_that_leaves_its_namespaces_out_is_read(tmp_path: Path) -> None:
    """Exports of wordpress.com had an atom:link, and nothing that says what atom is."""
    whole = (ARCHIVES / "blog.xml").read_text()
    link = '<atom:link rel="self" georss:at="1" href="https://blog.riverside.example/" />'
    broken = tmp_path / "blog.xml"
    broken.write_text(whole.replace("<channel>", f"<channel>{link}", 1))
    assert list(read_archive(broken)) == list(read_archive(ARCHIVES / "blog.xml"))
    named = 'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:georss="http://georss.example/"'
    broken.write_text(whole.replace("<channel>", f"<channel {named}>{link}", 1))
    assert list(read_archive(broken)) == list(read_archive(ARCHIVES / "blog.xml"))
