"""`pulse.py`: a process that hangs is ended, and another one begins in its place."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from observe.serve import pages, pulse
from observe.serve.handover import Handover
from observe.serve.pages import PagesServer
from observe.serve.pulse import Pulse
from tests.own_home import ROOT, own_environment

KEPT = """
import os, socket, time
from observe.serve import pulse
from observe.serve.child import Child
from observe.serve.forking import Born

def job(listener):
    print(f"began {os.getpid()}", flush=True)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        beats.beat()
        time.sleep(0.05)
    print("hangs", flush=True)
    while True:
        pass

pulse.LONGEST_S = 0.5
beats = pulse.Pulse()
child = Child("pages", job, pulse=beats)
until = time.monotonic() + 60
try:
    child.start()
    first = child.pid
    while child.pid in (0, first) and time.monotonic() < until:
        child.keep()
        time.sleep(0.01)
    child.wait(0)
except Born as born:
    born.job(None)
"""


def test_one_that_hangs_is_ended_and_started_again() -> None:
    told = subprocess.run(
        [sys.executable, "-c", KEPT],
        cwd=ROOT,
        env=own_environment(Path(os.devnull)),
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    ).stdout.splitlines()
    began, hangs, *ended = [line for line in told if line]
    assert began.startswith("began ")
    assert hangs == "hangs", "it lived for as long as it told so"
    assert ended[0] == "pages hangs; ending it"
    assert ended[1].startswith(f"pages ended ({-signal.SIGKILL})")


def test_the_process_of_the_pages_tells_that_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "BEAT_S", 0.01)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    async def live() -> int:
        server = PagesServer(handover, beats)
        server.config = uvicorn.Config(app, lifespan="off", log_config=None)
        loop = asyncio.get_running_loop()
        loop.call_later(0.1, setattr, server, "should_exit", True)
        await server.serve([])
        return counted()

    def counted() -> int:
        return int.from_bytes(beats._beats[:8], "little")

    handover, beats = Handover(), Pulse()
    assert asyncio.run(live()) > 2
    # Before it is asked for a page it tells so as well.
    monkeypatch.setattr(pages, "PARENT_CHECK_S", 0.01)
    monkeypatch.setattr(pages, "parent_id", lambda: -1)
    before, handling = counted(), signal.getsignal(signal.SIGINT)
    assert not pages._is_asked(handover, beats)
    signal.signal(signal.SIGINT, handling)
    assert counted() == before + 1


def test_who_looks_may_have_been_stopped_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    beats = Pulse()
    beats.beat()
    assert not beats.has_stopped()
    now[0] += 3600
    assert not beats.has_stopped(), "one look isn't an hour of silence"
    for _ in range(int(pulse.LONGEST_S)):
        now[0] += 1
        stopped = beats.has_stopped()
    assert stopped
    beats.beat()
    assert not beats.has_stopped()
