"""Reads from a letter that mail could not be delivered or was complained about: to whom, and
whether the address is dead. It believes the letter; whether to act on it is decided elsewhere."""

from __future__ import annotations

from email.message import Message

from ingest import bounce_notice, bounce_report, diagnosis, peek
from ingest.bounce_report import Failure
from storage.records import Bounce


def read_bounce(message: Message) -> Bounce | None:
    """The bounce or complaint that the message is, or None.

    "hard": the address is dead (no such user, host or domain; moved away). "soft": every other
    failure or delay. "complaint": a feedback report (RFC 5965). Never raises. Vacation notices,
    read receipts and reports of success are no bounces.
    """
    complained = bounce_report.complaint(message)
    if complained is not None:
        return Bounce("complaint", complained, None)
    report = bounce_report.delivery_report(message)
    if report is not None and report.failures:
        return _bounce(list(report.failures), bounce_notice.told(message))
    if report is not None and report.succeeded:
        return None
    if not _may_be_notice(message) or not bounce_notice.is_notice(message):
        return None
    told = bounce_notice.told(message)
    return _bounce(_wrapped(message) or bounce_notice.failures(message), told)


def _wrapped(message: Message) -> list[Failure]:
    """Some gateways enclose the whole report, as if it were the mail that came back."""
    for inner in bounce_report.returned_messages(message):
        if (report := bounce_report.delivery_report(inner)) and report.failures:
            return list(report.failures)
    return []


def _may_be_notice(message: Message) -> bool:
    """Mail filters word refusals as answers or read receipts; people's programs do so as well."""
    receipt = any("disposition-notification" in peek.kind(part) for part in peek.leaves(message))
    if receipt or peek.header(message, "auto-submitted").lower().startswith("auto-replied"):
        return bounce_notice.from_mail_system(message)
    return True


def _bounce(failures: list[Failure], told: str) -> Bounce:
    recipients = tuple(dict.fromkeys(failure.recipient for failure in failures))
    if not failures:
        return Bounce(diagnosis.by_notice(told) or "soft", (), diagnosis.code_in(told))
    # The first one speaks for all: with an address of its own for each reader there is only one.
    first = failures[0]
    status = first.status or diagnosis.code_in(told)
    return Bounce(_kind(first, status, told), recipients, status)


def _kind(failure: Failure, status: str | None, told: str) -> diagnosis.Kind:
    if failure.delayed:
        return "soft"
    said = diagnosis.by_words(failure.why)
    if said is None:
        said = diagnosis.by_words(bounce_notice.about(failure.recipient, told))
    # "5.0.0" and the like say no more than that it failed.
    telling = status is not None and status.split(".")[1] != "0"
    code = diagnosis.by_code(status) if telling else None
    return said or code or diagnosis.by_notice(told) or "soft"
