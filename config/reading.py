"""Reads single setting values; each function refuses a wrong one with a sentence that names it."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,252}[A-Za-z0-9])?")


class WrongSetting(Exception):
    """A setting is missing or wrong. The text is one sentence for the person who starts us."""


def dot_env(path: Path) -> dict[str, str]:
    """The NAME=value lines of a ``.env`` file; comments and blank lines are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise WrongSetting(f"The file {path} cannot be read: it is no UTF-8 text.") from error
    except OSError as error:
        raise WrongSetting(f"The file {path} cannot be read: {error.strerror}.") from error
    values = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        name, equals, value = line.removeprefix("export ").partition("=")
        if not line or line.startswith("#"):
            continue
        if not equals or not name.strip():
            raise WrongSetting(f"Line {number} of {path.name} must be NAME=value.")
        values[name.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    """What stands in quotes is taken as it is; else a blank and # begin a comment."""
    for quote in "\"'":
        inner, closing, rest = value[1:].partition(quote)
        if value.startswith(quote) and closing and (not rest.strip() or rest.startswith(" #")):
            return inner
    return value.partition(" #")[0].strip()


def whole_number(name: str, text: str, least: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise WrongSetting(f"{name} must be a whole number.") from None
    if number < least:
        raise WrongSetting(f"{name} must be at least {least}.")
    return number


def one_of(name: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise WrongSetting(f"{name} must be one of {', '.join(choices)}.")
    return text


def flag(name: str, text: str) -> bool:
    if text.lower() not in {"yes", "no", "true", "false", "1", "0", "on", "off"}:
        raise WrongSetting(f"{name} must be yes or no.")
    return text.lower() in {"yes", "true", "1", "on"}


def words(text: str) -> tuple[str, ...]:
    """The parts of a list that is separated by commas or spaces."""
    return tuple(text.replace(",", " ").split())


def addresses(name: str, text: str) -> tuple[str, ...]:
    for word in words(text):
        local, at, domain = word.rpartition("@")
        if not local or not at or "." not in domain or not word.isascii():
            raise WrongSetting(f"{name} must be a mail address; {word} is none.")
    return words(text)


def networks(name: str, text: str) -> tuple[str, ...]:
    for word in words(text):
        try:
            ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise WrongSetting(
                f"{name} must list IP addresses or networks; {word} is none."
            ) from None
    return words(text)


def ip_address(name: str, text: str) -> str:
    try:
        return text and str(ipaddress.ip_address(text))
    except ValueError:
        raise WrongSetting(f"{name} must be an IP address.") from None


def host_name(name: str, text: str) -> str:
    if not _HOST.fullmatch(text):
        raise WrongSetting(f"{name} must be one name, such as mail.example.org; {text} is none.")
    return text


def host_names(name: str, text: str) -> tuple[str, ...]:
    return tuple(host_name(name, word) for word in words(text))


def socket_address(name: str, text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise WrongSetting(f"{name} must be host:port, such as 127.0.0.1:8025.")
    return text


def existing_file(name: str, text: str) -> str:
    if text and not Path(text).is_file():
        raise WrongSetting(f"{name} names a file that is not there.")
    return text


def outgoing(name: str, text: str) -> str:
    if text.startswith("maildir:") and text.removeprefix("maildir:"):
        return text
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
        known = parts.query in {"", "starttls=required"}
    except ValueError:
        usable = known = False
    if not usable:
        raise WrongSetting(f"{name} must be maildir:FOLDER, smtp://host:port or smtps://host:port.")
    if not known:
        # A typing mistake here would let mail leave without TLS.
        raise WrongSetting(f"{name} may end in ?starttls=required, and in nothing else.")
    return text
