"""The daily prune that `WEIR_RETENTION` asks for; `supervisor.py` ticks it.

A process of its own at low priority, so that neither workers nor the recorder notice.
It runs soon after the start and then once a day; with nothing to remove it costs a
query. Loads no Django.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence

from observe import settings

FIRST_AFTER_S = 120.0
EVERY_S = 24 * 3600.0
STOP_S = 5.0


def prunes() -> list[list[str]]:
    """The commands that the settings ask for; none by default."""
    prune = [sys.executable, "-m", "observe", "prune", "--gently"]
    runs = ["--keep-runs"] if settings.WEIR_RETENTION_KEEP_RUNS else []
    asked = []
    if settings.WEIR_RETENTION:
        asked.append([*prune, "--older-than", settings.WEIR_RETENTION, *runs])
    if settings.WEIR_BODY_RETENTION:
        age = settings.WEIR_BODY_RETENTION
        asked.append([*prune, "--bodies-only", "--older-than", age, *runs])
    return asked


class Daily:
    """Runs its commands one after the other, every day."""

    def __init__(
        self,
        commands: Sequence[list[str]],
        environ: dict[str, str],
        first_after_s: float = FIRST_AFTER_S,
        every_s: float = EVERY_S,
    ) -> None:
        self._commands = commands
        self._environ = environ
        self._every_s = every_s
        self._due = time.monotonic() + first_after_s
        self._waiting: deque[list[str]] = deque()
        self._process: subprocess.Popen[bytes] | None = None

    def tick(self) -> None:
        """Called often: starts what is due, when what came before is over."""
        now = time.monotonic()
        if now >= self._due:
            self._due = now + self._every_s
            self._waiting.extend(self._commands)
        if self._waiting and not self._is_running():
            self._process = subprocess.Popen(
                self._waiting.popleft(),
                env=self._environ,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def stop(self) -> None:
        """A prune may be cut off anywhere: what it has not done, the next one does."""
        if self._process is None or not self._is_running():
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None
