"""Starts `weir` commands as forks of a Python that has loaded what it didn't write.

Most of a short command's time goes into Django and other libraries, and the tests start
hundreds. What is forked has loaded none of Weir and read no setting: it takes its
environment, directory and streams, and then does what `python -m observe` does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import IO, Any

from tests.own_home import ROOT

LIBRARIES = (
    *("django.core.management", "django.db.models", "django.db.migrations.executor"),
    *("django.db.backends.sqlite3.base", "django.urls", "django.template", "sqlparse"),
    *("django.http", "django.forms", "asgiref.sync", "httpx", "rich.console"),
    *("rich.table", "rich.text", "msgspec", "zstandard", "brotli", "asyncio"),
)
LARGEST = 100_000
"""Bytes of a command with its environment."""
PIECES = ("out", "err")


@dataclass(frozen=True, slots=True)
class Order:
    """A command, as it is told to the server."""

    arguments: list[str]
    cwd: str
    env: dict[str, str]


# --- who asks ---------------------------------------------------------------------
class _Server:
    """One per test process; it ends with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
                cwd=ROOT,
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


def run(order: Order, seconds: float) -> subprocess.CompletedProcess[str]:
    """`weir ARGUMENTS…` to its end, with what it wrote."""
    pipes = [os.pipe() for _ in (*PIECES, "status")]
    with open(os.devnull, "rb") as nothing:
        streams = [nothing.fileno(), *(writing for _, writing in pipes)]
        _server().start(order, streams)
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
            raise subprocess.TimeoutExpired(order.arguments, seconds)
    out, err, status = (read[fd].decode() for fd, _ in pipes)
    return subprocess.CompletedProcess(order.arguments, int(status), out, err)


def _read_all(fd: int, read: dict[int, bytes]) -> None:
    with open(fd, "rb") as stream:
        read[fd] = stream.read()


# --- who forks --------------------------------------------------------------------
def main(channel: socket.socket) -> Order:
    """Returns in each command's process; where the orders end, ends."""
    for name in LIBRARIES:
        import_module(name)
    gc.collect()
    gc.freeze()  # else the first collection of a fork would copy all of it
    while True:
        told, streams, _, _ = socket.recv_fds(channel, LARGEST, 4)
        _reap()
        if not told:
            raise SystemExit
        # A process between: it waits for the command, and tells how it ended.
        if os.fork() == 0:
            channel.close()
            return _born(Order(*json.loads(told)), streams)
        for each in streams:
            os.close(each)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _born(order: Order, streams: list[int]) -> Order:
    *standard, status = streams
    if pid := os.fork():
        for each in standard:
            os.close(each)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(status, str(code).encode())
        os._exit(0)
    for number, each in enumerate(standard):
        os.dup2(each, number)
    os.closerange(3, max(streams) + 1)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.env)
    return order


def _stream(fd: int, env: dict[str, str], errors: str) -> IO[Any]:
    is_unbuffered = bool(env.get("PYTHONUNBUFFERED"))
    stream = open(fd, "w", errors=errors, closefd=False)  # noqa: SIM115
    stream.reconfigure(write_through=is_unbuffered, line_buffering=fd == 2)
    return stream


if __name__ == "__main__":
    order = main(socket.socket(fileno=int(sys.argv[1])))
    sys.stdout = _stream(1, order.env, "strict")
    sys.stderr = _stream(2, order.env, "backslashreplace")
    sys.argv = ["weir", *order.arguments]
    sys.path[:1] = [order.cwd, str(ROOT)]
    runpy.run_module("observe", run_name="__main__", alter_sys=True)
