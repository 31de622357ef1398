"""What is logged, and how: as text or JSON, to standard error, never a mark or a body."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from config import Settings

# A mark is a run of at least 23 lower case letters and digits after "+" or "/".
_MARK = re.compile(r"(?<=[+/])[a-z0-9]{23,64}(?![a-z0-9])", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+%=-]{1,64}(@[\w.-]{1,255})")


def set_up_logs(settings: Settings) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if settings.log == "json" else _Text())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # These tell every command line or job; ours say what matters.
    for name in ("mail.log", "apscheduler", "uvicorn", "aiosmtplib", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def masked(text: str) -> str:
    """Without marks and without the local part of any address."""
    return _ADDRESS.sub(r"…\1", _MARK.sub("…", text))


class _Text(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            said["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)
