"""A moderator's question to the author. The post stays held; the answer comes into the moderators'
thread (author.py)."""

from __future__ import annotations

from datetime import timedelta

from moderation import tell
from moderation.tell import Case
from storage import history, outgoing, posts

MOST_A_DAY = 10
DAY = timedelta(days=1)
ASKED = "asked the author"


def ask(case: Case, question: str) -> str:
    """Sends the question; what became of it, for the operator."""
    pen, post, by = case.pen, case.post, case.by
    assert by is not None
    # Takes the row, so that a decision at the same moment comes before it or after it.
    if not posts.change_state(pen.tx, post.id, ["held"], "held", {}):
        tell.settled_already(case, "ask")
        return "settled already"
    before = outgoing.count_since(pen.tx, pen.now - DAY, "post_question", post_id=post.id)
    if before >= MOST_A_DAY:
        tell.to_one(
            case,
            "verdict_not_asked",
            by,
            author=post.author_name or post.author_address,
            asked=before,
            automatic="auto-replied",
        )
        return "too many questions for one day"
    history.note(pen.tx, pen.now, by.address, ASKED, post_id=post.id, detail=question[:200])
    tell.author_asked(case, question)
    tell.to_one(
        case,
        "verdict_asked",
        by,
        author=post.author_name or post.author_address,
        proven=post.proof != "none",
        automatic="auto-replied",
    )
    return "asked the author"
