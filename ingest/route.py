"""Brings a letter that was read to the desk it is for, within one transaction.

First whatever must never be answered is set aside: machines, our own mail coming back, senders
who are not who they say. Each letter leaves here with exactly one outcome.
"""

from __future__ import annotations

from collections.abc import Callable

from ingest import to_bounces, to_digest, to_moderation, to_owner, to_preferences
from ingest.matter import Matter, Outcome
from ingest.screen import forged_as_ours
from storage import outgoing, queues
from storage.records import Confirmation

_DESKS: dict[str, Callable[[Matter], Outcome]] = {
    "verdict": to_moderation.verdict,
    "duty": to_moderation.duty,
    "proof": to_digest.proof,
    "post": to_moderation.author,
    "settings": to_preferences.settings,
    "join": to_preferences.join,
    "leave": to_preferences.leave,
    "help": to_preferences.help_,
    "owner": to_owner.owner,
}


def route(matter: Matter) -> Outcome:
    """Acts on the letter; everything is written through ``matter.pen``."""
    if matter.to.purpose == "canary":
        return to_digest.canary(matter)
    aside = _set_aside(matter)
    if aside is not None:
        return aside
    if matter.to.purpose == "send":
        return _to_the_list(matter)
    if matter.to.purpose == "confirm":
        return _confirm(matter)
    return _DESKS[matter.to.purpose](matter)


def _set_aside(matter: Matter) -> Outcome | None:
    """What no desk gets. None of these is ever answered: an answer could meet a machine, or
    somebody whose address was forged (backscatter)."""
    reading, to = matter.reading, matter.to
    if reading.bounce is not None:
        return to_bounces.came_back(matter, reading.bounce)
    if to.purpose == "bounce":
        return Outcome("automatic" if reading.auto_submitted else "bounce", "not a bounce we know")
    if _is_ours(matter):
        return Outcome("automatic", "Our own mail came back.")
    if reading.auto_submitted or not matter.letter.mail_from:
        return Outcome("automatic", "A machine wrote it.")
    if reading.passed_on and to.purpose in ("join", "help"):
        return Outcome("automatic", "A mailing list or a newsletter system passed it on.")
    # A reader's mark is enough from whatever address, as a link is: a "stop" must never get lost.
    # What waits for a yes proves its address by its own mark.
    by_mark = to.purpose in ("settings", "confirm")
    return None if by_mark else _not_who_they_say(matter)


def _is_ours(matter: Matter) -> bool:
    """Known by its List-Id, also when two lists read each other, or else by its Message-ID."""
    if any(one.list_id in matter.reading.list_ids for one in matter.every):
        return True
    named = matter.reading.message_id or ""
    ours = named.rpartition("@")[2] in {one.domain for one in matter.every}
    return ours and outgoing.by_message_id(matter.pen.tx, [named]) is not None


def _not_who_they_say(matter: Matter) -> Outcome | None:
    if matter.reading.senders != 1 or not matter.author:
        return Outcome("refused", "It does not say plainly who sent it.")
    if matter.proof.dmarc == "fail" and matter.proof.dmarc_policy == "reject":
        return Outcome("refused", "The sender's domain says that this mail is forged (DMARC).")
    return forged_as_ours(matter)


def _to_the_list(matter: Matter) -> Outcome:
    """A post; or a reply by somebody whose mail program ignored Reply-To, without its mark."""
    answered = outgoing.by_message_id(matter.pen.tx, matter.reading.answers[:50])
    if answered is None or answered.list_id != matter.pen.sender.id:
        return to_moderation.post(matter)
    if answered.confirmation_id is not None:
        # Its Message-ID cannot be guessed and went to one address only, as a mark does.
        return _confirm_that(matter, to_preferences.asked(matter, answered.confirmation_id))
    if answered.volunteer_id is not None and answered.post_id is not None:
        return to_moderation.unmarked_verdict(matter, answered)
    if answered.volunteer_id is not None and answered.letter.startswith("proof"):
        return to_digest.unmarked_proof(matter, answered.volunteer_id)
    queue = queues.by_outgoing(matter.pen.tx, answered.id)
    if queue is not None:
        return to_moderation.unmarked_duty(matter, queue)
    if answered.subscriber_id is not None:
        return to_preferences.unmarked_wish(matter, answered.subscriber_id)
    if answered.post_id is not None:
        return to_moderation.unmarked_author(matter, answered.post_id)
    return to_preferences.help_(matter)


def _confirm(matter: Matter) -> Outcome:
    """A yes to something that waits for one, from the address itself."""
    return _confirm_that(matter, to_preferences.waiting(matter))


def _confirm_that(matter: Matter, waiting: Confirmation | None) -> Outcome:
    if waiting is None:
        return Outcome("refused", "What it confirms is gone.")
    if waiting.kind == "verdict":
        return _not_who_they_say(matter) or to_moderation.confirmed_verdict(matter, waiting)
    if waiting.kind == "proof":
        return _not_who_they_say(matter) or to_digest.confirmed_proof(matter, waiting)
    if waiting.kind in ("duty", "swap"):
        return _not_who_they_say(matter) or to_moderation.confirmed_duty(matter, waiting)
    if waiting.kind == "organise":
        return _not_who_they_say(matter) or to_owner.confirmed(matter, waiting)
    return to_preferences.confirm(matter, waiting)
