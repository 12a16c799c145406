"""One process that should always run: started, watched, started again, stopped.

Kept by `supervisor.py`, as the recorder and each worker.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass

from observe.serve.forking import Job, fork
from observe.serve.pulse import Pulse

HEALTHY_AFTER_S = 10.0
SLOWEST_RESTART_S = 5.0


@dataclass(slots=True)
class Child:
    """Its job is done in a fork of this process."""

    name: str
    job: Job
    answers_later: bool = False
    """See `fork`: told to end before it has begun, it still does its job."""
    pulse: Pulse | None = None
    """Of one that is ended when it hangs."""
    pid: int = 0
    """0 while there is none."""
    started: float = 0.0
    pause: float = 0.1
    restart_at: float = 0.0
    """0.0 while it runs, or its end was not seen yet."""
    exit_code: int | None = None

    def start(self) -> None:
        """A machine that has no room for one more process is asked again later."""
        self.started = time.monotonic()
        if self.pulse is not None:
            self.pulse.restart()
        try:
            name = f"weir-{self.name.replace(' ', '-')}"
            self.pid = fork(self.job, name, answers_later=self.answers_later)
        except OSError as error:
            say(f"{self.name} can't be started: {error.strerror}")

    @property
    def is_running(self) -> bool:
        if not self.pid:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.pid, self.exit_code = 0, os.waitstatus_to_exitcode(status)
        return not pid

    def keep(self) -> None:
        """End it when it hangs, start it again when it died: later and later if it
        keeps dying."""
        if self.is_running:
            if self.pulse is not None and self.pulse.has_stopped():
                say(f"{self.name} hangs; ending it")
                self.pulse.restart()
                os.kill(self.pid, signal.SIGKILL)
            return
        now = time.monotonic()
        if self.restart_at == 0.0:
            lived = now - self.started
            self.pause = 0.1 if lived > HEALTHY_AFTER_S else self.pause * 2
            self.restart_at = now + min(self.pause, SLOWEST_RESTART_S)
            say(f"{self.name} ended ({self.exit_code}); starting it again")
        elif now >= self.restart_at:
            self.restart_at = 0.0
            self.start()

    def tell(self, number: signal.Signals) -> None:
        if self.is_running:
            os.kill(self.pid, number)

    def wait(self, until: float) -> None:
        """Until it ended, or `until`; then it is killed."""
        while self.is_running and time.monotonic() < until:
            time.sleep(0.02)
        self.tell(signal.SIGKILL)
        if self.pid:
            os.waitpid(self.pid, 0)
            self.pid = 0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
