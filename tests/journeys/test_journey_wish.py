"""A wish: joining, changing and leaving, by mail and by page."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request

from tests.journeys.letters import note
from tests.mailbox import Mail, answer, mails
from tests.servers import Installation
from tests.whole import assert_whole

DILAN = "dilan@house.example"


def reply(town: Installation, mail: Mail, text: str, sender: str = "") -> None:
    sender = sender or mail.to[0]
    assert town.send(answer(mail, text, sender), sender, mail.reply_to) == {}


def write(town: Installation, to: str, subject: str, text: str = "", sender: str = DILAN) -> None:
    address = f"news-{to}@lists.example.org"
    assert town.send(note(sender, address, subject, text), sender, address) == {}


def join(town: Installation) -> Mail:
    write(town, "join", "join")
    reply(town, town.wait_for_mail(letter="joining_confirm", to=DILAN), "yes")
    return town.wait_for_mail(letter="joining_done", to=DILAN)


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as page:
        return str(page.read().decode())


def submit(url: str, **fields: str) -> str:
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(url, data, timeout=10) as page:
        return str(page.read().decode())


def link(mail: Mail, path: str) -> str:
    found = re.search(rf"http://\S+/{path}/\S+", mail.text)
    assert found is not None, mail.text
    return found[0]


def test_joining_by_mail_needs_a_yes_from_the_address(town: Installation) -> None:
    write(town, "join", "join")
    asked = town.wait_for_mail(letter="joining_confirm", to=DILAN)
    assert_whole(asked, "joining_confirm")
    assert DILAN not in town.command("subscriber", "export", "news")
    reply(town, asked, "Yes please")
    assert_whole(town.wait_for_mail(letter="joining_done", to=DILAN), "joining_done")


def test_a_phone_that_ignores_reply_to_can_join_too(town: Installation) -> None:
    write(town, "join", "join")
    asked = town.wait_for_mail(letter="joining_confirm", to=DILAN)
    message = answer(asked, "yes", DILAN)
    message = message.replace(asked.reply_to.encode(), b"news@lists.example.org")
    assert town.send(message, DILAN, "news@lists.example.org") == {}
    assert town.wait_for_mail(letter="joining_done", to=DILAN)


def test_wishes_by_reply(town: Installation) -> None:
    reply(town, join(town), "daily\ntopics housing, jobs\nplain\n\nThanks\nDilan")
    changed = town.wait_for_mail(letter="settings_changed", to=DILAN)
    assert_whole(changed, "settings_changed")
    reply(town, changed, "what do you mean by that")
    unclear = town.wait_for_mail(letter="wish_unclear", to=DILAN)
    assert_whole(unclear, "wish_unclear")
    # From any sender: the mark is enough, as a link is.
    reply(town, unclear, "STOP", sender="dilan.other@phone.example")
    left = town.wait_for_mail(letter="leaving_done", to=DILAN)
    assert_whole(left, "leaving_done")


def test_without_a_mark_the_address_is_asked(town: Installation) -> None:
    carol = "carol@home.example"
    write(town, "leave", "please", sender=carol)
    asked = town.wait_for_mail(letter="leaving_confirm", to=carol)
    assert_whole(asked, "leaving_confirm")
    assert ",active," in town.command("subscriber", "export", "news")
    reply(town, asked, "yes")
    town.wait_for_mail(letter="leaving_done", to=carol)
    assert ",left," in town.command("subscriber", "export", "news")


def test_the_help_address_answers_everybody_once(town: Installation) -> None:
    write(town, "help", "help")
    assert_whole(town.wait_for_mail(letter="help_list", to=DILAN), "help_list_stranger")
    write(town, "help", "Subscribe")
    assert town.wait_for_mail(letter="joining_confirm", to=DILAN)


def test_the_pages_do_what_the_mails_do(town: Installation) -> None:
    page = submit(f"{town.url}/join/news", address=DILAN, frequency="weekly", topics="housing")
    known = submit(
        f"{town.url}/join/news", address="carol@home.example", frequency="weekly", topics="jobs"
    )
    assert page == known, "the page says who is on the list"
    confirm = link(town.wait_for_mail(letter="joining_confirm", to=DILAN), "confirm")
    assert "<form" in get(confirm)
    assert DILAN not in town.command("subscriber", "export", "news")
    submit(confirm)
    done = town.wait_for_mail(letter="joining_done", to=DILAN)
    settings = link(done, "settings")
    assert "<form" in get(settings)
    submit(settings, frequency="monthly", format="plain", topics="jobs", paused_until="")
    assert town.wait_for_mail(letter="settings_changed", to=DILAN)
    leave = link(done, "leave")
    get(leave)
    assert f"{DILAN},,monthly,jobs,plain" in town.command("subscriber", "export", "news")
    one_click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        submit(leave, **one_click)
    town.wait_for_mail(letter="leaving_done", to=DILAN)
    assert len(mails(town.outgoing, letter="leaving_done", to=DILAN)) == 1
