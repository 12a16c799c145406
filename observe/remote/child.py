"""Runs the command of `weir run`: its signals, its exit code.

The command shares our terminal and process group, so it may ask and be stopped as if it
had been started by hand.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from observe.problem import NOT_EXECUTABLE, NOT_FOUND, SIGNALLED, Problem

FORWARDED = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
FROM_KEYBOARD = (signal.SIGINT, signal.SIGQUIT)


class Forwarding:
    """Passes our signals on to the command once there is one."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.caught = 0
        """The last signal that came, 0 for none."""

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.caught = number
        if self.child is None or self.child.poll() is not None:
            return
        # Ctrl-C reached the command already: it is of our process group.
        if number in FROM_KEYBOARD and _is_in_foreground():
            return
        self.child.send_signal(number)


@contextmanager
def forwarding() -> Iterator[Forwarding]:
    """Signals end nothing while it lasts; they are passed on."""
    handler = Forwarding()
    before = {}
    for number in FORWARDED:
        # `nohup` and background jobs ignore some; so does the command then.
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield handler
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def run(command: Sequence[str], environ: Mapping[str, str], signals: Forwarding) -> int:
    """Its exit code as a shell tells it."""
    if signals.caught:
        return SIGNALLED + signals.caught
    try:
        child = subprocess.Popen(command, env=dict(environ))
    except FileNotFoundError:
        raise _not_started(command, "it was not found", NOT_FOUND) from None
    except OSError as error:
        why = error.strerror or str(error)
        raise _not_started(command, why, NOT_EXECUTABLE) from None
    signals.child = child
    if signals.caught:  # it came while the command was being started
        child.send_signal(signals.caught)
    code = child.wait()
    return SIGNALLED - code if code < 0 else code


def _not_started(command: Sequence[str], why: str, code: int) -> Problem:
    return Problem(f"{command[0]!r} can't be started: {why}.", exit_code=code)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False  # no terminal
