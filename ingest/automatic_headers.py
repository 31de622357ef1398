"""Reads the header of a letter for the marks that machines put there, and for who sent it."""

from __future__ import annotations

import re
from email.message import Message

from ingest import absence, peek
from ingest.automatic_subjects import FORWARDED, REPLIES, WORDS, answers_a_letter, hint


def say_so(message: Message) -> bool:
    """True when a header tells of a machine: the standard's, or one of those made up before it."""
    submitted = peek.header(message, "auto-submitted").lower()
    # RFC 3834 §5: the keyword may be followed by parameters or a comment.
    if submitted and re.split(r"[\s;(]", submitted)[0] != "no":
        return True
    if any(_names_a_machine(message, name) for name in peek.header_names(message)):
        return True
    if any(word in peek.header(message, name).lower() for name, word in WORDS["headers"]["values"]):
        return True
    return _rule_answered(message) or _bulk_without_a_list(message)


_RESPONDER = re.compile(
    r"(?:x-)?(?:[a-z0-9]{1,20}-)?auto-?(?:reply|respond|responder|response|answer)"
    r"(?:-(?!suppress|allow|exempt|dis|block|off)[a-z]{1,20})?"
)
_RESPONDS = re.compile(r"auto[-_ ]?(?:reply|response|responder)")


def _names_a_machine(message: Message, name: str) -> bool:
    """Each responder has made up a header of its own, and most of them sound alike."""
    known = name in WORDS["headers"]["present"] or _RESPONDER.fullmatch(name)
    if not known and not name.startswith("x-"):
        return False
    value = peek.header(message, name).lower()
    if known:
        return value not in ("no", "false", "0")
    return bool(_RESPONDS.fullmatch(value))


def _rule_answered(message: Message) -> bool:
    """Exchange notes whose rule made a letter; what a rule only sent on is no answer."""
    if FORWARDED.match(peek.header(message, "subject")):
        return False
    owner = peek.header(message, "x-ms-exchange-inbox-rules-loop").lower()
    if owner and owner == peek.sender(message)[1].lower():
        return True
    source = peek.header(message, "x-ms-exchange-generated-message-source").lower()
    return "mailbox rules agent" in source and bool(
        re.search("all|oof", peek.header(message, "x-auto-response-suppress").lower())
    )


def _bulk_without_a_list(message: Message) -> bool:
    """vacation(1) and its kin mark their answers so; lists add headers of their own."""
    precedence = peek.header(message, "precedence").lower()
    if precedence not in ("bulk", "junk", "list"):
        return False
    names = peek.header_names(message)
    # People's programs name themselves; on older lists that is all there is to see.
    if names & {"in-reply-to", "references"} and names & {"user-agent", "x-mailer", "x-x-sender"}:
        return False
    passed_by = f"{peek.header(message, 'sender')} {peek.header(message, 'return-path')}".lower()
    listed = any(n.startswith("list-") for n in names) or names & set(WORDS["headers"]["list"])
    if listed or re.search(r"owner-|-(?:owner|bounces?|request|admin|errors)\b", passed_by):
        return False
    # Programs of lists that set no header of their own pass on people, who quote.
    if precedence != "junk" and re.search(r"^>", peek.body_text(message)[:10_000], re.MULTILINE):
        return False
    # A council may send its news so; only what answers somebody, or comes from the program
    # that runs a list, is a machine's.
    subject = peek.header(message, "subject")
    return (
        precedence == "junk"
        or answers_a_letter(message)
        or bool(REPLIES.match(subject))
        or bool(re.search(r"-(?:request|help|confirm|bounces?|return)$", sender(message)[1]))
        or hint(subject) is not absence.Hint.NONE
    )


def machine_sent_it(message: Message) -> bool:
    """True when the envelope's or the author's address is one that no person writes from."""
    path = peek.header(message, "return-path").lower()
    # RFC 5321 §4.5.5: reports and automatic answers have the null sender.
    if path in ("<>", "< >") or path.startswith(("<mailer-daemon", "mailer-daemon")):
        return True
    name, local = sender(message)
    if is_deaf(local) and peek.header(message, "in-reply-to"):
        return True
    return local in WORDS["sender"]["names"] or name in WORDS["sender"]["display"]


_DEAF = re.compile(
    r"(?:^|[-_.])(?:" + "|".join(map(re.escape, WORDS["sender"]["deaf"])) + r")(?:[-_.]|$)"
)


def is_deaf(local: str) -> bool:
    """True for the local part of an address behind which nobody reads: "council-noreply"."""
    return bool(_DEAF.search(local[:64]))


def sender(message: Message) -> tuple[str, str]:
    """Display name and local part of From, lower case; what follows a "+" is cut off."""
    name, address = peek.sender(message)
    local = address.rpartition("@")[0] or address
    return name.strip().lower(), local.lower().split("+")[0]
