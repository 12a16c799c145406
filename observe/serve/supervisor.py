"""Starts the workers and the recorder, and keeps them running.

The process behind `weir serve`: it listens, hands the socket to every worker, starts
again whatever dies, and on SIGTERM or SIGINT stops the workers first (open streams get
a grace period) and the recorder last, when the journal is drained. Loads no Django.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EADDRNOTAVAIL
from socket import gaierror
from types import FrameType
from typing import Any, TypeVar

from observe import env, settings
from observe.own_process import PARENT, environment
from observe.problem import Problem
from observe.serve.banner import Banner
from observe.serve.daily import Daily, prunes
from observe.serve.orphans import DRAIN_S, STOP_S, when_orphaned
from proxy.setup.own_address import own_address

T = TypeVar("T")

BACKLOG = 2048
TICK_S = 0.1
HEALTHY_AFTER_S = 10.0
SLOWEST_RESTART_S = 5.0


@dataclass(slots=True)
class Child:
    """One process that should always run."""

    name: str
    command: list[str]
    environ: dict[str, str]
    fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.1
    restart_at: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environ,
            pass_fds=self.fds,
            stdin=subprocess.DEVNULL,
            # A Ctrl-C in the terminal reaches only the supervisor, which knows the
            # order in which to stop.
            start_new_session=True,
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep(self) -> None:
        """Start it again when it died, later and later if it keeps dying."""
        if self.is_running:
            return
        now = time.monotonic()
        if self.restart_at == 0.0:
            lived = now - self.started
            self.pause = 0.1 if lived > HEALTHY_AFTER_S else self.pause * 2
            self.restart_at = now + min(self.pause, SLOWEST_RESTART_S)
            code = self.process.returncode if self.process else None
            _say(f"{self.name} ended ({code}); starting it again")
        elif now >= self.restart_at:
            self.restart_at = 0.0
            self.start()

    def tell(self, number: signal.Signals) -> None:
        if self.process is not None and self.is_running:
            self.process.send_signal(number)

    def wait(self, until: float) -> None:
        """Until it ended, or `until`; then it is killed."""
        while self.is_running and time.monotonic() < until:
            time.sleep(0.02)
        self.tell(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


class Supervisor:
    """Owns the socket and the children."""

    def __init__(self, listener: socket.socket, leads_to: dict[str, Any]) -> None:
        self.is_stopping = False
        host, port = listener.getsockname()[:2]
        bound = {"WEIR_HOST": settings.WEIR_HOST, "WEIR_PORT": str(port)}
        environ = environment(**bound)
        self.recorder = Child(
            "recorder", [sys.executable, "-m", "observe.serve.recorder"], environ
        )
        fd = listener.fileno()
        self.workers = [
            Child(
                f"worker {number}",
                [sys.executable, "-m", "observe.serve.worker", str(fd), str(number)],
                environ,
                (fd,),
            )
            for number in range(1, settings.WEIR_WORKERS + 1)
        ]
        self.daily = Daily(prunes(), environ)
        self.banner = Banner(
            bound=_address(host, port),
            address=own_address(
                host,
                port,
                settings.WEIR_ALLOWED_HOSTS,
                settings.WEIR_TRUSTED_ORIGINS,
            ),
            wants_token=bool(settings.WEIR_TOKEN),
            leads_to=leads_to,
        )

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        if PARENT in os.environ:
            # Of `weir run` and `weir demo --start`: not for longer than they live.
            when_orphaned(self._stop, patience_s=self._grace_s() + 2 * DRAIN_S)
        children = [self.recorder, *self.workers]
        for child in children:
            child.start()
        _say(self.banner.text())
        while not self.is_stopping:
            for child in children:
                child.keep()
            self.daily.tick()
            time.sleep(TICK_S)
        self._shut_down()
        return 0

    def _stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.is_stopping = True

    def _grace_s(self) -> float:
        return settings.WEIR_GRACE + STOP_S

    def _shut_down(self) -> None:
        self.daily.stop()
        for worker in self.workers:
            worker.tell(signal.SIGTERM)
        grace = time.monotonic() + self._grace_s()
        for worker in self.workers:
            worker.wait(grace)
        if not self.recorder.is_running:
            self.recorder.start()  # it alone can drain the journal
        self.recorder.tell(signal.SIGTERM)
        self.recorder.wait(time.monotonic() + DRAIN_S)


def main() -> int:
    """Bind, prepare, listen, supervise; the process's exit code.

    A taken port is told before anything costs time; nobody is let in before the
    database is ready.
    """
    _warn_of_unknown()
    host, port = settings.WEIR_HOST, settings.WEIR_PORT
    with _or_problem(lambda: _bound(host, port)) as listener:
        prepared = _prepared()
        if prepared.returncode:
            return prepared.returncode
        _or_problem(lambda: listener.listen(BACKLOG))
        return Supervisor(listener, _told(prepared.stdout)).run()


def _prepared() -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "observe", "prepare", "--json"]
    return subprocess.run(
        command, env=environment(), stdout=subprocess.PIPE, check=False
    )


def _told(output: bytes) -> dict[str, Any]:
    """Where addresses lead; nothing, should it ever say nothing."""
    try:
        return dict(json.loads(output))
    except (ValueError, TypeError):
        return {}


def _or_problem(step: Callable[[], T]) -> T:
    try:
        return step()
    except OSError as error:
        is_no_address = isinstance(error, gaierror) or error.errno == EADDRNOTAVAIL
        raise Problem(
            f"Weir can't listen on {settings.WEIR_HOST} port {settings.WEIR_PORT}:"
            f" {error.strerror or error}.",
            hint="--host is an address of this machine, such as 127.0.0.1 or 0.0.0.0."
            if is_no_address
            else "take another --port; 0 takes a free one.",
        ) from error


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


def _address(host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}"


def _warn_of_unknown() -> None:
    for name, near in env.unknown():
        hint = f"; did you mean {near}?" if near else "."
        sys.stderr.write(f"weir: There is no setting {name}{hint}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
