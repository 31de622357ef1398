"""What is logged, and how: as text or JSON, to standard error, never a mark or a body.

Of an address stand there a short keyed hash, by which one person's lines are found together, and
the domain. Addresses of our own lists can be read.
"""

from __future__ import annotations

import hmac
import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from config import Settings

# A mark is a run of at least 23 lower case letters and digits after "+" or "/".
_MARK = re.compile(r"(?<=[+/])[a-z0-9]{23,64}(?![a-z0-9])", re.IGNORECASE)
# Of a quoted local part the last word is enough to be masked with what stands before it.
_ADDRESS = re.compile(r'("[^"\n]{1,64}"|[^\s@<>"(),:;\[\]\\…]{1,64})@([\w.-]{1,255})')
# PostgreSQL adds the row that it refused.
_DETAIL = re.compile(r"^DETAIL: .*$", re.MULTILINE)
HASH_DIGITS = 8


class Mask:
    """Hides marks, and whose addresses they are."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._lists: frozenset[str] = frozenset()

    def show(self, addresses: Iterable[str]) -> None:
        """These are our own lists'."""
        self._lists = frozenset(address.lower() for address in addresses)

    def __call__(self, text: str) -> str:
        return _DETAIL.sub("DETAIL: …", _ADDRESS.sub(self._address, _MARK.sub("…", text)))

    def _address(self, found: re.Match[str]) -> str:
        local, domain = found[1], found[2]
        name = re.split(r"[-+]", local.lower(), maxsplit=1)[0]
        if f"{local}@{domain}".lower() in self._lists or f"{name}@{domain}".lower() in self._lists:
            return found[0]
        digest = hmac.digest(self._key, f"log:{found[0].lower()}".encode(), "sha256").hex()
        return f"{digest[:HASH_DIGITS]}…@{domain}"


def set_up_logs(settings: Settings) -> Mask:
    """Everything goes to standard error from now on; the mask is told of our lists later."""
    mask = Mask(settings.secret)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(mask) if settings.log == "json" else _Text(mask))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # A log that cannot be written must not fill the other outputs with complaints about it.
    logging.raiseExceptions = False
    # These tell every command line or job; ours say what matters.
    for name in ("mail.log", "alembic", "apscheduler", "uvicorn", "aiosmtplib", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return mask


class _Text(logging.Formatter):
    def __init__(self, mask: Mask) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(super().format(record))


class _Json(logging.Formatter):
    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": self._mask(record.getMessage()),
        }
        if record.exc_info:
            said["trace"] = self._mask(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
