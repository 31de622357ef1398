"""What can be set, each with its default; a wrong value is named in one sentence.

Every setting that is added here is named in the README's table; a test says so.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from config.reading import (
    WrongSetting,
    addresses,
    dot_env,
    existing_file,
    flag,
    host_name,
    host_names,
    ip_address,
    networks,
    one_of,
    outgoing,
    socket_address,
    whole_number,
    words,
)

MEBIBYTE = 1024 * 1024
LEAST_SECRET = 16
"""Characters"""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings in force. The field names are the environment's names in lower case,
    without the prefix POSTROUND_."""

    database_url: str = field(default="sqlite:///postround.db", repr=False)
    web_listen: str = "127.0.0.1:8000"
    smtp_listen: str = "127.0.0.1:8025"
    lmtp_listen: str = ""
    outgoing: str = field(default="maildir:outgoing", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    secret: str = field(default="", repr=False)
    secret_previous: tuple[str, ...] = field(default=(), repr=False)
    hostname: str = "localhost"
    trusted_relays: tuple[str, ...] = ()
    authserv_id: str = ""
    proof: str = "aligned"
    tls_certificate: str = ""
    tls_key: str = ""
    spam_scanner: str = ""
    dns_server: str = ""
    arc_sealers: tuple[str, ...] = ()
    max_message_bytes: int = 25 * MEBIBYTE
    log: str = "text"
    own_posts: bool = True
    limit_posts_per_sender_hour: int = 20
    limit_strangers_per_hour: int = 50
    limit_connections_per_source: int = 20
    limit_connections: int = 300
    limit_recipients: int = 100
    limit_joins_per_source_hour: int = 5
    send_connections: int = 5
    send_rate: int = 0
    journal: str = "off"
    operator: tuple[str, ...] = ()
    metrics_listen: str = ""
    keep_letters_days: int = 30
    keep_confirmations_days: int = 90
    keep_left_days: int = 28
    keep_sent_days: int = 400
    keep_posts_days: int = 396
    send_rate_per_domain: int = 0
    dkim_key: tuple[str, ...] = ()
    dkim_selector: tuple[str, ...] = ()

    def with_proof(self, proof: str) -> Settings:
        return replace(self, proof=proof)


def read_settings(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings from the environment, before them those of ``folder``/.env.

    Raises WrongSetting, whose text is one sentence that names the setting.
    """
    written = dot_env((folder or Path()) / ".env")
    _refuse_unknown(written)
    values = written | dict(os.environ if environ is None else environ)
    get = _Getter(values)
    database_url = _database_url(values.get("DATABASE_URL", "") or "sqlite:///postround.db")
    web_listen = _web_listen(values, get("WEB_LISTEN"))
    smtp_listen = socket_address("POSTROUND_SMTP_LISTEN", get("SMTP_LISTEN", "127.0.0.1:8025"))
    settings = Settings(
        database_url=database_url,
        web_listen=web_listen,
        smtp_listen=smtp_listen,
        lmtp_listen=_lmtp_listen(get("LMTP_LISTEN")),
        outgoing=outgoing("POSTROUND_OUTGOING", get("OUTGOING", "maildir:outgoing")),
        public_url=_public_url(get("PUBLIC_URL"), web_listen),
        secret=_secret(get("SECRET"), database_url, folder or Path()),
        secret_previous=_previous(words(get("SECRET_PREVIOUS"))),
        hostname=host_name("POSTROUND_HOSTNAME", get("HOSTNAME", "localhost")),
        trusted_relays=networks("POSTROUND_TRUSTED_RELAYS", get("TRUSTED_RELAYS")),
        authserv_id=_one_word("POSTROUND_AUTHSERV_ID", get("AUTHSERV_ID")),
        proof=one_of("POSTROUND_PROOF", get("PROOF", "aligned"), ("aligned", "mark")),
        tls_certificate=existing_file("POSTROUND_TLS_CERTIFICATE", get("TLS_CERTIFICATE")),
        tls_key=existing_file("POSTROUND_TLS_KEY", get("TLS_KEY")),
        spam_scanner=_scanner(get("SPAM_SCANNER")),
        dns_server=ip_address("POSTROUND_DNS_SERVER", get("DNS_SERVER")),
        arc_sealers=host_names("POSTROUND_ARC_SEALERS", get("ARC_SEALERS")),
        max_message_bytes=_number(get, "MAX_MESSAGE_BYTES", 25 * MEBIBYTE, 64 * 1024),
        log=one_of("POSTROUND_LOG", get("LOG", "text"), ("text", "json")),
        own_posts=flag("POSTROUND_OWN_POSTS", get("OWN_POSTS", "yes")),
        limit_posts_per_sender_hour=_number(get, "LIMIT_POSTS_PER_SENDER_HOUR", 20),
        limit_strangers_per_hour=_number(get, "LIMIT_STRANGERS_PER_HOUR", 50),
        limit_connections_per_source=_number(get, "LIMIT_CONNECTIONS_PER_SOURCE", 20),
        limit_connections=_number(get, "LIMIT_CONNECTIONS", 300),
        limit_recipients=_number(get, "LIMIT_RECIPIENTS", 100),
        limit_joins_per_source_hour=_number(get, "LIMIT_JOINS_PER_SOURCE_HOUR", 5),
        send_connections=_number(get, "SEND_CONNECTIONS", 5),
        send_rate=_number(get, "SEND_RATE", 0, 0),
        journal=_journal(get("JOURNAL"), database_url, folder or Path()),
        operator=addresses("POSTROUND_OPERATOR", get("OPERATOR")),
        metrics_listen=_metrics_listen(get("METRICS_LISTEN")),
        keep_letters_days=_number(get, "KEEP_LETTERS_DAYS", 30, 0),
        keep_confirmations_days=_number(get, "KEEP_CONFIRMATIONS_DAYS", 90, 0),
        keep_left_days=_number(get, "KEEP_LEFT_DAYS", 28, 0),
        keep_sent_days=_number(get, "KEEP_SENT_DAYS", 400, 0),
        keep_posts_days=_number(get, "KEEP_POSTS_DAYS", 396, 0),
        send_rate_per_domain=_number(get, "SEND_RATE_PER_DOMAIN", 0, 0),
        dkim_key=_files("POSTROUND_DKIM_KEY", get("DKIM_KEY")),
        dkim_selector=host_names("POSTROUND_DKIM_SELECTOR", get("DKIM_SELECTOR")),
    )
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise WrongSetting("POSTROUND_TLS_CERTIFICATE and POSTROUND_TLS_KEY are set together.")
    return settings


def is_at_home(outgoing: str) -> bool:
    """Whether mail that goes there stays on this machine: a Maildir, or a loopback address."""
    if outgoing.startswith("maildir:"):
        return True
    host = urlsplit(outgoing).hostname or ""
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _refuse_unknown(written: Mapping[str, str]) -> None:
    """A name with a typing mistake would silently leave the default in force."""
    for name in written:
        if name.startswith("POSTROUND_") and name not in _known():
            near = near_setting(name)
            meant = f"; did you mean {near}" if near else ""
            raise WrongSetting(f"{name} in .env is not a setting{meant}.")


def near_setting(name: str) -> str:
    """The setting that ``name`` was perhaps meant to be; "" where it is one, or like none."""
    known = _known()
    if name in known:
        return ""
    longer = [one for one in known if one.startswith(name)]
    near = longer if len(longer) == 1 else get_close_matches(name, known, 1)
    return near[0] if near else ""


def _known() -> set[str]:
    return {f"POSTROUND_{one.name.upper()}" for one in fields(Settings)}


class _Getter:
    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def __call__(self, name: str, default: str = "") -> str:
        return self.values.get(f"POSTROUND_{name}", "").strip() or default


def _files(name: str, text: str) -> tuple[str, ...]:
    return tuple(existing_file(name, word) for word in words(text))


def _number(get: _Getter, name: str, default: int, least: int = 1) -> int:
    return whole_number(f"POSTROUND_{name}", get(name, str(default)), least)


def _database_url(url: str) -> str:
    if url.startswith("postgres://"):  # platforms of the Heroku kind still write it so
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if url.startswith("postgresql+psycopg://"):
        host = url.partition("://")[2].rpartition("@")[2]
        if not re.match(r"(\[[^]]*\]|[^:/?]*)(:\d{1,5})?([/?]|$)", host):
            raise WrongSetting("DATABASE_URL must be postgresql://user:password@host:port/name.")
        return url
    if url.startswith("sqlite:///"):
        return url
    raise WrongSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _web_listen(values: Mapping[str, str], listen: str) -> str:
    if listen:
        return socket_address("POSTROUND_WEB_LISTEN", listen)
    if port := values.get("PORT", "").strip():
        if not port.isdecimal() or not port.isascii() or int(port) > 65535:
            raise WrongSetting("PORT must be a number from 0 to 65535.")
        return f"0.0.0.0:{port}"
    return "127.0.0.1:8000"


def _lmtp_listen(listen: str) -> str:
    if not listen or "/" in listen:
        return listen
    return socket_address("POSTROUND_LMTP_LISTEN", listen)


def _metrics_listen(listen: str) -> str:
    """On this machine only: the numbers are nobody else's business."""
    if not listen:
        return ""
    host = socket_address("POSTROUND_METRICS_LISTEN", listen).rpartition(":")[0].strip("[]")
    if host not in {"localhost", "::1"} and not host.startswith("127."):
        raise WrongSetting("POSTROUND_METRICS_LISTEN must be on this machine: 127.0.0.1:9187.")
    return listen


def _journal(path: str, database_url: str, folder: Path) -> str:
    """Beside the database: what is done since the last copy must outlive the database."""
    if path:
        if path != "off" and not (folder / path).parent.is_dir():
            raise WrongSetting(f"POSTROUND_JOURNAL names a folder that is not there ({path}).")
        if (folder / path).is_dir():
            raise WrongSetting(f"POSTROUND_JOURNAL names a folder, not a file ({path}).")
        return path
    beside = database_url.removeprefix("sqlite:///")
    return str(folder / (f"{beside}.journal" if beside != database_url else "postround.journal"))


def _public_url(url: str, web_listen: str) -> str:
    if not url:
        return f"http://{web_listen}"
    if not url.startswith(("http://", "https://")):
        raise WrongSetting("POSTROUND_PUBLIC_URL must begin with http:// or https://.")
    try:
        parts = urlsplit(url)
        usable = parts.hostname and parts.port != 0 and not set(url) & set(' \t<>"')
        usable = usable and not parts.query and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise WrongSetting("POSTROUND_PUBLIC_URL must be such as https://lists.example.org.")
    return url.rstrip("/")


def _scanner(value: str) -> str:
    if value and not value.startswith(("rspamd:", "spamd:")):
        raise WrongSetting("POSTROUND_SPAM_SCANNER must begin with rspamd: or spamd:.")
    return value


def _secret(secret: str, database_url: str, folder: Path) -> str:
    """The key of all marks. Beside an embedded database it is made at first use (mode 0600)."""
    if secret:
        if len(secret) < LEAST_SECRET:
            raise WrongSetting("POSTROUND_SECRET must have at least 16 characters.")
        return secret
    if not database_url.startswith("sqlite:///"):
        raise WrongSetting("POSTROUND_SECRET is missing; with PostgreSQL it must be set.")
    return _kept_secret(folder / (database_url.removeprefix("sqlite:///") + ".secret"))


def _previous(found: tuple[str, ...]) -> tuple[str, ...]:
    if any(len(one) < LEAST_SECRET for one in found):
        raise WrongSetting(
            f"POSTROUND_SECRET_PREVIOUS: each must have at least {LEAST_SECRET} characters, and "
            "blanks and commas stand between two of them."
        )
    return found


def _one_word(name: str, text: str) -> str:
    if len(text.split()) > 1:
        raise WrongSetting(f"{name} must be one word.")
    return text


def _kept_secret(path: Path) -> str:
    try:
        # Exclusive creation: two processes started at once must end with one secret.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        pass
    except OSError as error:
        raise WrongSetting(
            f"DATABASE_URL: {path.parent} cannot be written ({error.strerror})."
        ) from error
    secret = path.read_text().strip()
    if len(secret) < LEAST_SECRET:
        raise WrongSetting(f"The secret in {path} is damaged; put it back from a backup.")
    return secret
