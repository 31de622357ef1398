"""The service in a folder of its own, and the mail programs of the people who write to it.

For the demonstration only; what happens in the town is told in demo.py.
"""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import click

from cli.app import Failure
from cli.example import reply_to

PATIENCE_SECONDS = 20.0


class Town:
    """The service in a folder of its own, and the people who write to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[str, EmailMessage] = {}
        self.smtp_port, self.web_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self._environ = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/postround.db",
            "POSTROUND_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "POSTROUND_WEB_LISTEN": f"127.0.0.1:{self.web_port}",
            "POSTROUND_PUBLIC_URL": self.url,
            "POSTROUND_LMTP_LISTEN": "",
            "POSTROUND_OUTGOING": f"maildir:{folder}/outgoing",
            "POSTROUND_PROOF": "mark",
            "POSTROUND_LIMIT_STRANGERS_PER_HOUR": "1000",
        }
        self._seen: set[str] = set()
        self._mails: list[EmailMessage] = []
        self._process: subprocess.Popen[bytes] | None = None
        self.began = time.monotonic()

    def open(self) -> None:
        with (self.folder / "service.log").open("wb") as log:
            command = [sys.executable, "-m", "cli.main", "run", "--trial"]
            self._process = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log)
        until = time.monotonic() + PATIENCE_SECONDS
        while not _answers(self.web_port):
            if time.monotonic() > until or self._process.poll() is not None:
                raise Failure(f"The service did not start: see {self.folder}/service.log.")
            time.sleep(0.05)
        self.say("The service runs", f"mail at 127.0.0.1:{self.smtp_port}, pages at {self.url}/")

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(15)

    def say(self, title: str, text: str) -> None:
        click.echo()
        click.secho(f"{title}: ", bold=True, nl=False)
        click.echo(text)

    def tell(self, text: str) -> None:
        click.echo(f"  {text}")

    def command(self, *words: str) -> str:
        run = [sys.executable, "-m", "cli.main", *words]
        done = subprocess.run(run, env=self._environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failure(done.stderr.strip())
        return done.stdout

    def send(self, sender: str, to: str, text: str) -> None:
        self.send_raw(sender, to, f"From: {sender}\r\nTo: {to}\r\n{text}\r\n".encode())

    def send_raw(self, sender: str, to: str, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.sendmail(sender, [to], raw)

    def reply(self, mail: EmailMessage, words: str) -> None:
        reply = reply_to(mail, words)
        self.send_raw(parseaddr(str(mail["To"]))[1], str(reply["To"]), reply.as_bytes())

    def get(self, url: str) -> str:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return str(answer.read().decode())

    def form(self, path: str, fields: dict[str, str]) -> str:
        url = path if path.startswith("http") else self.url + path
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(url, data, timeout=20) as answer:
            return str(answer.read().decode())

    def mails(self) -> list[EmailMessage]:
        """All that has come out so far, oldest first."""
        files = (self.folder / "outgoing" / "new").glob("*")
        for file in sorted(files, key=lambda path: path.stat().st_mtime_ns):
            if file.name not in self._seen:
                self._seen.add(file.name)
                mail = message_from_bytes(file.read_bytes(), policy=policy.default)
                assert isinstance(mail, EmailMessage)
                self._mails.append(mail)
        return self._mails

    def wait(
        self,
        letter: str,
        to: str,
        *,
        thread: EmailMessage | None = None,
        after: EmailMessage | None = None,
    ) -> EmailMessage:
        """The newest such mail as soon as there is one: in the thread that ``thread`` began, and
        another one than ``after``."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for mail in self.mails()[::-1]:
                fits = mail["Postround-Letter"] == letter and to in str(mail["To"])
                fits = fits and (thread is None or mail["In-Reply-To"] == thread["Message-ID"])
                if fits and mail is not after:
                    return mail
            time.sleep(0.05)
        raise Failure(f"No mail {letter} came for {to}: see {self.folder}/service.log.")

    def wait_held(self, sender: str, name: str) -> EmailMessage:
        """The mail that asks about the post that just came from ``sender``."""
        known = {str(mail["Message-ID"]) for mail in self.held.values()}
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for mail in self.mails():
                asks = (
                    mail["Postround-Letter"] == "post_held" and str(mail["Message-ID"]) not in known
                )
                if asks and sender in text_of(mail):
                    self.held[name] = mail
                    return mail
            time.sleep(0.05)
        raise Failure(f"Nobody was asked about {name}: see {self.folder}/service.log.")


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
