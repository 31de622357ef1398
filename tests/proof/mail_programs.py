"""Replies as twelve mail programs write them: the typed words, and what the program puts around
them. No tests here."""

from __future__ import annotations

import html
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from tests.mailbox import Mail

Program = Callable[[EmailMessage, str, Mail], None]
PROGRAMS: dict[str, Program] = {}
WHEN = "Wed, 18 Nov 2026 at 12:00"


def program(function: Program) -> Program:
    PROGRAMS[function.__name__] = function
    return function


def reply(name: str, asked: Mail, text: str, sender: str, number: int) -> bytes:
    """The mail that this program sends when somebody types ``text`` in reply to ``asked``."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Bob Baker <{sender}>"
    message["To"] = asked.reply_to
    message["Subject"] = f"Re: {asked.subject}"
    message["Date"] = "Wed, 18 Nov 2026 12:10:00 +0000"
    message["Message-ID"] = f"<{name}.{number}@mail.example>"
    message["In-Reply-To"] = message["References"] = asked.header("Message-ID")
    PROGRAMS[name](message, text, asked)
    return message.as_bytes()


def _quoted(asked: Mail) -> str:
    return "\n".join(f"> {line}" for line in asked.text.splitlines())


def _page(text: str) -> str:
    return html.escape(text).replace("\n", "<br>\n")


def _divs(text: str) -> str:
    return "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in text.split("\n"))


def _set(message: EmailMessage, plain: str | None, page: str | None) -> None:
    if plain is None:
        message.set_content(page or "", subtype="html")
        return
    message.set_content(plain)
    if page is not None:
        message.add_alternative(page, subtype="html")


@program
def gmail_on_the_web(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On {WHEN}, {asked.header('From')} wrote:"
    page = (
        f'<div dir="ltr">{_page(text)}</div><br><div class="gmail_quote gmail_quote_container">'
        f'<div dir="ltr" class="gmail_attr">{html.escape(said)}<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0">{_page(asked.text)}</blockquote>'
        "</div>"
    )
    _set(message, f"{text}\n\n{said}\n\n{_quoted(asked)}\n", page)


@program
def gmail_on_android(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On Wed, 18 Nov 2026, 12:00 News, <{asked.reply_to}> wrote:"
    page = (
        f'<div dir="auto">{_page(text)}</div><br><div class="gmail_quote"><div dir="ltr" '
        f'class="gmail_attr">{html.escape(said)}<br></div><blockquote class="gmail_quote">'
        f"{_page(asked.text)}</blockquote></div>"
    )
    _set(message, f"{text}\n\n{said}\n\n{_quoted(asked)}\n", page)


@program
def outlook_on_a_desk(message: EmailMessage, text: str, asked: Mail) -> None:
    """With the signature that a council puts below each mail, without a mark before it."""
    sign = "Bob Baker\nSenior Officer, Migration Team\nLeeds | 0113 496 0000"
    block = (
        f"From: News <{asked.reply_to}>\nSent: 18 November 2026 12:00\n"
        f"To: Bob Baker <bob@council.example>\nSubject: {asked.subject}\n\n{asked.text}"
    )
    paragraphs = "".join(
        f'<p class="MsoNormal">{html.escape(line) or "&nbsp;"}<o:p></o:p></p>'
        for line in f"{text}\n\n{sign}".split("\n")
    )
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body lang="EN-GB">'
        f'<div class="WordSection1">{paragraphs}<div><div style="border:none;border-top:solid '
        f'#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> News '
        f"&lt;{asked.reply_to}&gt; <br><b>Sent:</b> 18 November 2026 12:00<br><b>To:</b> Bob Baker "
        f"&lt;bob@council.example&gt;<br><b>Subject:</b> {html.escape(asked.subject)}</p></div>"
        "</div>"
        f'<p class="MsoNormal">{_page(asked.text)}</p></div></body></html>'
    )
    _set(message, f"{text}\n\n{sign}\n\n{block}", page)


@program
def outlook_on_a_phone(message: EmailMessage, text: str, asked: Mail) -> None:
    block = (
        f"{'_' * 32}\nFrom: News <{asked.reply_to}>\n"
        "Sent: Wednesday, November 18, 2026 12:00:00 PM\n"
        f"To: Bob Baker <bob@council.example>\nSubject: {asked.subject}\n\n{asked.text}"
    )
    plain = f"{text}\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>\n{block}"
    _set(message, plain, None)


@program
def outlook_on_the_web(message: EmailMessage, text: str, asked: Mail) -> None:
    """As HTML only."""
    page = (
        '<div class="elementToProof" style="font-family: Aptos">'
        f'{_divs(text)}</div><div id="appendonsend"></div><hr style="display:inline-block">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri"><b>From:</b> News '
        f"&lt;{asked.reply_to}&gt;<br><b>Sent:</b> 18 November 2026 12:00<br><b>To:</b> Bob Baker "
        f"&lt;bob@council.example&gt;<br><b>Subject:</b> {html.escape(asked.subject)}</font>"
        f"<div>&nbsp;</div></div><div>{_page(asked.text)}</div>"
    )
    _set(message, None, page)


@program
def apple_mail(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On 18 Nov 2026, at 12:00, News <{asked.reply_to}> wrote:"
    _set(message, f"{text}\n\n> {said}\n> \n{_quoted(asked)}\n", None)


@program
def iphone(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On 18 Nov 2026, at 12:00, News <{asked.reply_to}> wrote:"
    page = (
        f'<html><body dir="auto">{_divs(text)}<br id="lineBreakAtBeginningOfSignature"><div '
        f'dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">'
        f'{html.escape(said)}<br><br></blockquote></div><blockquote type="cite"><div '
        f'dir="ltr">{_page(asked.text)}</div></blockquote></body></html>'
    )
    plain = f"{text}\n\nSent from my iPhone\n\n> {said}\n> \n{_quoted(asked)}\n"
    _set(message, plain, page)


@program
def thunderbird(message: EmailMessage, text: str, asked: Mail) -> None:
    """Below the quoted mail, as many of its users write."""
    said = "On 18/11/2026 12:00, News wrote:"
    plain = f"{said}\n{_quoted(asked)}\n\n{text}\n\n-- \nBob Baker\nLeeds\n"
    _set(message, plain, None)


@program
def yahoo_on_the_web(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On Wednesday, 18 November 2026 at 12:00:00 GMT, News <{asked.reply_to}> wrote:"
    page = (
        f'<html><body><div class="ydp1yahoo-style-wrap"><div dir="ltr">{_page(text)}</div></div>'
        f'<div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted"><div>{html.escape(said)}</div>'
        f"<div>{_page(asked.text)}</div></div></body></html>"
    )
    indented = "\n".join(f"    {line}" for line in asked.text.splitlines())
    _set(message, f"{text}\n\n    {said}\n \n{indented}\n", page)


@program
def samsung(message: EmailMessage, text: str, asked: Mail) -> None:
    page = (
        f'<html><body>{_divs(text)}<div><br></div><div id="composer_signature"><div '
        'style="font-size:85%;color:#575757">Sent from my Galaxy</div></div><div><br></div>'
        "<div>-------- Original message --------</div><div>From: News &lt;"
        f"{asked.reply_to}&gt; </div><div>Date: 18/11/2026  12:00  (GMT+00:00) </div><div>To: "
        f"bob@council.example </div><div>Subject: {html.escape(asked.subject)} </div>"
        f"<div><br></div>{_page(asked.text)}</body></html>"
    )
    _set(message, None, page)


@program
def roundcube(message: EmailMessage, text: str, asked: Mail) -> None:
    said = "On 2026-11-18 12:00, News wrote:"
    _set(message, f"{text}\n\n{said}\n{_quoted(asked)}\n", None)


@program
def proton(message: EmailMessage, text: str, asked: Mail) -> None:
    said = f"On Wednesday, November 18th, 2026 at 12:00, News <{asked.reply_to}> wrote:"
    page = (
        f'<div style="font-family: Arial">{_page(text)}</div><div '
        'class="protonmail_signature_block"><div>Sent with <a href="https://proton.me/">Proton '
        f'Mail</a> secure email.</div></div><div class="protonmail_quote">{html.escape(said)}<br>'
        f'<blockquote class="protonmail_quote" type="cite">{_page(asked.text)}</blockquote></div>'
    )
    plain = f"{text}\n\nSent with Proton Mail secure email.\n\n{said}\n\n{_quoted(asked)}\n"
    _set(message, plain, page)
