"""The real `weir serve` as a process of its own, for tests end to end.

`with WeirServer(tmp_path, upstream.url + "/v1") as weir:` starts it on a free port
with its own data directory. Rows are read straight from the database file, so a test
sees what is stored, not what an API says about it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from runs.detail import Detail, unpack
from tests.forked import Forked, Order
from tests.own_home import DATABASE, ROOT, own_environment, prepared_database

LISTENS = re.compile(r"Weir listens on http://127\.0\.0\.1:(\d+)")

PATIENCE_S = 60.0
"""For what must come: long enough on a busy machine, waited out only by a failure."""

Row = dict[str, Any]


def wait_until(
    condition: Callable[[], Any], what: str, seconds: float = PATIENCE_S
) -> Any:
    """Poll until `condition()` is true; its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)
    return value


class WeirServer:
    """Started by `with` or `start()`; `stop()` asks with SIGTERM."""

    makes_its_database = False
    """Else it finds one that is ready, and nothing in it."""
    root = ROOT
    """The checkout that serves."""
    is_forked = False
    """From a Python that has loaded everything: so it is in tests, but in those that
    are of a start itself. Benchmarks start it as anybody does."""

    def __init__(
        self, data_dir: Path, upstream_url: str, *flags: str, **env: str
    ) -> None:
        self.data_dir = data_dir
        self.database = data_dir / DATABASE
        self.log_file = data_dir / "server.log"
        self._command = [sys.executable, "-m", "observe", "serve", "--port", "0"]
        if upstream_url:  # else as a newcomer starts it
            self._command += ["--upstream-url", upstream_url]
        self._command += flags
        self._env = own_environment(data_dir) | env
        if any(name.startswith("PYTHON") for name in env):
            self.is_forked = False  # Python reads these when it starts
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self.address = ("127.0.0.1", 0)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- its life -----------------------------------------------------------------
    def launch(self) -> None:
        """The process, whatever becomes of it."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        if not (self.database.exists() or self.makes_its_database):
            shutil.copy(prepared_database(), self.database)
        with self.log_file.open("ab") as log:
            self._process = self._begin(log.fileno())

    def _begin(self, log: int) -> subprocess.Popen[bytes] | Forked:
        if self.is_forked and self.root == ROOT:
            words = self._command[self._command.index("serve") :]
            return Forked(Order(words, str(ROOT), self._env), log, log)
        return subprocess.Popen(
            self._command, cwd=self.root, env=self._env, stdout=log, stderr=log
        )

    def start(self, seconds: float = 2 * PATIENCE_S) -> None:
        before = len(self.log())
        self.launch()

        def port() -> int | None:
            if self.poll() is not None:
                raise AssertionError(f"weir serve ended:\n{self.log()[before:]}")
            found = LISTENS.search(self.log()[before:])
            return int(found[1]) if found else None

        try:
            self.address = ("127.0.0.1", wait_until(port, "weir serve prints", seconds))
            wait_until(self.is_ready, "weir serve is ready", seconds)
        except BaseException:
            self.kill()  # `with` has not begun, so nobody else would end it
            raise

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, seconds: float = PATIENCE_S) -> int:
        """Ask it to end; its exit code. Whatever is left of it is killed."""
        if self._process is None:
            return 0
        family = self.processes()
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"SIGTERM did not end it:\n{self.log()}") from None
        finally:
            kill_all(family)

    def kill(self) -> None:
        """kill -9 of the whole tree at once: the power cut."""
        if self._process is not None:
            family = self.processes()
            kill_all([self._process.pid, *family])
            self._process.wait()
            wait_until(lambda: not any(map(runs, family)), "all of it is dead")

    def poll(self) -> int | None:
        return self._process.poll() if self._process else 0

    # --- its processes ------------------------------------------------------------
    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def processes(self) -> list[int]:
        """Every process below the supervisor."""
        return below(self.pid)

    def called(self, name: str) -> list[int]:
        return [pid for pid in self.processes() if _is_called(pid, name)]

    def recorders(self) -> list[int]:
        return self.called("recorder")

    def workers(self) -> list[int]:
        return self.called("worker")

    def rss(self) -> int:
        """Resident bytes of the whole tree."""
        return sum(_rss(pid) for pid in [self.pid, *self.processes()])

    # --- what it knows ------------------------------------------------------------
    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.address[1]}"

    def log(self) -> str:
        if not self.log_file.exists():
            return ""
        return self.log_file.read_text(errors="replace")

    def query(self, sql: str, *values: Any) -> list[Row]:
        if not self.database.exists():
            return []
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def requests(self, path: str = "/%") -> list[Row]:
        """Stored requests whose path is LIKE `path`, oldest first."""
        sql = (
            "SELECT * FROM runs_capturedrequest r"
            " LEFT JOIN runs_requestdetail d ON d.request_id = r.id"
            " WHERE path LIKE ? ORDER BY r.id"
        )
        return self.query(sql, path)

    def detail(self, row: Row) -> Detail:
        """The wide part of a stored request."""
        return unpack(row["data"])

    def finished(self, path: str, seconds: float = PATIENCE_S) -> Row:
        """The one stored request of `path`, once it isn't pending any more."""

        def done() -> list[Row]:
            return [r for r in self.requests(path) if r["outcome"] != "pending"]

        rows = wait_until(done, f"{path} is recorded", seconds)
        assert len(rows) == 1, rows
        return dict(rows[0])

    def wait_recorded(
        self, count: int, path: str = "/%", seconds: float = PATIENCE_S
    ) -> None:
        """Until at least `count` finished requests are stored."""
        sql = (
            "SELECT count(*) AS n FROM runs_capturedrequest"
            " WHERE path LIKE ? AND outcome != 'pending'"
        )

        def enough() -> bool:
            return bool(self.query(sql, path)[0]["n"] >= count)

        wait_until(enough, f"{count} requests of {path} are recorded", seconds)

    def wait_settled(self, seconds: float = PATIENCE_S) -> None:
        """Until what was answered is stored, also where tests share a server."""

        def settled() -> bool:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return not json.load(answer)["recorder"]["waiting_bytes"]

        wait_until(settled, "all that was answered is recorded", seconds)

    def journal(self) -> list[Path]:
        return sorted(p for p in (self.data_dir / "journal").rglob("*") if p.is_file())


def below(parent: int) -> list[int]:
    """Every process below that one."""
    found, look = [], [parent]
    while look:
        children = _children(look.pop())
        found += children
        look += children
    return found


def kill_all(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def runs(pid: int) -> bool:
    """Neither gone nor waiting to be buried."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] not in ("Z", "X")


def command_line(pid: int) -> str:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace")


def _is_called(pid: int, what: str) -> bool:
    """Forks share a command line; another checkout may start its own by name."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False
    return what in name or f"observe.serve.{what}" in command_line(pid)


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(c) for t in tasks for c in (t / "children").read_text().split()]
    except OSError:
        return []


def _rss(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0
