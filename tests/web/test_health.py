"""I7: /health says bad only when a person must act."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from config import Settings
from digest.timetable import SCHEDULED, last_slot, of_list
from storage import editions, holds, outgoing, plans, pulses, state, volunteers
from storage.state import Room
from storage.taken import Window
from tests.storage.rows import NOON, new_mail, new_moderator, new_post
from tests.web.browser import Browser
from web.finding import Finding
from web.health import look
from web.site import Remembered

HOUR = timedelta(hours=1)


def health(browser: Browser) -> str:
    return browser.get("/health").text.strip()


def all_made(browser: Browser) -> None:
    """The clock has written down every edition that fell due so far."""
    with browser.db.write() as tx:
        for name in SCHEDULED:
            slot = last_slot(of_list(browser.sender, name), browser.now)
            window = Window(name, slot.period, slot.at, slot.at, slot.at)
            editions.skip(tx, browser.sender.id, window, browser.now)


def test_i7_all_is_well(browser: Browser) -> None:
    assert health(browser) == "ok"
    assert browser.get("/health").status_code == 200


def test_i7_a_mail_that_nobody_tries_for_an_hour(browser: Browser) -> None:
    with browser.db.write() as tx:
        new_mail(tx)
    browser.now += HOUR
    assert health(browser) == "ok"
    browser.now += timedelta(minutes=1)
    assert health(browser) == "bad: outbox"
    assert browser.get("/health").status_code == 503


def test_i7_a_mail_that_one_server_puts_off_is_no_alarm(browser: Browser) -> None:
    """Greylisting: others leave meanwhile. When nothing leaves it is one."""
    with browser.db.write() as tx:
        new_mail(tx)
        (mail,) = outgoing.claim(tx, "me", browser.now, HOUR, 1)
        outgoing.note_later(tx, mail.id, "me", "try later", browser.now + 9 * HOUR)
    browser.now += 2 * HOUR
    assert health(browser) == "bad: outbox"
    with browser.db.write() as tx:
        new_mail(tx, "dilan@reader.example", created_at=browser.now)
        found = outgoing.claim(tx, "me", browser.now, HOUR, 5)
        outgoing.note_sent(tx, [one.id for one in found], "me", browser.now)
    assert health(browser) == "ok"


def test_i7_a_round_up_that_is_late(browser: Browser) -> None:
    browser.now += timedelta(days=7)
    assert health(browser) == "bad: edition"
    all_made(browser)
    assert health(browser) == "ok"


def test_i7_a_round_up_that_somebody_holds_is_not_late(browser: Browser) -> None:
    browser.now += timedelta(days=7)
    all_made(browser)
    browser.now += timedelta(days=7)
    with browser.db.write() as tx:
        for name in SCHEDULED:
            slot = last_slot(of_list(browser.sender, name), browser.now)
            plan = plans.begin(tx, browser.sender.id, name, slot.period)
            plans.change(tx, plan.id, {"held_at": browser.now})
    assert health(browser) == "ok"


def test_i7_a_part_that_fell_silent_and_one_that_was_stopped(browser: Browser) -> None:
    with browser.db.write() as tx:
        pulses.beat(tx, "sender", "here", browser.now, browser.now, {})
    assert health(browser) == "ok"
    browser.now += timedelta(minutes=6)
    assert health(browser) == "bad: parts"
    with browser.db.write() as tx:
        pulses.stop(tx, "sender", "here")
    assert health(browser) == "ok"


def test_i7_a_part_that_goes_on_under_another_name_is_not_missed(browser: Browser) -> None:
    with browser.db.write() as tx:
        pulses.beat(tx, "sender", "container-1", browser.now, browser.now, {})
        browser.now += timedelta(minutes=10)
        pulses.beat(tx, "sender", "container-2", browser.now, browser.now, {})
    assert health(browser) == "ok"


def test_i7_letters_come_and_none_is_kept(browser: Browser) -> None:
    with browser.db.write() as tx:
        pulses.beat(tx, "smtp", "here", browser.now, browser.now, {"failed": 3})
    assert health(browser) == "bad: keeping"


@pytest.mark.parametrize("room", [Room(0.09, 1, 1.0), Room(0.5, 1, 0.09)])
def test_i7_a_disk_that_is_nearly_full(
    browser: Browser, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "room", lambda _folder: room)
    assert health(browser) == "bad: disk"


def test_i7_a_hold(browser: Browser) -> None:
    with browser.db.write() as tx:
        holds.begin(tx, "By the operator.", browser.now)
    assert health(browser) == "bad: hold"


def test_whoever_asks_again_and_again_costs_nothing() -> None:
    kept, now = Remembered(), NOON
    assert kept.get(now) is None
    kept.keep(now, ["disk"])
    assert kept.get(now + timedelta(seconds=9)) == ["disk"]
    assert kept.get(now + timedelta(seconds=10)) is None
    assert kept.get(now - HOUR) is None  # the clock was set back


def look_for(browser: Browser, about: str, settings: Settings | None = None) -> Finding:
    with browser.db.read() as tx:
        found = look(tx, settings or Settings(), browser.now)
    return next(one for one in found if one.about == about)


def test_i7_a_list_that_nobody_decides_for(browser: Browser) -> None:
    """Soon where it is new; at once where a post waits that nobody was asked about."""
    found = look_for(browser, "moderators")
    assert found.kind == "todo" and "`postround moderator add news" in found.todo
    assert health(browser) == "ok"
    with browser.db.write() as tx:
        new_post(tx, browser.sender)
    browser.now += timedelta(minutes=1)
    assert health(browser) == "bad: moderators"
    with browser.db.write() as tx:
        new_moderator(tx, browser.sender, "bob")
    assert look_for(browser, "moderators").kind == "ok"


def test_i7_everybody_is_away(browser: Browser) -> None:
    today = browser.now.date()
    with browser.db.write() as tx:
        bob = new_moderator(tx, browser.sender, "bob")
        volunteers.set_absence(tx, bob.id, today, today + timedelta(days=3))
    assert "away today" in look_for(browser, "moderators").says


def test_i7_three_parts_of_four(browser: Browser) -> None:
    with browser.db.write() as tx:
        for part in ("smtp", "web", "sender"):
            pulses.beat(tx, part, "here", browser.now, browser.now, {})
    found = look_for(browser, "parts")
    assert found.kind == "todo" and found.todo == "Start it: `postround clock`."
    with browser.db.write() as tx:
        pulses.beat(tx, "clock", "here", browser.now, browser.now, {})
    assert look_for(browser, "parts").kind == "ok"


@pytest.mark.parametrize(("days", "kind"), [(60, "ok"), (10, "todo"), (-1, "bad")])
def test_i7_a_certificate_that_ends(browser: Browser, tmp_path: Path, days: int, kind: str) -> None:
    file = tmp_path / "certificate.pem"
    file.write_bytes(certificate(browser.now + timedelta(days=days)))
    settings = Settings(tls_certificate=str(file), tls_key=str(file))
    assert look_for(browser, "certificate", settings).kind == kind


def certificate(until: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(until - timedelta(days=90)).not_valid_after(until)
    return made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
