"""Starts the workers and the recorder, and keeps them running.

The process behind `weir serve`: it listens, hands the socket to every worker, starts
again whatever dies, and on SIGTERM or SIGINT stops the workers first (open streams get
a grace period) and the recorder last, when the journal is drained. It loads the
application once; its children are forks (`forking.py`), so it uses none of it itself.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from errno import EADDRNOTAVAIL
from socket import gaierror
from types import FrameType
from typing import Any, TypeVar

from observe import env, settings
from observe.own_process import PARENT, environment
from observe.problem import Problem
from observe.serve import warming
from observe.serve.banner import Banner
from observe.serve.child import Child, say
from observe.serve.daily import Daily, prunes
from observe.serve.forking import Born, Job, fork, hold_streams
from observe.serve.handover import Handover
from observe.serve.orphans import DRAIN_S, STOP_S
from observe.serve.pulse import Pulse
from proxy.setup.own_address import own_address

T = TypeVar("T")

BACKLOG = 2048
TICK_S = 0.1


class Supervisor:
    """Owns the socket and the children."""

    def __init__(self, listener: socket.socket, leads_to: dict[str, Any]) -> None:
        self.is_stopping = False
        host, port = listener.getsockname()[:2]
        handover = Handover()
        self.recorder = Child("recorder", _lasting(_record), answers_later=True)
        self.workers = [
            Child(f"worker {number}", _lasting(_worker(number, handover)))
            for number in range(1, settings.WEIR_WORKERS + 1)
        ]
        if os.environ.get("WEIR_SERVER_KIND") != "daphne":
            pulse = Pulse()
            showing = _shower(settings.WEIR_WORKERS + 1, handover, pulse)
            self.workers.append(Child("pages", _lasting(showing), pulse=pulse))
        self.alerts = Child("alerts", _lasting(_alert), answers_later=True)
        self.daily = Daily(prunes(), environment())
        # Of `weir run` and `weir demo --start`: not for longer than they live.
        self.parent = int(os.environ.get(PARENT, "0"))
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
        children = [self.recorder, *self.workers, self.alerts]
        for child in children:
            child.start()
        say(self.banner.text())
        while not (self.is_stopping or self._is_orphaned):
            for child in children:
                child.keep()
            self.daily.tick()
            time.sleep(TICK_S)
        self._shut_down()
        return 0

    def _stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        self.is_stopping = True

    @property
    def _is_orphaned(self) -> bool:
        return bool(self.parent) and os.getppid() != self.parent

    def _shut_down(self) -> None:
        self.daily.stop()
        self.alerts.tell(signal.SIGTERM)
        for worker in self.workers:
            worker.tell(signal.SIGTERM)
        grace = time.monotonic() + settings.WEIR_GRACE + STOP_S
        for worker in self.workers:
            worker.wait(grace)
        self.alerts.wait(time.monotonic() + STOP_S)
        if not self.recorder.is_running:
            self.recorder.start()  # it alone can drain the journal
        self.recorder.tell(signal.SIGTERM)
        self.recorder.wait(time.monotonic() + DRAIN_S)


def main(prepare: Callable[[], int]) -> int:
    """Bind, `prepare`, listen, supervise; the process's exit code.

    A taken port is told before anything costs time; nobody is let in before the
    database is ready. Every child comes back to here, too, and does its job.
    """
    _warn_of_unknown()
    # Whoever started this may ignore it; then nobody could tell how a child ended.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    hold_streams()
    host, port = settings.WEIR_HOST, settings.WEIR_PORT
    with _or_problem(lambda: _bound(host, port)) as listener:
        try:
            return _supervise(listener, prepare)
        except Born as born:
            job = born.job
        return job(listener)


def _supervise(listener: socket.socket, prepare: Callable[[], int]) -> int:
    # Of a free port that was asked for, everybody is to know the number.
    settings.WEIR_PORT = listener.getsockname()[1]
    os.environ["WEIR_PORT"] = str(settings.WEIR_PORT)
    warming.load()
    code, told = _prepared(prepare)
    if code:
        return code
    _or_problem(lambda: listener.listen(BACKLOG))
    return Supervisor(listener, _told(told)).run()


def _prepared(prepare: Callable[[], int]) -> tuple[int, bytes]:
    """`prepare` in a process of its own: its exit code, and what it said.

    So nothing of the database is open, nor of a migration in memory, where forks start.
    """
    reading, writing = os.pipe()

    def job(listener: socket.socket) -> int:
        listener.close()
        os.close(reading)
        os.dup2(writing, sys.stdout.fileno())
        os.close(writing)
        return prepare()

    pid = fork(job, "weir-prepare")
    os.close(writing)
    with open(reading, "rb") as told:
        said = told.read()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), said


def _record(listener: socket.socket) -> int:
    # Its journal may outlive everybody: the port must not.
    listener.close()
    from observe.serve import recorder

    recorder.main()
    return 0


def _alert(listener: socket.socket) -> int:
    listener.close()
    from observe.serve import alerts

    alerts.main()
    return 0


def _worker(number: int, handover: Handover) -> Job:
    def work(listener: socket.socket) -> int:
        from observe.serve import worker

        worker.main(listener, number, handover)
        return 0

    return work


def _shower(number: int, handover: Handover, pulse: Pulse) -> Job:
    def show(listener: socket.socket) -> int:
        from observe.serve import pages

        pages.main(listener, number, handover, pulse)
        return 0

    return show


def _lasting(job: Job) -> Job:
    """What ends one unexpectedly is in the log, with its traceback."""

    def live(listener: socket.socket) -> int:
        try:
            return job(listener)
        except Exception:
            traceback.print_exc()
            return 1

    return live


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
    return listener


def _address(host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}"


def _warn_of_unknown() -> None:
    for name, near in env.unknown():
        hint = f"; did you mean {near}?" if near else "."
        sys.stderr.write(f"weir: There is no setting {name}{hint}\n")
