"""One session, from its environment to its status: env + run + check + finalize.

`weir session run` does one, `observe/remote/experiment_run.py` many. The harness's own
files are written to a folder of the session's and never over the user's.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from observe.problem import Problem
from observe.remote import environment, sessions
from observe.remote.client import Weir
from observe.remote.environment import RunAccess
from observe.remote.suspension import awake_s, stopped_with_us
from runs.experiments import snippets
from runs.experiments.kinds import HarnessFile
from runs.experiments.snippets import Access

CHECK = "check"
CHECK_S = 600.0
VERSION_S = 20.0
POLL_S = 0.05
KILL_S = 5.0
TIMED_OUT = 124
"""The exit code of what took too long and says 0 when it is ended; timeout(1)'s."""
IsStopped = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Trial:
    """A session that may be driven."""

    session: str
    """Its id."""
    access: Access
    harness: HarnessFile
    variant: Mapping[str, Any]
    task_card: Mapping[str, Any]

    @property
    def check(self) -> str:
        return str(self.task_card.get("check", ""))

    @property
    def limit_s(self) -> float:
        return float(self.task_card.get("time_limit_s") or float("inf"))

    def command(self, given: Sequence[str]) -> list[str]:
        """What the user wants run, else what the harness's profile says."""
        if given:
            return [each.replace("{prompt}", self.access.prompt) for each in given]
        if not self.harness.batch:
            raise Problem(
                f"The harness {self.harness.name} says no command.",
                hint="give one behind --, or write `batch` into its file.",
            )
        return snippets.command(self.harness, self.access)


def trial(weir: Weir, session: str, told: Mapping[str, Any]) -> Trial:
    """Of what the API answers for a new session, or for a new key of one."""
    access = Access(
        weir=weir.address.url,
        key=str(told["key"]),
        model=str(told["variant"]["model"]),
        prompt=str(told["task_card"]["instructions"]).strip(),
    )
    harness = HarnessFile.model_validate(told["harness"])
    return Trial(session, access, harness, told["variant"], told["task_card"])


def variables(one: Trial) -> dict[str, str]:
    """What `weir session env` tells, and a command gets beside what it has."""
    return (
        snippets.variables(one.harness, one.access)
        | dict(one.variant.get("environment", {}))
        | dict(one.task_card.get("environment", {}))
    )


def perform(
    weir: Weir,
    one: Trial,
    given: Sequence[str],
    is_stopped: IsStopped,
    output: IO[bytes] | None = None,
) -> str:
    """Its status, once it is told; raises Problem when it can't be started."""
    # What the harness left running may still write into it.
    place = tempfile.TemporaryDirectory(
        prefix="weir-session-", ignore_cleanup_errors=True
    )
    with place as folder:
        status, code, version = "aborted", None, ""
        try:
            environ = _environment(weir, one, Path(folder))
            command = one.command(given)
            version = _version(one.harness, environ)
            code = _run(command, environ, is_stopped, one.limit_s, output)
            passed = _check(one, environ, is_stopped)
            if not is_stopped():
                status = "failed" if code else "completed"
                if passed is not None:
                    sessions.score(weir, one.session, CHECK, passed=passed)
        finally:
            sessions.finalize(weir, one.session, status, code, version)
    return status


def _environment(weir: Weir, one: Trial, folder: Path) -> dict[str, str]:
    access = RunAccess(server=one.access.weir, run=one.session, key=one.access.key)
    found = environment.for_command(access, os.environ) | variables(one)
    for path, text in snippets.files(one.harness, one.access).items():
        target = folder / "home" / path.removeprefix("~/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    for each in one.harness.files:
        target = folder / "home" / each.path.removeprefix("~/")
        if each.elsewhere is not None:
            places = {"file": target, "folder": target.parent, "home": folder / "home"}
            found[each.elsewhere.variable] = str(places[each.elsewhere.holds])
    return found | {"WEIR_SESSION_DIR": str(folder)}


def _version(harness: HarnessFile, environ: Mapping[str, str]) -> str:
    if not harness.version:
        return ""
    try:
        ended = subprocess.run(
            shlex.split(harness.version),
            env=dict(environ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = (ended.stdout or ended.stderr).strip().splitlines()
    return said[0][:200] if said else ""


def _run(
    command: Sequence[str],
    environ: Mapping[str, str],
    is_stopped: IsStopped,
    limit_s: float,
    output: IO[bytes] | int | None,
) -> int:
    """Its exit code as a shell tells it; -9 and the like are 128 and more."""
    start = partial(_start, command, environ, output)
    with stopped_with_us(start) if output else nullcontext(start()) as child:
        until = awake_s() + limit_s
        while child.poll() is None:
            if is_stopped() or awake_s() > until:
                _end(child, is_leader=bool(output))
                return _told(child) or TIMED_OUT
            time.sleep(POLL_S)
        return _told(child)


def _told(child: subprocess.Popen[bytes]) -> int:
    code = child.wait()
    return 128 - code if code < 0 else code


def _start(
    command: Sequence[str], environ: Mapping[str, str], output: IO[bytes] | int | None
) -> subprocess.Popen[bytes]:
    """One that has the terminal shares our process group, as one that was started by
    hand."""
    try:
        return subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL if output else None,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            process_group=0 if output else None,
        )
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{command[0]!r} can't be started: {why}.") from None


def _end(child: subprocess.Popen[bytes], *, is_leader: bool) -> None:
    """With all that it started, where it leads a group of its own."""
    send = os.killpg if is_leader else os.kill
    until = time.monotonic() + KILL_S
    number = int(signal.SIGTERM)
    try:
        while time.monotonic() < until:
            send(child.pid, number)
            time.sleep(POLL_S)
            child.poll()
            if not is_leader and child.returncode is not None:
                return
            number = 0
        # Once: what stays in a group after that is dead, and nobody takes it in, as in
        # a container whose first process is ours.
        send(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # nobody is left, or nobody that may be ended


def _check(
    one: Trial, environ: Mapping[str, str], is_stopped: IsStopped
) -> bool | None:
    """None where there is nothing to check, or no time to."""
    if not one.check or is_stopped():
        return None
    command = ["/bin/sh", "-c", one.check]
    code = _run(command, environ, is_stopped, CHECK_S, subprocess.DEVNULL)
    return code == 0
