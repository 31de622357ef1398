"""A group without the web: everything by mail, from a mail program that knows only text."""

from __future__ import annotations

import subprocess
from email.message import EmailMessage
from email.policy import SMTP
from io import BytesIO

import pikepdf
import pytest

from tests.journeys.test_journey_monday import DUE, LIST
from tests.mailbox import Mail, answer
from tests.needs import need
from tests.servers import Installation

DILAN = "dilan@house.example"


class TextClient:
    """s-nail, without a terminal: what is typed comes from a file, as a shared script would."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.program = str(need("s-nail"))
        self.box = town.folder / "dilan.mbox"

    def write(self, to: str, subject: str, text: str = "") -> None:
        self._run(["-s", subject, to], text)

    def reply(self, mail: Mail, text: str) -> None:
        """Opens the mail and presses "reply"; the program quotes with a tab and writes below."""
        self.box.write_bytes(b"From - Mon Nov 23 10:00:00 2026\n" + _lines(mail.raw) + b"\n")
        self._run(["-R", "-#", "-f", str(self.box)], f"reply 1\n{text}\n~.\nexit\n")

    def _run(self, words: list[str], given: str) -> None:
        settings = {
            "mta": f"smtp://127.0.0.1:{self.town.smtp_port}",
            "smtp-auth": "none",
            "from": DILAN,
            "ttycharset": "utf-8",
            "DEAD": str(self.town.folder / "dead.letter"),
        }
        options = [f"-S{name}={value}" for name, value in settings.items()]
        flags = ["-:/", "-Sv15-compat", "-Squote", "-Sreply-to-honour", "-Snosave"]
        ended = subprocess.run(
            [self.program, *flags, *options, *words],
            input=given, text=True, capture_output=True, timeout=30, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr


def _lines(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def poster() -> bytes:
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(made)
    return made.getvalue()


def publish(town: Installation, number: int, subject: str, *, file: bool = False) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "Alice <alice@charity.example>", LIST
    message["Subject"], message["Message-ID"] = subject, f"<{number}@charity.example>"
    message.set_content(f"Words of {subject}.\n")
    if file:
        message.add_attachment(poster(), "application", "pdf", filename="Poster.pdf")
    assert town.send(message.as_bytes(), "alice@charity.example", LIST) == {}
    asked = town.wait_for_mail(letter="post_held", subject=subject)
    town.send(answer(asked, "yes topics: housing"), asked.to[0], asked.reply_to)
    town.wait_for_mail(letter="post_decided", subject=subject)


@pytest.fixture
def client(town: Installation) -> TextClient:
    return TextClient(town)


def test_a_group_without_the_web_does_everything_by_mail(
    town: Installation, client: TextClient
) -> None:
    client.write("news-join@lists.example.org", "join")
    client.reply(town.wait_for_mail(letter="joining_confirm", to=DILAN), "yes")
    welcome = town.wait_for_mail(letter="joining_done", to=DILAN)
    client.reply(welcome, "topics housing, jobs\nprint")
    changed = town.wait_for_mail(letter="settings_changed", to=DILAN)
    assert "Your topics are now: Housing, Jobs and training." in changed.text
    publish(town, 1, "Rooms for the winter")
    publish(town, 2, "A drop-in with a poster", file=True)
    town.command("edition", "send", "news", "--at", DUE)
    round_up = town.wait_for_mail(letter="edition", to=DILAN)
    assert "Words of Rooms for the winter" in round_up.text
    client.reply(round_up, "more 2")
    item = town.wait_for_mail(letter="item_whole", to=DILAN)
    (file,) = item.message.iter_attachments()
    assert file.get_content_type() == "application/pdf"
    assert file.get_content().startswith(b"%PDF")
    client.reply(item, "pause 3 weeks")
    paused = town.wait_for_mail(letter="settings_changed", to=DILAN, number=2)
    assert "You get no round-ups until" in paused.text
    client.reply(paused, "resume")
    resumed = town.wait_for_mail(letter="settings_changed", to=DILAN, number=3)
    assert "Your pause is over" in resumed.text
    client.reply(resumed, "stop")
    town.wait_for_mail(letter="leaving_done", to=DILAN)
    assert f"{DILAN},,weekly" in town.command("subscriber", "export", "news")


def test_choices_by_number_and_slips_of_the_finger(town: Installation, client: TextClient) -> None:
    town.command("subscriber", "add", "news", DILAN)
    client.reply(town.wait_for_mail(letter="joining_added", to=DILAN), "setings")
    menu = town.wait_for_mail(letter="settings_shown", to=DILAN)
    numbers = [
        line.split(".")[0].strip()
        for line in menu.text.splitlines()
        if line.strip()[:1].isdigit() and line.endswith((" month", "Housing"))
    ]
    assert len(numbers) == 2
    client.reply(menu, ", ".join(numbers))
    changed = town.wait_for_mail(letter="settings_changed", to=DILAN)
    assert "You now get one mail a month." in changed.text
    assert "Your topics are now: Housing." in changed.text
    client.reply(changed, "what shall I do with this")
    unclear = town.wait_for_mail(letter="wish_unclear", to=DILAN)
    assert "Nothing has changed." in unclear.text
    client.reply(unclear, "unsubcribe")
    town.wait_for_mail(letter="leaving_done", to=DILAN)
