"""An author's reply to the receipt: taking the post back."""

from __future__ import annotations

from typing import Any

from delivery.letters import Pen
from moderation.answer import DAY, Answered
from moderation.hold import to_author
from moderation.words import fold, words
from storage import carried, history, outgoing, posts
from storage.addresses import fold as fold_address
from storage.records import Post, Proof, Reading

# Partners write from ticket systems, which answer every mail and do not say that they are machines.
MOST_ANSWERS_A_DAY = 3


def answer(pen: Pen, reading: Reading, proof: Proof, post_id: int, *, marked: bool) -> Answered:
    """Acts on a letter that answers our mail about a post to its author.

    The mark is enough, as it went to the author's address only; without it the sender's mail
    service must vouch for the author.
    """
    post = posts.by_id(pen.tx, post_id)
    if post is None or post.list_id != pen.sender.id:
        return Answered("refused", "The post that it is about is gone.")
    author = reading.sender.address if reading.sender else ""
    if not marked and not (
        proof.aligned and fold_address(author) == fold_address(post.author_address)
    ):
        return Answered("refused", "It is not proven that the author wrote it.")
    if not _cancels(reading.reply_text, pen.sender.language):
        return _explain(pen, post, _first_line(reading.reply_text))
    return _cancel(pen, post)


def _explain(pen: Pen, post: Post, said: str) -> Answered:
    before = outgoing.count_since(pen.tx, pen.now - DAY, "author_unclear", post_id=post.id)
    if before >= MOST_ANSWERS_A_DAY:
        return Answered("automatic", "It answers each of our answers.")
    _write(pen, "author_unclear", post, said=said)
    return Answered("command", "author_unclear")


def _cancel(pen: Pen, post: Post) -> Answered:
    had_it = carried.count_readers(pen.tx, post)
    changes = {"decided_at": pen.now, "reason": "taken back by its author"}
    open_states = ["held", "approved", "rejected"]
    if posts.change_state(pen.tx, post.id, open_states, "withdrawn", changes):
        carried.take_out(pen.tx, post)
        history.note(pen.tx, pen.now, post.author_address, "cancelled", post_id=post.id)
    _write(pen, "post_cancelled", post, had_it=had_it)
    return Answered("command", "post_cancelled")


def _cancels(reply: str, language: str) -> bool:
    line = fold(_first_line(reply)).strip(" .!,")
    line = line.removesuffix("please").removesuffix("thanks").strip(" .!,")
    return line in words(language, "cancel")


def _first_line(reply: str) -> str:
    return next((line.strip() for line in reply.splitlines() if line.strip()), "")[:200]


def _write(pen: Pen, letter: str, post: Post, **values: Any) -> None:
    pen.write(
        letter,
        to_author(post),
        answers=post.message_id or "",
        automatic="auto-replied",
        post_title=post.title,
        **values,
    )
