"""One `weir run`, from the run's start to its figures.

Reads like the list of what happens: start the run, run the command, end the run, wait
until everything is recorded, ask for statistics and verdict.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from observe.problem import RUN_FAILED, Problem
from observe.remote import child, environment, runs, settle, verdict
from observe.remote.client import Weir
from observe.remote.environment import RunAccess
from observe.remote.report import Report
from observe.remote.runs import Row

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the user asked for."""

    command: Sequence[str]
    name: str
    notes: str = ""
    tags: Sequence[str] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    keys: str = "auto"
    """`run`: the run's key everywhere; `own`: the caller's; `auto`: the caller's only
    where the server has none."""
    wait_s: float = 30.0
    """How long to wait for the last records."""


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended."""

    exit_code: int
    """Of the command."""
    report: Report | None
    """None: the server could not tell."""
    problem: str = ""


def perform(weir: Weir, job: Job, say: Say) -> Done:
    # Before anything costs money: a baseline that isn't there is a mistake.
    limits = verdict.with_baseline(weir, job.limits)
    with child.forwarding() as signals:
        run = runs.create(
            weir, job.name, notes=job.notes, tags=job.tags, metadata=job.metadata
        )
        try:
            access = RunAccess(
                server=weir.address.url, run=run["id"], key=runs.issue_key(weir, run)
            )
            kept = _kept(weir, job.keys, say)
            say(f"Run “{run['name']}” {run['id']}")
            environ = environment.for_command(access, os.environ, kept)
            code = child.run(job.command, environ, signals)
        finally:
            problem = _end(weir, run)
    if problem:
        return Done(code, None, problem)
    try:
        return Done(code, _report(weir, run, limits, code, job.wait_s))
    except Problem as error:
        return Done(code, None, str(error))


def exit_code(done: Done) -> int:
    """The command's own failure wins over a breach, a breach over success."""
    if done.exit_code:
        return done.exit_code
    if done.report is None:
        return RUN_FAILED
    return verdict.exit_code(done.report)


def _kept(weir: Weir, keys: str, say: Say) -> Collection[str]:
    """Providers whose key stays the caller's."""
    if keys == "run":
        return ()
    if keys == "own":
        return [family.provider for family in environment.FAMILIES]
    rows = weir.get("/api/providers")
    has_key = {row["slug"]: row["api_key_state"] == "configured" for row in rows}
    kept = environment.keeping(os.environ, has_key)
    for provider, variable in kept.items():
        say(
            f"The server has no key for {provider}: yours stays in {variable}, and a "
            "header names the run. Clients that send no header of their own are not "
            "counted; --keys run counts them."
        )
    return kept


def _end(weir: Weir, run: Row) -> str:
    try:
        runs.change(weir, run["id"], "end")
    except Problem as error:
        return f"The run could not be ended: {error}"
    return ""


def _report(
    weir: Weir, run: Row, limits: Mapping[str, Any], code: int, wait_s: float
) -> Report:
    def pending() -> int:
        return verdict.pending(runs.statistics(weir, run))

    notes = []
    if not settle.wait(weir, pending, wait_s):
        notes.append(f"Some requests were not recorded within {wait_s:g} s.")
    return verdict.report(weir, run["id"], limits, command_code=code, notes=notes)
