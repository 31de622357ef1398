from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import moment


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("Mon, 4 May 2026 10:00:00 +0100", "2026-05-04T10:00:00+01:00"),
        ("Mon, 4 May 2026 10:00:00", "2026-05-04T10:00:00+00:00"),
        ("4 May 26 10:00 EST", "2026-05-04T10:00:00-05:00"),
        ("Mon, 4 May 2026 10:00:00 +0100 (BST)", "2026-05-04T10:00:00+01:00"),
        ("Mon, 4 May 2026 10:00:00 (BST)", "2026-05-04T10:00:00+01:00"),
        ("2026-05-04T10:00:00Z", "2026-05-04T10:00:00+00:00"),
        ("Mon May  4 10:00:00 2026", "2026-05-04T10:00:00+00:00"),
        ("Mon May  4 10:00:00 PDT 2026", "2026-05-04T10:00:00-07:00"),
        ("4/21/2004 3:45 PM", "2004-04-21T15:45:00+00:00"),
        ("21.04.2004 15:45", "2004-04-21T15:45:00+00:00"),
        ("lun., 4 mai 2026 10:00:00 +0200", "2026-05-04T10:00:00+02:00"),
        ("Mon, 4 May 2026 24:00:00 +0000", "2026-05-05T00:00:00+00:00"),
        ("Mon, 4 May 2026 10:00:60 +9900", "2026-05-04T10:00:59+00:00"),
        ("Mon, 4 May 2026 10.00.00 +01:00", "2026-05-04T10:00:00+01:00"),
        ("Mon,4May2026 10:00:00+0100", "2026-05-04T10:00:00+01:00"),
        ("4-May-2026 10:00:00 GMT+0100", "2026-05-04T10:00:00+01:00"),
        ("Monday, May 4, 2026 10:00 PM", "2026-05-04T22:00:00+00:00"),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T09:55:06-06:00"),
        ("Wed, 20 Mar 2013 13:52:38.123 -0330", "2013-03-20T13:52:38-03:30"),
    ],
)
def test_dates_are_read_in_the_forms_that_programs_write(raw: str, iso: str) -> None:
    found = moment(raw)
    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "raw", ["", "x", "Mon, 31 Feb 2026 10:00:00", "Tue, 00 Jan 0000 00:00:00 +0000", "4 May 25:00"]
)
def test_what_is_no_date_is_none(raw: str) -> None:
    assert moment(raw) is None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_standard_dates_come_back(when: datetime) -> None:
    assert moment(format_datetime(when)) == when.replace(microsecond=0)


@given(st.text("0123456789:+-/. ,TZMayJanFeb()", max_size=80) | st.text(max_size=80))
def test_no_date_breaks_the_reader(raw: str) -> None:
    found = moment(raw)
    assert found is None or found.utcoffset() is not None
