"""Headless Chromium over its own protocol: enough to look at pages as people do.

`with Browser() as browser: page = browser.open(url)`; `page.js("…")` evaluates an
expression, `page.complaints` holds everything the console and the policy said.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome")
     if (path := shutil.which(name))),
    "",
)  # fmt: skip
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)

# A page that still loads shows rows before the scripts that answer its keys have run,
# and htmx moves the focus once more when a part that it put in settles.
SETTLED = (
    "document.readyState === 'complete' && !document.querySelector('.htmx-settling')"
)


# What may explain why something that was waited for didn't come.
STATE = (
    "JSON.stringify({address: location.href, state: document.readyState,"
    " focus: document.activeElement?.outerHTML.slice(0, 200),"
    " typed: document.getElementById('q')?.value,"
    " live: document.getElementById('live')?.dataset.state,"
    " under_way: [...document.querySelectorAll("
    "'.htmx-request, .htmx-settling, .htmx-swapping')].map(one => one.id),"
    " asked: performance.getEntriesByType('resource').slice(-8)"
    ".map(one => [one.name, one.startTime | 0, one.responseEnd | 0])})"
)


class Page:
    """One tab."""

    def __init__(self, address: str) -> None:
        self._open = contextlib.ExitStack()
        # Without pings: while nobody asks this tab anything, nobody would read the
        # answers that stand behind all that it tells, and the connection would end.
        way = connect(address, max_size=None, ping_interval=None)
        self._socket = self._open.enter_context(way)
        self._number = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(
            json.dumps({"id": self._number, "method": method, "params": params})
        )
        while True:
            message = json.loads(self._socket.recv(timeout=60))
            if message.get("id") == self._number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                result: dict[str, Any] = message["result"]
                return result
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Log.entryAdded" and params["entry"]["level"] == "error":
            entry = params["entry"]
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"])[:400])
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.complaints.append(json.dumps(params["args"])[:400])

    def js(self, expression: str) -> Any:
        found = self.command(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, expression: str, seconds: float = 60) -> Any:
        deadline = time.monotonic() + seconds
        # An element can't be sent over; that it is there is what counts.
        asked = (
            f"({SETTLED}) && "
            f"(found => found instanceof Node ? true : found)({expression})"
        )
        while not (value := self._js_of_a_page_that_may_leave(asked)):
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"not true within {seconds:g} s: {expression};"
                    f" {self._js_of_a_page_that_may_leave(STATE)}"
                )
            time.sleep(0.05)
        return value

    def _js_of_a_page_that_may_leave(self, expression: str) -> Any:
        try:
            return self.js(expression)
        except AssertionError as lost:
            if "navigated or closed" not in str(lost):
                raise
            return None

    def go(self, url: str) -> None:
        # Marks the old document: `complete` may still be said by it.
        self.js("window.weirLeaving = true")
        self.command("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && !window.weirLeaving")

    def back(self) -> None:
        # At once it may tear down the page before that has answered the evaluation.
        self.js("void setTimeout(() => history.back())")

    def size(self, width: int, height: int) -> None:
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def type(self, text: str) -> None:
        self.command("Input.insertText", text=text)

    def press(self, key: str, *, shift: bool = False) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            extra = {"text": text} if kind == "keyDown" and text else {}
            held = {"modifiers": 8} if shift else {}
            self.command("Input.dispatchKeyEvent", type=kind, key=key, **extra, **held)

    def drag(self, start: str, end: str) -> None:
        """The mouse from the middle of one element to that of another."""
        for kind, selector in (
            *(("mouseMoved", start), ("mousePressed", start)),
            *(("mouseMoved", end), ("mouseReleased", end)),
        ):
            box = f"document.querySelector({selector!r}).getBoundingClientRect()"
            x, y = self.js(
                f"(box => [box.x + box.width / 2, box.y + box.height / 2])({box})"
            )
            button = {"button": "left", "buttons": 1, "clickCount": 1}
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def close(self) -> None:
        """Closes the tab: one that is left open goes on reading what changes."""
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            self.command("Page.close")
        with contextlib.suppress(ConnectionClosed):
            self._open.close()


class Browser:
    """A Chromium with a profile of its own, gone when the block ends."""

    def __enter__(self) -> Self:
        self._profile = tempfile.mkdtemp(prefix="weir-browser-")
        # Not into a pipe: nobody reads on, and what is full stops whoever writes.
        with Path(self._profile, "log").open("wb") as log:
            self._process = subprocess.Popen(
                [CHROMIUM, *FLAGS, f"--user-data-dir={self._profile}", "about:blank"],
                stderr=log,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._host = self._read_host()
        self._pages: list[Page] = []
        return self

    def takes(self, niceness: int) -> None:
        """How much of the processor it asks for, as a group (sched(7), autogroup)."""
        group = Path(f"/proc/{self._process.pid}/autogroup")
        if group.exists():
            group.write_text(str(niceness))

    def _read_host(self) -> str:
        told = Path(self._profile, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            if told.exists() and "\n" in (text := told.read_text()):
                return f"127.0.0.1:{text.splitlines()[0]}"
            time.sleep(0.02)
        raise AssertionError(Path(self._profile, "log").read_text()[-2000:])

    @property
    def group(self) -> int:
        """Of all its processes."""
        return self._process.pid

    def open(self, url: str, width: int = 1440, height: int = 900) -> Page:
        ask = urllib.request.Request(f"http://{self._host}/json/new", method="PUT")
        with urllib.request.urlopen(ask, timeout=10) as answer:
            page = Page(json.load(answer)["webSocketDebuggerUrl"])
        self._pages.append(page)
        page.size(width, height)
        if url != "about:blank":
            page.go(url)
        return page

    def close_pages(self) -> None:
        """All tabs, before somebody else uses this browser."""
        while self._pages:
            self._pages.pop().close()

    def __exit__(self, *_: object) -> None:
        # Our own session: Chromium's children go with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)
