"""The sheets that a reader of the notice-board edition gets as a file. The row says which posts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from delivery.addresses import write_address
from delivery.pieces import item_view
from storage import lists, posts
from storage.outgoing import posts_of
from storage.records import Outgoing


def notice_board(tx: Connection, row: Outgoing, day: date) -> bytes:
    """The PDF file with the posts of ``row``; those withdrawn meanwhile are left out, and the
    others keep their numbers. ``day`` is the edition's."""
    # What writes PDF files takes a second to load, and most lists never need it.
    from templates import sheets

    mailing_list = next(one for one in lists.every(tx) if one.id == row.list_id)
    numbered = dict(enumerate(posts_of(row.items), start=1))
    here = {post.id: post for post in posts.by_ids(tx, list(numbered.values()))}
    board = sheets.Board(
        mailing_list.title,
        day,
        write_address(mailing_list, "join"),
        write_address(mailing_list, "help"),
        row.form.partition("-")[2],
    )
    return sheets.sheets(
        board,
        [
            (number, item_view(here[post_id], posts.attachments(tx, [post_id])))
            for number, post_id in numbered.items()
            if post_id in here and here[post_id].state == "approved"
        ],
    )
