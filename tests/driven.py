"""A Chromium that tests steer: keys, mouse, widths, scripts on or off. Over its debugging pipe, so
nothing but Chromium is needed; nothing outside this machine is reached."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from tests.needs import need

SECONDS = 60
KEYS = {"Tab": 9, "Enter": 13, " ": 32, "ArrowDown": 40, "ArrowUp": 38}


class Driven:
    """One tab. Chrome DevTools Protocol messages end with a NUL byte on the pipe."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._left, self._number, self._session = b"", 0, ""
        self._loaded = False
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime"):
            self._ask(f"{domain}.enable")

    def size(self, width: int, height: int = 900, *, scripts: bool = True) -> None:
        view = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **view)
        self._ask("Emulation.setScriptExecutionDisabled", value=not scripts)

    def open(self, url: str) -> None:
        """Returns when the page and all in it are loaded."""
        self._loaded = False
        self._ask("Page.navigate", url=url)
        self.wait()

    def wait(self) -> None:
        """Until the page that a key or a click asked for is there."""
        while not self._loaded:
            self._read()

    def tell(self, expression: str) -> Any:
        """The value of a JavaScript expression; a promise is waited for."""
        found = self._ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def submit(self, form: int) -> None:
        """Submits the form of that place on the page, and waits for the answer."""
        self._loaded = False
        self.tell(f"document.forms[{form}].requestSubmit(); 0")
        self.wait()

    def run_axe(self, source: str, tags: list[str]) -> list[str]:
        """What axe-core finds wrong on this page, a line each. Our CSP would not let it in."""
        self._ask("Page.setBypassCSP", enabled=True)
        self.tell(source + ";0")
        options = json.dumps({"runOnly": {"type": "tag", "values": tags}})
        found = self.tell(
            f"axe.run({options}).then(r => r.violations.flatMap(v => v.nodes.map("
            "n => v.id + ': ' + n.target.join(' ') + ': ' + n.failureSummary)))"
        )
        return list(found)

    def key(self, name: str, times: int = 1) -> None:
        self._loaded = False
        code = KEYS[name]
        text = {"Enter": "\r", " ": " "}.get(name, "")
        for _ in range(times):
            known = {"key": name, "windowsVirtualKeyCode": code}
            self._ask("Input.dispatchKeyEvent", type="keyDown", text=text, **known)
            self._ask("Input.dispatchKeyEvent", type="keyUp", **known)

    def write(self, text: str) -> None:
        self._ask("Input.insertText", text=text)

    def click(self, x: float, y: float) -> None:
        self._loaded = False
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, **at)

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            found = self._read()
            if found.get("id") == self._number:
                assert "error" not in found, (method, found["error"])
                return dict(found["result"])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            more = os.read(self._back, 1 << 20)
            assert more, "Chromium has ended"
            self._left += more
        text, _, self._left = self._left.partition(b"\0")
        found: dict[str, Any] = json.loads(text)
        self._loaded = self._loaded or found.get("method") == "Page.loadEventFired"
        return found


# Chromium reads file descriptor 3 and writes 4. Both are first moved out of each other's way.
_LAUNCH = """import fcntl, os, sys
ours = [fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3]]
os.dup2(ours[0], 3)
os.dup2(ours[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


@contextlib.contextmanager
def driven() -> Iterator[Driven]:
    """Starts Chromium, and ends it and its folder afterwards."""
    program = need("chromium")
    profile = tempfile.mkdtemp(prefix="postround-driven-")
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    command: list[str] = [
        sys.executable, "-c", _LAUNCH, str(theirs_in), str(theirs_out), str(program),
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--disable-background-networking", "--no-first-run", "--remote-debugging-pipe",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}",
    ]  # fmt: skip
    process = subprocess.Popen(
        command,
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Driven(ours_out, ours_in)
    finally:
        process.kill()
        process.wait(SECONDS)
        os.close(ours_out)
        os.close(ours_in)
        shutil.rmtree(profile, ignore_errors=True)
