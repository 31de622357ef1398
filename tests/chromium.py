"""Pages and HTML mails as a real browser shows them; nothing outside this machine is reached."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.needs import need

SECONDS = 60


def dom(page: str) -> str:
    """The HTML of the page at this address (http or file) after its scripts, if any, have run."""
    return _chromium(page, "--dump-dom")


def screenshot(page: str, picture: Path, *, width: int = 360, height: int = 1600) -> None:
    """Writes a PNG of the page as it looks at this width in pixels: by default a phone's."""
    _chromium(page, f"--screenshot={picture}", f"--window-size={width},{height}")
    assert picture.stat().st_size > 0


def _chromium(page: str, *options: str) -> str:
    program = need("chromium")
    with tempfile.TemporaryDirectory(prefix="postround-browser-") as profile:
        shown = subprocess.run(
            [
                program,
                "--headless=new",
                "--no-sandbox",  # as root, which CI is, Chromium's sandbox refuses to start
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--virtual-time-budget=5000",
                f"--user-data-dir={profile}",
                *options,
                page,
            ],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    assert shown.returncode == 0, shown.stderr.decode(errors="replace")
    return shown.stdout.decode(errors="replace")
