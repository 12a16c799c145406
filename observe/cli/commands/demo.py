"""`weir demo`: sends a few minutes of varied traffic to the built-in model."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from observe import own_process
from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote import address
from observe.remote.address import Address
from observe.traffic.driver import Plan, play
from proxy.headers import TOKEN

START_WAIT_S = 60.0
ALERTS = (
    ("demo errors", "errors > 5% over 10m"),
    ("demo spending", "cost > $20 over 1d"),
)


def act(options: dict[str, Any], terminal: Terminal) -> int:
    server = address.choose(options["server"], "", os.environ)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    weir = None
    try:
        if not _is_up(server.url):
            weir = _start(server, terminal, may_start=options["start"])
            _await(weir, server.url)
        _watch(server)
        _play(server, options["minutes"], options["rate"], terminal)
        if weir:
            terminal.say("Weir stays up; Ctrl-C ends it.")
            weir.wait()
    finally:
        if weir and weir.poll() is None:
            weir.terminate()
            weir.wait()
    return 0


def _start(
    server: Address, terminal: Terminal, *, may_start: bool
) -> subprocess.Popen[bytes]:
    if not may_start or not server.is_local:
        here = ", or add --start" if server.is_local else " there"
        raise Problem(
            f"No Weir answers at {server.url}.",
            hint=f"start one with `weir serve`{here}.",
        )
    terminal.say("No Weir is running; starting one …")
    # A session of its own: a Ctrl-C reaches only this process, which then ends it.
    return subprocess.Popen(
        [sys.executable, "-m", "observe", "serve", *_place(server)],
        env=own_process.environment(),
        start_new_session=True,
    )


def _place(server: Address) -> list[str]:
    """Where it was looked for is where it has to listen."""
    port = urlsplit(server.url).port
    return ["--host", server.host, *(["--port", str(port)] if port else [])]


def _await(weir: subprocess.Popen[bytes], server: str) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while not _is_up(server):
        if weir.poll() is not None or time.monotonic() > deadline:
            raise Problem("Weir did not start; its messages stand above.")
        time.sleep(0.2)


def _watch(server: Address) -> None:
    """An alert that will fire and one that won't; those of an earlier demo stay."""
    headers = {TOKEN.decode(): server.token} if server.token else {}
    with httpx.Client(headers=headers, timeout=10, trust_env=False) as http:
        for name, condition in ALERTS:
            alert = {"name": name, "condition": condition, "where": "provider:demo"}
            with contextlib.suppress(httpx.HTTPError):  # the traffic matters more
                http.post(f"{server.url}/api/alerts", json=alert)


def _play(server: Address, minutes: float, rate: float, terminal: Terminal) -> None:
    plan = Plan(
        server=server.url, seconds=minutes * 60, per_second=rate, token=server.token
    )
    terminal.say(f"Sending traffic to {server.url} for {minutes:g} minutes …")
    seen = asyncio.run(play(plan, terminal.say))
    told = ", ".join(f"{count} × {what}" for what, count in sorted(seen.items()))
    terminal.write(f"{sum(seen.values())} requests: {told}. See {server.url}/")


def _is_up(server: str) -> bool:
    try:
        answer = httpx.get(f"{server}/healthz", timeout=3, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return answer.status_code == 200
