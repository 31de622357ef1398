"""A letter whose stored bytes changed is told of in a sentence, never shown as if it were whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from storage import letters
from storage.database import Database
from storage.tables import raw_message
from tests.servers import Installation
from tests.storage.rows import arrival


@pytest.mark.parametrize("words", [(), ("--raw",), ("--json",)])
def test_a15_a_damaged_letter_is_not_shown(
    new_installation: Callable[..., Installation], sqlite_url: str, words: tuple[str, ...]
) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        letters.keep(tx, [arrival(b"Subject: Food\r\n\r\nOpen on Friday.\r\n")])
        tx.execute(update(raw_message).values(content=b"changed"))
    database.close()
    said = new_installation(sqlite_url).command("letter", "show", "1", *words, code=1)
    assert said == "postround: Letter 1 is not what came in: its checksum differs.\n"
