"""A private Postfix, in front of us or behind us: own configuration, queue, log and port.

The machine's own Postfix, if there is one, is left alone.
"""

from __future__ import annotations

import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.needs import need, need_root
from tests.servers import free_port, not_longer_than_we_live

SERVICES = """\
{port}    inet  n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
lmtp      unix  - - n - - lmtp
error     unix  - - n - - error
retry     unix  - - n - - error
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""
"""The fifth column is "n" throughout: not chrooted, for the queue has no copy of /etc."""


@dataclass(frozen=True)
class Postfix:
    port: int
    log: Path


@contextmanager
def running_postfix(**settings: str) -> Iterator[Postfix]:
    """A started Postfix with these lines of main.cf on top of ours.

    In front of us: ``relay_domains="lists.example.org"`` and
    ``relay_transport="lmtp:inet:127.0.0.1:8024"``. Behind us: ``relayhost="[127.0.0.1]:8025"``.
    """
    program = need("postfix")
    need_root()  # Postfix's master changes users
    folder = Path(tempfile.mkdtemp(prefix="postround-mx-"))
    postfix = Postfix(free_port(), folder / "log" / "mail.log")
    _configure(folder, postfix, settings)
    master = _prepared(program, folder)
    # The master itself and not `postfix start-fg`: that is a script in front of it, which would
    # get our signals and keep them.
    server = subprocess.Popen(
        [*not_longer_than_we_live(), master, "-c", folder, "-d"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(server, postfix)
        yield postfix
    finally:
        server.terminate()
        server.wait(timeout=20)
        print(f"--- postfix wrote:\n{_written(postfix)}")
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, postfix: Postfix, settings: dict[str, str]) -> None:
    owner = pwd.getpwnam("postfix")
    folder.chmod(0o755)
    for name in ("queue", "data", "log"):
        (folder / name).mkdir()
    os.chown(folder / "data", owner.pw_uid, owner.pw_gid)
    main = {
        "compatibility_level": "3.6",
        "queue_directory": f"{folder}/queue",
        "data_directory": f"{folder}/data",
        "maillog_file": str(postfix.log),
        "maillog_file_prefixes": f"{folder}/log",
        "myhostname": "mx.example",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "alias_maps": "",
        "smtp_dns_support_level": "disabled",
        # What is put off is tried again within a test's patience.
        "queue_run_delay": "1s",
        "minimal_backoff_time": "1s",
        "maximal_backoff_time": "1s",
    }
    lines = [f"{name} = {value}\n" for name, value in (main | settings).items()]
    (folder / "main.cf").write_text("".join(lines))
    (folder / "master.cf").write_text(SERVICES.format(port=postfix.port))


def _prepared(program: Path, folder: Path) -> Path:
    """Makes the queue's folders; gives the path of Postfix's master."""
    checked = subprocess.run([program, "-c", folder, "check"], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
    asked = [str(program.with_name("postconf")), "-c", str(folder), "-h", "daemon_directory"]
    return Path(subprocess.check_output(asked, text=True).strip()) / "master"


def _wait_until_ready(server: subprocess.Popen[bytes], postfix: Postfix) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            smtplib.SMTP("127.0.0.1", postfix.port, timeout=5).quit()
            return
        except OSError:
            alive = server.poll() is None and time.monotonic() < deadline
            assert alive, f"Postfix did not start:\n{_written(postfix)}"
            time.sleep(0.05)


def _written(postfix: Postfix) -> str:
    return postfix.log.read_text(errors="replace") if postfix.log.exists() else ""
