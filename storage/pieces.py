"""Ready pieces: each post once for each form, and the frames of each edition. Bytes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from storage.database import add_many_once
from storage.tables import frame, piece, post


def put(
    tx: Connection, post_id: int, version: int, made: Mapping[str, Mapping[str, bytes]]
) -> None:
    """Keeps the pieces of one post, by form and name; those that are there already stay."""
    rows = [
        {"post_id": post_id, "version": version, "form": form, "name": name, "content": content}
        for form, named in made.items()
        for name, content in named.items()
    ]
    add_many_once(tx, piece, rows)


def versions(tx: Connection, post_ids: Sequence[int]) -> dict[int, int]:
    """The version of each of these posts that readers may see; a withdrawn one is not there."""
    here = post.c.id.in_(post_ids) & (post.c.state == "approved")
    return {row[0]: row[1] for row in tx.execute(select(post.c.id, post.c.version).where(here))}


def present(tx: Connection, post_ids: Sequence[int]) -> set[tuple[int, str]]:
    """(post id, form) of what is ready in the version that readers may see."""
    both = piece.join(post, (post.c.id == piece.c.post_id) & (post.c.version == piece.c.version))
    here = piece.c.post_id.in_(post_ids) & (piece.c.name == "item")
    chosen = select(piece.c.post_id, piece.c.form).select_from(both).where(here)
    return {(row[0], row[1]) for row in tx.execute(chosen)}


def of_posts(tx: Connection, post_ids: Sequence[int]) -> dict[tuple[int, int, str, str], bytes]:
    """Pieces by (post id, version, form, name)."""
    key = (piece.c.post_id, piece.c.version, piece.c.form, piece.c.name)
    rows = tx.execute(select(*key, piece.c.content).where(piece.c.post_id.in_(post_ids)))
    return {(row[0], row[1], row[2], row[3]): row[4] for row in rows}


def put_frames(tx: Connection, edition_id: int, frames: Mapping[tuple[str, str], bytes]) -> None:
    """Keeps what stands around the posts of an edition, by (form, name)."""
    rows = [
        {"edition_id": edition_id, "form": form, "name": name, "content": content}
        for (form, name), content in frames.items()
    ]
    add_many_once(tx, frame, rows)


def frames(tx: Connection, edition_id: int) -> dict[tuple[str, str], bytes]:
    rows = tx.execute(
        select(frame.c.form, frame.c.name, frame.c.content).where(frame.c.edition_id == edition_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}
