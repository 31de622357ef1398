"""`doctor` says one line for each thing, and ends with 1 when one of them needs doing."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cli import doctor
from cli.app import App
from cli.check_dns import check_domain, check_our_names
from cli.check_machine import (
    check_clock,
    check_files,
    check_growth,
    check_lost,
    check_secret,
    check_settings,
    check_way_out,
)
from cli.check_ports import check_ports
from config import Settings
from delivery.dkim_sign import dns_record, read_key
from ingest.resolver import Unanswered
from storage import history, state
from storage.database import Database
from storage.state import Room
from tests.servers import Installation, free_port
from tests.storage.rows import new_list

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DOMAIN = "lists.example.org"
Records = Mapping[tuple[str, str], tuple[str, ...] | None]

GOOD: Records = {
    (DOMAIN, "MX"): ("mail.example.org",),
    ("mail.example.org", "A"): ("192.0.2.25",),
    (DOMAIN, "TXT"): ("site=1", "v=spf1 mx -all"),
    (f"_dmarc.{DOMAIN}", "TXT"): ("v=DMARC1; p=reject",),
}


class Zone:
    """A DNS that says what it is told; a name with None gives no answer."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def look_up(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:  # noqa: ARG002
        found = self.records.get((name, kind), ())
        if found is None:
            raise Unanswered(f"{kind} {name}: no answer in time")
        return found


def kinds(records: Records) -> dict[str, tuple[str, str]]:
    settings = Settings(hostname="mail.example.org", operator=("bob@council.example",))
    found = check_domain(settings, Zone(records), DOMAIN)
    return {one.about: (one.kind, one.todo) for one in found}


def test_records_that_are_right_are_well() -> None:
    found = kinds(GOOD)
    assert [found[name][0] for name in ("mx", "spf", "dmarc")] == ["ok", "ok", "ok"]


def test_what_is_missing_is_printed_to_be_copied() -> None:
    found = kinds({})
    assert found["mx"] == ("todo", f"Publish  {DOMAIN}. MX 10 mail.example.org.")
    assert f'{DOMAIN}. TXT "v=spf1 mx a:mail.example.org -all"' in found["spf"][1]
    wanted = f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=quarantine; rua=mailto:bob@council.example"'
    assert wanted in found["dmarc"][1]


@pytest.mark.parametrize(
    ("name", "record", "about"),
    [
        (("mail.example.org", "A"), (), "mx"),
        ((DOMAIN, "TXT"), ("v=spf1 +all",), "spf"),
        ((DOMAIN, "TXT"), ("v=spf1 -all", "v=spf1 mx -all"), "spf"),
        ((DOMAIN, "MX"), None, "mx"),
        ((f"_dmarc.{DOMAIN}", "TXT"), None, "dmarc"),
    ],
)
def test_a_wrong_record_or_a_silent_dns_needs_doing(
    name: tuple[str, str], record: tuple[str, ...] | None, about: str
) -> None:
    assert kinds({**GOOD, name: record})[about][0] == "todo"


