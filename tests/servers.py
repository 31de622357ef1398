"""The real service as a journey test meets it: its own folder, its own ports, real processes.

Not for looking into the database: a journey sends, waits for the mail and reads it.
"""

from __future__ import annotations

import os
import random
import shutil
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile

from tests.mailbox import Mail, wait_for_mail
from tests.warm import Started

CHECKOUT = Path(__file__).parent.parent

SECONDS_TO_STOP = 10


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens, and that this test run has not used lately."""
    # Not port 0: the kernel would soon lend that number to an outgoing connection. Below 32768 it
    # lends none.
    while True:
        port = next(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def _ports() -> Iterator[int]:
    """Round and round; each worker of a run in numbers of its own, where no other can be first."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    each = 22_000 // workers
    # By chance, so that two runs beside each other hardly ever meet.
    begin = random.randrange(each)
    return (10_000 + worker * each + (begin + more) % each for more in count())


_PORTS = _ports()


@dataclass
class Installation:
    """One installation of Postround: a folder, the settings, and the processes started in it."""

    folder: Path
    smtp_port: int
    web_port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes] | Started] = field(default_factory=dict)
    warm: bool = True
    """Whether services start as tests/warm.py says, and not from nothing."""

    @classmethod
    def at(cls, folder: Path, database_url: str, settings: dict[str, str]) -> Installation:
        """Starts nothing. ``settings`` come on top of those that keep everything in ``folder``."""
        smtp_port, web_port = free_port(), free_port()
        ours = {
            "DATABASE_URL": database_url,
            "POSTROUND_SMTP_LISTEN": f"127.0.0.1:{smtp_port}",
            "POSTROUND_WEB_LISTEN": f"127.0.0.1:{web_port}",
            "POSTROUND_OUTGOING": f"maildir:{folder / 'outgoing'}",
            "POSTROUND_PROOF": "mark",
            "POSTROUND_SECRET": "a secret for tests only",
        }
        return cls(folder, smtp_port, web_port, _clean_environment() | ours | settings)

    @property
    def outgoing(self) -> Path:
        """The Maildir in which everything lands that is sent."""
        return self.folder / "outgoing"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def command(self, *words: str, given: str = "", code: int = 0) -> str:
        """What ``postround WORDS`` prints; fails when it does not end with ``code``.

        ``given`` is its standard input; of a refusal (code 1 or 2) the error text is returned.
        """
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(given.encode())
            stdin.seek(0)
            process = Started(words, self.folder, self.environment, (stdin, stdout, stderr))
            try:
                ended = process.wait(60)
            finally:
                process.kill()
            texts = []
            for stream in (stdout, stderr):
                stream.seek(0)
                texts.append(stream.read().decode())
        said = f"postround {' '.join(words)} ended with {ended}:\n"
        assert ended == code, said + "".join(texts)
        return texts[1 if code else 0]

    def start(self, *words: str) -> subprocess.Popen[bytes] | Started:
        """Starts ``postround WORDS`` (run, smtp, web, clock, sender) and waits for its ports."""
        name = words[0]
        with self._log(name).open("ab") as log, Path(os.devnull).open("rb") as nothing:
            process: subprocess.Popen[bytes] | Started
            if self.warm:
                process = Started(words, self.folder, self.environment, (nothing, log, log))
            else:
                process = subprocess.Popen(
                    [*not_longer_than_we_live(), *_postround(*words)],
                    stdin=nothing,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                    env=self.environment,
                )
        self.processes[name] = process
        waiting = {"run": [self.smtp_port, self.web_port], "smtp": [self.smtp_port]}
        for port in waiting.get(name, [self.web_port] if name == "web" else []):
            self._wait_for_port(name, port)
        return process

    def stop(self) -> None:
        """Stops every process by SIGTERM, and shows what each of them wrote.

        pytest prints what is shown here only when the test failed.
        """
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        late = [name for name, process in self.processes.items() if not _ended(process)]
        for name in self.processes:
            print(f"--- postround {name} wrote:\n{self._log(name).read_text(errors='replace')}")
        self.processes.clear()
        assert not late, f"not stopped {SECONDS_TO_STOP} s after SIGTERM: {', '.join(late)}"

    def send(self, message: bytes, mail_from: str, *recipients: str) -> dict[str, str]:
        """Sends by SMTP; gives the refused recipients, each with the server's answer."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=20) as client:
            try:
                refused = client.sendmail(mail_from, recipients, message)
            except smtplib.SMTPRecipientsRefused as error:
                refused = error.recipients
        return {
            address: f"{code} {text.decode('ascii', 'replace')}"
            for address, (code, text) in refused.items()
        }

    def wait_for_mail(
        self,
        *,
        to: str | None = None,
        letter: str | None = None,
        subject: str = "",
        number: int = 1,
        timeout: float = 20,
    ) -> Mail:
        """As in tests/mailbox.py, in this installation's Maildir."""
        return wait_for_mail(
            self.outgoing, to=to, letter=letter, subject=subject, number=number, timeout=timeout
        )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _wait_for_port(self, name: str, port: int) -> None:
        deadline = time.monotonic() + 30
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            alive = self.processes[name].poll() is None and time.monotonic() < deadline
            assert alive, f"postround {name} does not answer on port {port}"
            time.sleep(0.02)


def _postround(*words: str) -> list[str]:
    return [sys.executable, "-m", "cli.main", *words]


def _clean_environment() -> dict[str, str]:
    """The caller's own settings must not reach a test."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("POSTROUND_") and name not in {"DATABASE_URL", "PORT"}
    }
    return others | {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}


def not_longer_than_we_live() -> list[str]:
    """In front of a command: a killed test run leaves no server behind (Linux only)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _ended(process: subprocess.Popen[bytes] | Started) -> bool:
    try:
        process.wait(SECONDS_TO_STOP)
        return True
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
