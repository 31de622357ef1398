"""An author's reply to what we wrote about a post: taking it back, a new text, an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from delivery.letters import Pen
from moderation import correction, notice, replacing, tell, threads
from moderation.answer import DAY, Answered
from moderation.author_words import Said, read_author
from moderation.hold import ask_one, how_sure, vouch
from moderation.showing import to_author
from moderation.tell import Case
from storage import carried, history, lists, outgoing, posts, volunteers
from storage.addresses import fold as fold_address
from storage.records import NOTHING_NOTICED, Attachment, Noticed, Post, Proof, Reading

# Partners write from ticket systems, which answer every mail and do not say that they are machines.
MOST_ANSWERS_A_DAY = 3
MOST_PASSED_ON = 5
"""Letters of an author about one post that come to the moderators in a day."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that answers our mail about a post to its author."""

    reading: Reading
    proof: Proof
    marked: bool
    attachments: Sequence[Attachment] = ()
    noticed: Noticed = NOTHING_NOTICED

    @property
    def sender(self) -> str:
        return self.reading.sender.address if self.reading.sender else ""

    def is_by(self, post: Post) -> bool:
        same = fold_address(self.sender) == fold_address(post.author_address)
        return same and self.reading.senders == 1


def answer(pen: Pen, written: Written, post_id: int, *, round_up: datetime) -> Answered:
    """Acts on such a letter.

    The mark is enough, as it went to the author's address only; without it the sender's mail
    service must vouch for the author.
    """
    post = posts.by_id(pen.tx, post_id)
    if post is None or post.list_id != pen.sender.id:
        return Answered("refused", "The post that it is about is gone.")
    if not written.marked and not (written.proof.aligned and written.is_by(post)):
        return Answered("refused", "It is not proven that the author wrote it.")
    names = (post.author_name,)
    said = read_author(written.reading.reply_text, post.text, names, pen.sender.language)
    case = Case(pen, post, None, round_up, written.reading.message_id or "")
    if said.kind == "cancel":
        return _cancel(case)
    if said.kind == "polite":
        return Answered("command", "it only says thank you")
    if said.kind == "correct" and (written.is_by(post) or post.state != "held"):
        return _new_text(case, written, said)
    if said.text and post.state == "held":
        return _pass_on(case, written, said.text)
    return _explain(case, said.line)


def _explain(case: Case, said: str) -> Answered:
    pen, post = case.pen, case.post
    before = outgoing.count_since(pen.tx, pen.now - DAY, "author_unclear", post_id=post.id)
    if before >= MOST_ANSWERS_A_DAY:
        return Answered("automatic", "It answers each of our answers.")
    _write(case, "author_unclear", said=said, is_out=correction.can_be_corrected(post))
    return Answered("command", "author_unclear")


def _cancel(case: Case) -> Answered:
    pen = case.pen
    lists.lock(pen.tx, case.post.list_id)
    post = posts.by_id(pen.tx, case.post.id) or case.post
    carried.take_out(pen.tx, post)
    had_it = carried.count_readers(pen.tx, post)
    changes = {"decided_at": pen.now, "decided_by": None, "reason": "taken back by its author"}
    open_states = ["held", "approved", "rejected"]
    if posts.change_state(pen.tx, post.id, open_states, "withdrawn", changes):
        history.note(pen.tx, pen.now, post.author_address, "cancelled", post_id=post.id)
        correction.take_back(case, post)
        tell.taken_back_by_author(case, had_it)
    _write(case, "post_cancelled", had_it=had_it)
    return Answered("command", "post_cancelled")


# A new text ---------------------------------------------------------------------------------


def _new_text(case: Case, written: Written, said: Said) -> Answered:
    """In the place of the old one while the post is held; else as a correction, to be approved."""
    pen, post = case.pen, case.post
    files = [file for file in written.attachments if not file.inline]
    if posts.change_state(pen.tx, post.id, ["held"], "held", {}):
        return _replace(case, written, said, files)
    new = correction.hold_for(pen, post, said.text, said.fields, files)
    if new is None:
        _write(case, "author_too_late", state=post.state)
        return Answered("command", "author_too_late")
    history.note(pen.tx, pen.now, post.author_address, "sent a correction", post_id=post.id)
    new = _noticed(pen, new, written.noticed)
    sure = how_sure(_vouched(pen, written), written.proof)
    correction.ask(pen, new, sure, case.round_up)
    had_it = correction.readers_of_the_first(pen, new)
    _write(case, "author_correction", had_it=had_it)
    return Answered("post", f"correction {new.id}")


def _replace(case: Case, written: Written, said: Said, files: Sequence[Attachment]) -> Answered:
    pen, post = case.pen, case.post
    vouched = _vouched(pen, written)
    post = replacing.replace_text(pen, post, said, files, vouched)
    post = _noticed(pen, post, written.noticed)
    asked = outgoing.volunteers_about(pen.tx, post.id)
    for volunteer in volunteers.every(pen.tx, post.list_id, "moderator"):
        if volunteer.id in asked:
            sure = how_sure(vouched, written.proof)
            ask_one(pen, post, volunteer, case.round_up, sure=sure, occasion="changed")
    _write(replace(case, post=post), "author_replaced")
    return Answered("command", "author_replaced")


def _vouched(pen: Pen, written: Written) -> str:
    """A mark came to the author's own address, and to nobody else."""
    vouched = vouch(pen.tx, pen.sender, written.sender, written.proof)
    marked = written.marked and written.proof.dmarc != "fail"
    return "known" if vouched == "none" and marked else vouched


def _noticed(pen: Pen, post: Post, found: Noticed) -> Post:
    """The post with what is to be noticed about its new words."""
    notices = notice.about(pen, post, replace(found, sketch=b""))
    notice.keep(pen, post.id, replace(found, sketch=b""), notices)
    posts.set_notes(pen.tx, post.id, notices.notes)
    return replace(post, notes=notices.notes)


# An answer ----------------------------------------------------------------------------------


def _pass_on(case: Case, written: Written, text: str) -> Answered:
    """To the moderators who were asked: it may be the answer to a question of theirs."""
    pen, post = case.pen, case.post
    before = outgoing.count_since(pen.tx, pen.now - DAY, "author_passed_on", post_id=post.id)
    if before >= MOST_PASSED_ON:
        return Answered("automatic", "It answers each of our answers.")
    history.note(pen.tx, pen.now, written.sender, "wrote", post_id=post.id, detail=text[:200])
    sender = "" if written.is_by(post) else written.sender
    tell.author_wrote(case, text, sender)
    _write(case, "author_passed_on")
    return Answered("command", "author_passed_on")


def _write(case: Case, letter: str, **values: Any) -> None:
    thread = threads.with_author(case.pen, case.post)
    case.pen.write(
        letter,
        to_author(case.post),
        answers=case.answers or thread.answers,
        thread=thread.subject,
        automatic="auto-replied",
        post_title=case.post.title,
        **values,
    )
