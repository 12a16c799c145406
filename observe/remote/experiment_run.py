"""`weir experiments run`: the sessions that an experiment lacks, one after the other.

The server chooses which comes next and gives no two callers the same, so several may
run at once; whoever is stopped leaves the rest to the next call.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from types import FrameType
from typing import Any

from observe.problem import SIGNALLED, Problem
from observe.remote import definitions, runner, sessions, settle, suspension
from observe.remote.client import Weir, step
from observe.remote.trial import perform, trial

Say = Callable[[str], object]
WAIT_S = 30.0
MOST = 5000
"""Sessions that the server lists at once."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class ExperimentRun:
    """One call of the command, by its threads."""

    weir: Weir
    experiment: str
    command: Sequence[str]
    say: Say
    asked: dict[str, Any]
    logs: Path
    stopped: Event = field(default_factory=Event)
    caught: int = 0
    """The signal that stopped it, 0 for none."""
    done: dict[str, int] = field(default_factory=dict)
    """Status → sessions."""
    _lock: Lock = field(default_factory=Lock)
    _began: float = field(default_factory=suspension.awake_s)

    def whole(self, parallel: int) -> int:
        """Its exit code."""
        self._abort_the_dead()
        stopping = self._until_a_signal()
        with suspension.together(), stopping, ThreadPoolExecutor(parallel) as pool:
            workers = [pool.submit(self._work) for _ in range(parallel)]
            for each in as_completed(workers):
                if each.exception() is not None:
                    self.stopped.set()
            for each in workers:
                each.result()
        settle.wait(self.weir, lambda: 0, WAIT_S)
        if self.caught:
            self.say("Stopped; the same command goes on with what is missing.")
            return SIGNALLED + self.caught
        return 0

    def _work(self) -> None:
        while not self.stopped.is_set():
            told = sessions.claim(self.weir, self.experiment, self.asked)
            if told["begun"] is None:
                return
            self._one(told)

    def _one(self, told: dict[str, Any]) -> None:
        began, session = suspension.awake_s(), told["begun"]["session"]
        one = trial(self.weir, session["id"], told["begun"])
        log = self.logs / f"{session['id']}.log"
        with log.open("wb") as output:
            status = perform(self.weir, one, self.command, self.stopped.is_set, output)
        with self._lock:
            self.done[status] = self.done.get(status, 0) + 1
            took = suspension.awake_s() - began
            name = f"{session['name']}: {status} after {took:.1f} s"
            why = f" ({_last_line(log)})" if status == "failed" else ""
            self.say(f"{self._bar(told)} {name}{why}")

    def _bar(self, told: dict[str, Any]) -> str:
        """How far it is, and how long it will take at this pace."""
        wanted, taken = int(told["wanted"]), int(told["taken"])
        ours = sum(self.done.values())
        left_s = (wanted - taken) * (suspension.awake_s() - self._began) / max(ours, 1)
        full = round(20 * taken / wanted) if wanted else 20
        bar = "█" * full + "░" * (20 - full)
        left = f", {left_s:.0f} s left" if taken < wanted else ""
        return f"{bar} {taken} of {wanted}{left} ·"

    def _abort_the_dead(self) -> None:
        """What a run that was killed here has left open."""
        while dead := [row for row in self._open() if runner.is_dead(row["runner"])]:
            for row in dead:
                sessions.finalize(self.weir, row["id"], "aborted")
                self.say(f"{row['name']} was left open by a run that ended: aborted.")

    def _open(self) -> list[dict[str, Any]]:
        """As many as are told at once; those that are aborted make room for others."""
        asked = {"experiment": self.experiment, "status": "open", "limit": MOST}
        return sessions.listed(self.weir, **asked)

    @contextmanager
    def _until_a_signal(self) -> Iterator[None]:
        def caught(number: int, frame: FrameType | None) -> None:
            self.caught = number
            self.stopped.set()

        before = {number: signal.signal(number, caught) for number in ENDING}
        try:
            yield
        finally:
            for number, old in before.items():
                signal.signal(number, old)


def _last_line(log: Path) -> str:
    said = log.read_bytes()[-2000:].decode(errors="replace").strip().splitlines()
    return said[-1][:160] if said else "it said nothing"


def warn_without_repository(asked: dict[str, Any], say: Say) -> None:
    if not asked["git"]:
        say("This is no git repository: sessions remember no commit.")


def report(weir: Weir, experiment: str, form: str) -> str:
    """As the server writes it."""
    path = f"/api/experiments/{step(experiment)}/report"
    with weir.stream(path, {"format": form}) as answer:
        answer.read()
        return answer.text


def plan(weir: Weir, experiment: str, query: dict[str, Any]) -> dict[str, Any]:
    return dict(weir.get(f"/api/experiments/{step(experiment)}/plan", query))


def must_have(weir: Weir, experiment: str) -> None:
    """Before anything is started; raises Problem."""
    try:
        definitions.versions(weir, "experiment", experiment)
    except Problem as error:
        if error.code == "NO_DEFINITION":
            raise Problem(
                str(error), hint="`weir experiments list` shows what is loaded."
            ) from None
        raise
