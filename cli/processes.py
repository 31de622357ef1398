"""Starts the parts of the service in one event loop and stops them within ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import uvicorn

from cli.chores import Returned
from cli.inbound import COUNTS, is_ours_in, keep_in
from cli.listening import listening, open_sockets
from cli.metrics import metrics_at
from cli.upkeep import run_upkeep
from config import Settings, WrongSetting
from delivery.dkim_sign import Signer, WrongKey
from delivery.letters import Desk
from delivery.ready import Readier
from delivery.sender import run_sender
from delivery.transport import Maildir
from digest.clock import Chore, run_clock
from digest.coming import next_weekly
from digest.proof import show_proofs
from digest.report import write_reports
from ingest.door import Door, open_door
from ingest.door_settings import DoorSettings
from ingest.resolver import Dns
from ingest.scanners import read_setting
from ingest.work import Workers
from moderation import asking, remind
from storage.database import Database
from web.app import create_app

Part = Literal["smtp", "web", "clock", "sender"]
PARTS: tuple[Part, ...] = ("smtp", "web", "clock", "sender")
STOP_SECONDS = 8.0

log = logging.getLogger("postround")


async def serve(
    database: Database,
    settings: Settings,
    parts: tuple[Part, ...],
    ready: Callable[[], None],
    show: Callable[[Iterable[str]], None],
) -> None:
    """Runs ``parts`` until SIGTERM or SIGINT; calls ``ready`` when all of them are up.

    ``show`` is told which addresses are lists', now and then; the log may name those.

    Raises WrongSetting, CannotListen when an address is taken, and whatever ends a part by mistake.
    """
    _check_scanner(settings)
    _check_folder(settings)
    _signer(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as running:
        try:
            for part in parts:
                await running.enter_async_context(_PARTS[part](database, settings, stop))
            await running.enter_async_context(_upkeep(database, settings, parts, stop, show))
            # What is here now stays: to look for circles of frames then takes a tenth of the time.
            gc.collect()
            gc.freeze()
            ready()
            await stop.wait()
            log.info("stopping")
        finally:
            # Also where a part could not begin: the others would wait for this till they are ended.
            stop.set()
    database.close()


@contextlib.asynccontextmanager
async def _upkeep(
    database: Database,
    settings: Settings,
    parts: tuple[Part, ...],
    stop: asyncio.Event,
    show: Callable[[Iterable[str]], None],
) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as beside:
        if settings.metrics_listen:
            with listening("POSTROUND_METRICS_LISTEN", settings.metrics_listen):
                numbers = metrics_at(settings.metrics_listen, database, COUNTS)
                await beside.enter_async_context(numbers)
        task = _watched(run_upkeep(database, settings, parts, COUNTS, stop, show), stop)
        try:
            yield
        finally:
            await _ended(task)


def _check_scanner(settings: Settings) -> None:
    """Only the scanner's own file knows what it can be, and ``config`` knows nothing above it."""
    try:
        read_setting(settings.spam_scanner)
    except ValueError as error:
        raise WrongSetting(f"POSTROUND_SPAM_SCANNER: {error}") from error


def _check_folder(settings: Settings) -> None:
    """Mail that cannot be put down would wait for ever, and nobody would know why."""
    if settings.outgoing.startswith("maildir:"):
        try:
            Maildir(Path(settings.outgoing.removeprefix("maildir:")))
        except OSError as error:
            raise WrongSetting(
                f"POSTROUND_OUTGOING names a folder that cannot be used ({error.strerror})."
            ) from error


def _signer(settings: Settings) -> Signer | None:
    try:
        return Signer.of(settings)
    except WrongKey as error:
        raise WrongSetting(str(error)) from error


