"""Reads single setting values; each function refuses a wrong one with a sentence that names it."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from urllib.parse import urlsplit


class WrongSetting(Exception):
    """A setting is missing or wrong. The text is one sentence for the person who starts us."""


def dot_env(path: Path) -> dict[str, str]:
    """The NAME=value lines of a ``.env`` file; comments and blank lines are passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"The file {path} cannot be read: {error}.") from error
    values = {}
    for line in lines:
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            values[name.strip()] = value.strip().strip("\"'")
    return values


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
    except ValueError:
        usable = False
    if not usable:
        raise WrongSetting(f"{name} must be maildir:FOLDER, smtp://host:port or smtps://host:port.")
    return text
