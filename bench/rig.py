"""The processes of a benchmark, and how much memory they hold.

Weir itself is started by `tests/server.py`, as the tests do.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self


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

    def rss(self) -> int:
        return resident(self._process.pid)

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


class PeakMemory:
    """Watches a figure while the load runs; `bytes` is the highest one seen."""

    def __init__(self, figure: Callable[[], int]) -> None:
        self._figure = figure
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.25):
            self.bytes = max(self.bytes, self._figure())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def resident(pid: int) -> int:
    """Resident bytes of one process."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
