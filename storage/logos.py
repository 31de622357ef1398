"""The logos of lists: one small picture each, made ready when it was set."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage.tables import logo


def put(tx: Connection, list_id: int, content: bytes) -> None:
    """Keeps a PNG picture as the list's logo, in place of the one before."""
    remove(tx, list_id)
    tx.execute(logo.insert().values(list_id=list_id, content=content))


def remove(tx: Connection, list_id: int) -> None:
    tx.execute(delete(logo).where(logo.c.list_id == list_id))


def of_list(tx: Connection, list_id: int) -> bytes:
    """The PNG picture, b"" when there is none."""
    found = tx.execute(select(logo.c.content).where(logo.c.list_id == list_id)).scalar_one_or_none()
    return found or b""