def test_our_dkim_key_is_compared_with_what_is_published(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    file = tmp_path / "key.pem"
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    file.write_bytes(pem)
    settings = Settings(dkim_key=(str(file),), dkim_selector=("s1",))
    record = dns_record(read_key(str(file), "s1"))
    name = (f"s1._domainkey.{DOMAIN}", "TXT")
    for published, kind in (((record,), "ok"), (("v=DKIM1; p=AAAA",), "todo"), ((), "todo")):
        found = check_domain(settings, Zone({**GOOD, name: published}), DOMAIN)
        assert next(one.kind for one in found if one.about == "dkim") == kind


def test_a_clock_that_was_set_back_is_noticed(database: Database) -> None:
    with database.write() as tx:
        history.note(tx, NOW + timedelta(hours=1), "operator", "looked")
    found = list(check_clock(database, NOW))
    assert "later time" in found[0].says


def test_what_is_not_meant_for_earnest_is_told() -> None:
    settings = Settings(outgoing="smtp://mail.example.org:25", proof="mark")
    says = " ".join(one.says for one in check_settings(settings))
    assert "its mark alone" in says and "nobody else can open" in says and "localhost" in says


def test_secrets_that_others_can_read_are_named(tmp_path: Path) -> None:
    secret = tmp_path / "postround.db.secret"
    secret.write_text("x" * 32)
    secret.chmod(0o644)
    (found,) = check_files(Settings(database_url=f"sqlite:///{tmp_path}/postround.db"))
    assert found.todo == f"chmod 600 {secret}"


def test_the_way_out_is_tried_without_a_mail(catching_server: object) -> None:
    port = getattr(catching_server, "port")  # noqa: B009
    assert check_way_out(Settings(outgoing=f"smtp://127.0.0.1:{port}")).kind == "ok"
    assert check_way_out(Settings(outgoing=f"smtp://127.0.0.1:{free_port()}")).kind == "bad"


def test_the_command(new_installation: Callable[..., Installation], database_url: str) -> None:
    here = new_installation(database_url)
    for file in here.folder.glob("postround.db*"):
        file.chmod(0o600)
    here.command("backup", "copy")
    found = {one["id"]: one for one in json.loads(here.command("doctor", "--offline", "--json"))}
    assert found["copies"]["state"] == found["database"]["state"] == "ok"
    here.command("hold", "begin")
    here.command("doctor", "--offline", code=1)
    here.environment["POSTROUND_LOG"] = "loud"
    here.command("doctor", "--offline", code=1)


def test_an_environment_with_a_typing_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROUND_OPERATR", "bob@council.example")
    found = list(check_settings(Settings(outgoing="smtp://mail.example.org:25")))
    assert "Did you mean POSTROUND_OPERATOR?" in [one.todo for one in found]


def test_another_secret_than_that_of_the_marks(tmp_path: Path) -> None:
    (tmp_path / "postround.db.secret").write_text("x" * 32)
    url = f"sqlite:///{tmp_path}/postround.db"
    (found,) = check_secret(Settings(database_url=url, secret="y" * 32))
    assert found.kind == "todo" and "POSTROUND_SECRET_PREVIOUS" in found.todo
    assert not list(check_secret(Settings(database_url=url, secret="x" * 32)))
    named = Settings(database_url=url, secret="y" * 32, secret_previous=("x" * 32,))
    assert not list(check_secret(named))


def test_growth_is_foretold_and_a_small_disk_is_told_in_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=database.engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(state, "bytes_per_month", lambda *_: 10**9)
    found = check_growth(database, settings, NOW)
    assert "13200 MB at most" in found.says
    if database.sqlite:
        monkeypatch.setattr(state, "room", lambda _: Room(0.5, 10**9, 0.5))
        assert check_growth(database, settings, NOW).kind == "todo"


def test_a_port_that_somebody_else_has() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        taken = f"127.0.0.1:{there.getsockname()[1]}"
        settings = Settings(smtp_listen=taken, web_listen=f"127.0.0.1:{free_port()}")
        (found,) = check_ports(settings, ())
    assert found.kind == "bad" and f"something else listens at {taken}" in found.says
    (found,) = check_ports(settings, ())
    assert found.kind == "ok"


def test_names_of_the_pages_and_of_this_machine() -> None:
    settings = Settings(
        hostname="mail.example.org",
        public_url=f"https://{DOMAIN}",
        outgoing="smtp://127.0.0.1:10025",
    )
    found = {one.about: one for one in check_our_names(settings, Zone(GOOD))}
    assert found["pages"].todo.startswith(f"Publish  {DOMAIN}. A and AAAA")
    assert "PTR record to mail.example.org" in found["ptr"].todo
    right = {
        (DOMAIN, "A"): ("192.0.2.80",),
        ("25.2.0.192.in-addr.arpa", "PTR"): ("mail.example.org",),
    }
    assert [one.kind for one in check_our_names(settings, Zone({**GOOD, **right}))] == ["ok"]


def test_tables_of_another_version_and_what_to_do(database: Database) -> None:
    for version, todo in (("9999", "newer source"), ("0001", "`postround migrate`")):
        with database.write() as tx:
            tx.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        app = App()
        url = database.engine.url.render_as_string(hide_password=False)
        app.settings = Settings(database_url=url)
        (found,) = doctor._database(app)
        assert found.kind == "bad" and todo in found.todo


def test_a_database_from_before_a_restore_is_not_forgotten(tmp_path: Path) -> None:
    (tmp_path / "postround.db.before-20261122-120000").touch(0o600)
    found = list(check_files(Settings(database_url=f"sqlite:///{tmp_path}/postround.db")))
    assert [one.kind for one in found] == ["ok", "note"]
    assert "before-20261122-120000" in found[1].says


def test_an_empty_database_beside_a_full_journal(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "journal"
    settings = Settings(journal=str(file))
    assert not list(check_lost(database, settings))
    file.write_text('{"at": "2026-11-22T10:00:00+00:00", "what": "mail", "id": 1}\n')
    (found,) = check_lost(database, settings)
    assert found.kind == "bad" and "`postround restore FILE`" in found.todo
    with database.write() as tx:
        new_list(tx)
    assert not list(check_lost(database, settings))