@contextlib.asynccontextmanager
async def _smtp(
    database: Database, settings: Settings, _stop: asyncio.Event
) -> AsyncIterator[None]:
    resolver = Dns([settings.dns_server] if settings.dns_server else [])
    workers = Workers(database, settings, resolver)
    keep = keep_in(database, workers.wake)
    is_ours = is_ours_in(database, settings)
    doors: list[Door] = []
    try:
        for door_settings in _doors(settings):
            beside = doors[0] if doors else None
            with _listening_for_mail(settings, lmtp=door_settings.lmtp):
                doors.append(await open_door(door_settings, is_ours, keep, beside=beside))
        workers.start()
        yield
    finally:
        for door in reversed(doors):
            await door.close(STOP_SECONDS / 2)
        await asyncio.to_thread(workers.close, STOP_SECONDS / 2)


def _listening_for_mail(settings: Settings, *, lmtp: bool) -> AbstractContextManager[None]:
    if lmtp:
        return listening("POSTROUND_LMTP_LISTEN", settings.lmtp_listen)
    return listening("POSTROUND_SMTP_LISTEN", settings.smtp_listen)


def _doors(settings: Settings) -> list[DoorSettings]:
    host, port = _host_port(settings.smtp_listen)
    smtp = DoorSettings(
        hostname=settings.hostname,
        host=host,
        port=port,
        tls=_tls(settings),
        max_message_bytes=settings.max_message_bytes,
        max_recipients=settings.limit_recipients,
        connections_per_source=settings.limit_connections_per_source,
        connections=settings.limit_connections,
        trusted_relays=settings.trusted_relays,
    )
    if not settings.lmtp_listen:
        return [smtp]
    lmtp = replace(smtp, lmtp=True, tls=None)
    if "/" in settings.lmtp_listen:
        return [smtp, replace(lmtp, socket_path=settings.lmtp_listen)]
    host, port = _host_port(settings.lmtp_listen)
    return [smtp, replace(lmtp, host=host, port=port)]


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.tls_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except OSError as error:
        raise WrongSetting(
            "POSTROUND_TLS_CERTIFICATE and POSTROUND_TLS_KEY are no certificate and its key "
            f"({getattr(error, 'reason', None) or error.strerror})."
        ) from error
    return context


def _host_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: it would kill the process before the rest closes."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def _web(database: Database, settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    with listening("POSTROUND_WEB_LISTEN", settings.web_listen):
        # By ourselves: uvicorn would end the process, with words and a code of its own.
        sockets = open_sockets(*_host_port(settings.web_listen))
    server = _Server(
        uvicorn.Config(
            create_app(database, settings),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            forwarded_allow_ips=",".join(settings.trusted_relays) or None,
            proxy_headers=bool(settings.trusted_relays),
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
            limit_concurrency=200,
        )
    )
    task = _watched(server.serve(sockets), stop)
    while not server.started and not task.done():
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await _ended(task)


@contextlib.asynccontextmanager
async def _clock(
    database: Database, settings: Settings, stop: asyncio.Event
) -> AsyncIterator[None]:
    desk = Desk.of(settings)
    chores: list[Chore] = [partial(remind.run, database, desk, next_weekly)]
    chores.append(Returned(database, desk))
    chores.append(partial(show_proofs, database, desk))
    chores.append(partial(write_reports, database, desk, asking.on_duty))
    task = _watched(run_clock(database, stop, chores), stop)
    try:
        yield
    finally:
        await _ended(task)


@contextlib.asynccontextmanager
async def _sender(
    database: Database, settings: Settings, stop: asyncio.Event
) -> AsyncIterator[None]:
    readier = Readier(database, Desk.of(settings), _signer(settings))
    task = _watched(run_sender(database, settings, readier.build, stop), stop)
    try:
        yield
    finally:
        await _ended(task)


def _watched(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> asyncio.Task[None]:
    """A part that ends by mistake must not leave half a service running."""
    task = asyncio.create_task(work)

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.error("a part of the service broke", exc_info=task.exception())
            stop.set()

    task.add_done_callback(ended)
    return task


async def _ended(task: asyncio.Task[None]) -> None:
    """Waits a while for what is in hand, then ends it."""
    done, _ = await asyncio.wait([task], timeout=STOP_SECONDS)
    if not done:
        task.cancel()
        await asyncio.wait([task], timeout=1)
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error


_PARTS = {"smtp": _smtp, "web": _web, "clock": _clock, "sender": _sender}
