"""Reads notices of failed delivery that were written for people, as some fifty mail systems word
them: Exim, qmail, old Postfix and Sendmail, Exchange, Gmail, Yahoo, providers in Asia …

What a report says in its machine-readable part is read in ``bounce_report``, and comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message
from itertools import pairwise

from flufl.bounce import all_failures

from ingest import diagnosis, peek
from ingest.bounce_report import Failure, failure_of, fields_in, returned_recipients

NOTICE_LENGTH = 8_000
"""Characters: what a system has to say stands at the top."""
EXPLANATION_LINES = 12

_WORDS = diagnosis.WORDS["notice"]
_SUBJECT = diagnosis.any_of(_WORDS["subjects"])
_SENTENCE = diagnosis.any_of(_WORDS["sentences"])
_ORIGINAL = re.compile(r"^[ \t>]{0,8}(?:" + "|".join(_WORDS["originals"]) + ")", re.I | re.M)
_TITLE_AT_END = re.compile(r"\((?:delivery failed|undeliverable|failed|returned)\)$|: non remis")
_CERTAIN = re.compile(
    r"(?:message|mail|e-?mail)\b[^.]{0,120}\b(?:could|can|was|is|has)(?: ?not|n[’']t) "
    r"(?:been |be )?(?:delivered|sent)|delivered to the following|did not reach"
    r"|following (?:recipient|address|user)|delivery of e?mail to this address"
)
_RETURNED = re.compile(r"intended recipient|has been returned|n[’']existe pas|does not exist")
_SENDERS = frozenset(_WORDS["senders"])
_DISPLAY = tuple(_WORDS["display"])
_PERSON = ("in-reply-to", "user-agent", "x-originating-client")
# Latin letters only: in Chinese and Japanese notices words stand right before the address.
_ADDRESS = re.compile(
    r"[\w.!#$%&*+/=?^~\u00c0-\u024f-]{1,64}@[\w.-]{1,190}\.[^\W\d_][\w-]{1,30}", re.ASCII
)
_AT_START = re.compile(r"[\s<\"'*\[(-]{0,12}(?:(?:smtp|rfc822|mailto)[:=;])?")
_NOT_A_RECIPIENT = re.compile(
    r"^\W*(?:from|sender|reply-to|return-path|message-id|x-[\w-]+|mail from|by|received|contact)\b"
    r"|^\W*(?:to|cc|bcc|from):"
    r"|postmaster@|mailer-daemon@|abuse@|mail from:|contact (?:your|the|us|me)\b"
    r"|for (?:further )?assistance",
    re.I,
)
# "I got 'user unknown' when I wrote to Amina. Has she a new address?" is a person's.
_ASKED = re.compile(
    r"\bi (?:just |only |have |always )?(?:got|get|wrote|received)\b.{0,400}\w ?\?(?: |$)"
)
_SMTP_REPLY = re.compile(
    r"\b[45]\.\d\.\d{1,3}\b|[:<] 55\d "
    r"|(?:said|error|code|returned|status|smtp)\b[^.]{0,30}\b[45]\d\d\b"
)
_DELAY = re.compile(
    r"warning message only|do not need to resend|no action is required|not yet (?:been )?delivered"
    r"|will (?:be retried|keep trying|continue (?:to )?(?:try|attempt)|be attempted|retry)"
    r"|still (?:being )?(?:tr|in the queue|undelivered)|delivery (?:is |has been )?delayed"
    r"|delayed mail|noch nicht zugestellt|verzögert|retardé"
)


def is_notice(message: Message) -> bool:
    """True for a letter in which a mail system says that it could not deliver something."""
    if "x-failed-recipients" in peek.header_names(message):
        return True
    titled, named = is_titled(message), _named_as_mail_system(message)
    if not named:
        if any(name in peek.header_names(message) for name in _PERSON):
            return False
        if not titled and not from_mail_system(message):
            return False
    text = diagnosis.even(told(message)[:NOTICE_LENGTH])
    if not named and not from_mail_system(message) and _ASKED.search(text):
        return False
    said = bool(_SENTENCE.search(text))
    if named:
        return titled or said or bool(_RETURNED.search(text))
    # Vacation notices have the null sender as well (RFC 5321 §4.5.5).
    return said and bool(_CERTAIN.search(text) or _SMTP_REPLY.search(text))


def is_titled(message: Message) -> bool:
    """Does the subject say that something was not delivered? A reply's or forward's does not."""
    subject = diagnosis.even(peek.header(message, "subject"))
    if _TITLE_AT_END.search(subject):
        return True
    subject = re.sub(r"^(?:\[[^\]]{1,40}\]|\*+|<[^>]{1,30}>|auto:|warning:)\s*", "", subject)
    return bool(_SUBJECT.match(subject))


def from_mail_system(message: Message) -> bool:
    """Is the sender a program that carries mail, by its name or by its null envelope sender?"""
    path = peek.header(message, "return-path").lower()
    return path in ("<>", "< >") or _named_as_mail_system(message)


def _named_as_mail_system(message: Message) -> bool:
    if peek.parameter(message, "report-type") == "delivery-status":
        return True
    name, address = peek.sender(message)
    local = (address.rpartition("@")[0] or address).lower()
    local = local.partition("\\@")[0]
    path = peek.header(message, "return-path").lower().lstrip("<")
    named = local in _SENDERS or name.strip().lower().startswith(_DISPLAY)
    return named or path.startswith("mailer-daemon")


def told(message: Message) -> str:
    """What the notice says, up to the place where it returns what was sent."""
    text = peek.body_text(message)[: 4 * NOTICE_LENGTH]
    for found in _ORIGINAL.finditer(text):
        if text[: found.start()].strip():
            return text[: found.start()]
    return text


def about(recipient: str, text: str) -> str:
    """What the notice says on the lines from the one that names the recipient."""
    at = text[:NOTICE_LENGTH].lower().find(recipient.lower())
    return "" if at < 0 else "\n".join(text[at:].split("\n")[:6])


def failures(message: Message) -> list[Failure]:
    """Who was not reached, in the order of the notice; [] when it names nobody."""
    text = told(message)
    groups = [one for group in fields_in(peek.body_text(message)) if (one := failure_of(group))]
    if groups:
        return groups
    delayed = bool(_DELAY.search(diagnosis.even(text)))
    found = _in_paragraphs(text, _own_addresses(message), delayed=delayed)
    named = _named_in_header(message) or _by_flufl(message)
    whys = {one.recipient.lower(): one for one in found}
    if named and not (_lists(text, whys) and whys.keys() >= {a.lower() for a in named}):
        return [whys.get(a.lower()) or _unexplained(a, text, delayed=delayed) for a in named]
    if found:
        return found
    sent_to = returned_recipients(message)[:1]
    return [_unexplained(address, text, delayed=delayed) for address in sent_to]


def _lists(text: str, addresses: Iterable[str]) -> bool:
    """Does a line begin with each of the addresses?"""
    lines = [line.lower() for line in text[:NOTICE_LENGTH].split("\n")]
    return all(any(_begins_with(line, address) for line in lines) for address in addresses)


def _failure(address: str, why: str, *, delayed: bool) -> Failure:
    return Failure(address, diagnosis.code_in(why), why[: diagnosis.LONGEST], delayed)


def _unexplained(address: str, text: str, *, delayed: bool) -> Failure:
    """One who is named without a reason; only the whole notice may hold one."""
    return Failure(address, diagnosis.code_in(text), "", delayed)


def _named_in_header(message: Message) -> list[str]:
    value = peek.header(message, "x-failed-recipients")[:8_000]
    return list(dict.fromkeys(a for a in peek.addresses_in([value]) if "@" in a))


def _own_addresses(message: Message) -> set[str]:
    """Those to whom the notice went and from whom it came: not the failed ones."""
    values = [
        peek.header(message, n)[:4_000] for n in ("to", "from", "reply-to", "sender", "return-path")
    ]
    return {address.lower() for address in peek.addresses_in(values)}


def _in_paragraphs(text: str, own: set[str], *, delayed: bool) -> list[Failure]:
    """Each address with the lines that follow it, as far as the next address."""
    lines = text[:NOTICE_LENGTH].split("\n")
    named = [(row, a) for row, line in enumerate(lines) for a in _recipients_on(line, own)]
    # Where lines begin with addresses, those are meant, and others are only mentioned.
    named = [(row, a) for row, a in named if _begins_with(lines[row], a)] or named
    first: dict[str, int] = {}
    for row, address in named:
        first.setdefault(address.lower(), row)
    starts = sorted({*first.values(), len(lines)})
    ends = dict(pairwise(starts))
    spelled = {address.lower(): address for _, address in reversed(named)}
    return [
        _failure(spelled[low], _explanation(lines, row, ends[row]), delayed=delayed)
        for low, row in first.items()
    ]


def _recipients_on(line: str, own: set[str]) -> list[str]:
    if "@" not in line or len(line) > 2_000 or _NOT_A_RECIPIENT.search(line):
        return []
    found = [_KIND.sub("", match[0]).strip(".'*_-=/") for match in _ADDRESS.finditer(line)]
    return [a for a in found if a.lower() not in own and "@" in a]


def _begins_with(line: str, address: str) -> bool:
    start = _AT_START.match(line)
    return line[start.end() if start else 0 :].startswith(address)


_KIND = re.compile(r"^.{0,40}?(?:smtp|rfc822|mailto)=", re.IGNORECASE)


def _explanation(lines: list[str], row: int, end: int) -> str:
    return "\n".join(lines[row : min(end, row + EXPLANATION_LINES)])


def _by_flufl(message: Message) -> list[str]:
    try:
        temporary, permanent = all_failures(_shortened(message))
    except Exception:  # noqa: BLE001 - twenty detectors, each on a stranger's bytes
        return []
    return sorted({a.decode("ascii", "replace") for a in {*temporary, *permanent} if b"@" in a})


def _shortened(message: Message, depth: int = 4) -> Message:
    """The top of the message: a megabyte of short lines would keep the detectors for a minute."""
    copy = Message()
    for name, value in message.raw_items():
        copy.set_raw(name, value)
    parts = peek.inner_messages(message)
    if parts:
        copy.set_payload([_shortened(part, depth - 1) for part in parts[:6]] if depth else [])
    else:
        copy.set_payload(_first_lines(message.get_payload()))
    return copy


def _first_lines(text: object) -> str:
    return "\n".join(str(text)[:NOTICE_LENGTH].splitlines()[:200])
