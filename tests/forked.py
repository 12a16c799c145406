"""`weir` commands and servers as forks of one Python that has loaded all of it.

Most of a start goes into loading Django and Weir, and the tests start hundreds. What is
asked here, `tests/fork_server.py` does; what has begun is told of as `subprocess` does.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.own_home import ROOT, own_environment

LARGEST = 100_000
"""Bytes of a command with its environment."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command, as it is told to the server."""

    arguments: list[str]
    cwd: str
    env: dict[str, str]


class _Server:
    """One per test process; it ends with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
                cwd=ROOT,
                env=own_environment(Path(os.devnull)),  # of nobody's data
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        atexit.register(self._end)

    def start(self, order: Order, streams: list[int]) -> None:
        told = json.dumps([order.arguments, order.cwd, order.env]).encode()
        assert len(told) < LARGEST
        with self._lock:
            socket.send_fds(self._ours, [told], streams)

    def _end(self) -> None:
        self._ours.close()
        self._process.wait()


@cache
def _server() -> _Server:
    return _Server()


class Forked:
    """`weir ARGUMENTS…` that runs: of `subprocess.Popen`, what tests ask of one."""

    def __init__(self, order: Order, out: int, err: int) -> None:
        self.returncode: int | None = None
        self._order = order
        self._told = b""
        self._status, writing = os.pipe()
        try:
            with open(os.devnull, "rb") as nothing:
                streams = [nothing.fileno(), out, err, writing]
                _server().start(order, streams)
        finally:
            os.close(writing)
        while b"\n" not in self._told:
            self._hear()
        self.pid = int(self._told.split()[0])

    def __del__(self) -> None:
        os.close(self._status)

    def poll(self) -> int | None:
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._wait(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self._order.arguments, timeout)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        until = None if timeout is None else time.monotonic() + timeout
        while self.returncode is None:
            left = None if until is None else max(0, until - time.monotonic())
            if not select.select([self._status], [], [], left)[0]:
                return None
            self._hear()
        return self.returncode

    def _hear(self) -> None:
        """The process's id, and when it has ended, how."""
        self._told += (heard := os.read(self._status, 100))
        if not heard:
            raise AssertionError(f"it is not known how it ended: {self._order}")
        _, told, code = self._told.partition(b"\n")
        if told and code.endswith(b"\n"):
            self.returncode = int(code)


def run(order: Order, seconds: float) -> subprocess.CompletedProcess[str]:
    """`weir ARGUMENTS…` to its end, with what it wrote."""
    pipes = [os.pipe() for _ in ("out", "err")]
    try:
        command = Forked(order, *(writing for _, writing in pipes))
    finally:
        for _, writing in pipes:
            os.close(writing)
    read: dict[int, bytes] = {}
    readers = [
        threading.Thread(target=_read_all, args=(fd, read), daemon=True)
        for fd, _ in pipes
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(seconds)
        if reader.is_alive():
            command.kill()
            raise subprocess.TimeoutExpired(order.arguments, seconds)
    out, err = (read[fd].decode() for fd, _ in pipes)
    code = command.wait(seconds)
    return subprocess.CompletedProcess(order.arguments, code, out, err)


def _read_all(fd: int, read: dict[int, bytes]) -> None:
    with open(fd, "rb") as stream:
        read[fd] = stream.read()
