"""The processes of a benchmark, and how much memory they hold.

Weir itself is started by `tests/server.py`, as the tests do.
"""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from tests.server import below


class Process:
    """A server on a port of this machine, up when its port answers."""

    def __init__(self, command: list[str], port: int, log: Path, **env: str) -> None:
        self.port = port
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                env=os.environ | env,
                cwd=log.parent,
                stdout=out,
                stderr=out,
            )
        deadline = time.monotonic() + 60
        while not _answers(port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{command[0]} did not start; see {log}")
            time.sleep(0.1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self) -> list[int]:
        return [self._process.pid, *below(self._process.pid)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def upstream(gomock: Path, folder: Path) -> Process:
    """The mock that all are measured against; its log goes into the folder."""
    port = free_port()
    command = [str(gomock), "-addr", f"127.0.0.1:{port}"]
    return Process(command, port, folder / "mock.log")


def allow_files(wanted: int) -> None:
    """A stream is two sockets in a proxy; children inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def cpu_us(pid: int) -> float:
    """User and system time of a process until now; 0 when it has gone."""
    try:
        return spent_ns(pid) / 1000
    except OSError:
        return 0.0


def process_name(pid: int) -> str:
    """Its own, which forks of one command have each; empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def spent_ns(pid: int) -> int:
    """By the clock that Linux has of each process, with the threads that have ended
    (`CPUCLOCK_SCHED` of linux/posix-timers.h): /proc knows hundredths of a second."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def proportional(pids: Iterable[int]) -> int:
    """Bytes of memory, what they share counted once (PSS)."""
    found = 0
    for pid in pids:
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        pss = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
        found += int(pss[1]) * 1024 if pss else 0
    return found


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
