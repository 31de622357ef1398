"""A door with a real database in a process of its own, to be killed.

``python -m tests.door_process URL PORT`` prints "ready" once it listens.
"""

from __future__ import annotations

import asyncio
import sys

from ingest.door import open_door
from ingest.door_settings import DoorSettings
from storage import letters
from storage.database import Database
from storage.records import Arrival


async def main(url: str, port: str) -> None:
    database = Database(url)

    def keep(batch: list[Arrival]) -> None:
        with database.write() as tx:
            letters.keep(tx, batch)

    settings = DoorSettings(hostname="lists.example.org", port=int(port))
    await open_door(settings, lambda _address: "ours", keep)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
