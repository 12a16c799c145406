"""`weir prune`: let go of old requests, or of their bodies, while Weir serves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.serve.priority import give_way
from runs.keeping import retention, shrinking, sweeping
from runs.keeping.prune_lock import BUSY, AlreadyPruning, alone
from runs.keeping.retention import Removed, Rule
from runs.text import purging

GENTLE_REST = 4.0
NICENESS = 15


def act(options: dict[str, Any], terminal: Terminal) -> int:
    before = timezone.now() - options["older_than"]
    rule = Rule(before, options["bodies_only"], options["keep_runs"])
    found = retention.measure(rule)
    if not options["dry_run"]:
        try:
            with alone():
                _prune(rule, found, terminal, gently=options["gently"])
        except AlreadyPruning:
            raise Problem(BUSY) from None
        except DatabaseError as error:
            raise Problem(f"The database can't be pruned now: {error}") from None
    _report(rule, found, options, terminal)
    return 0


def _prune(rule: Rule, found: Removed, terminal: Terminal, *, gently: bool) -> None:
    rest = GENTLE_REST if gently else 1.0
    if gently:
        give_way(NICENESS)
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("removing", total=found.requests)
        found.requests = 0
        for removed in retention.prune(rule, rest=rest):
            found.requests += removed
            progress.advance(task, removed)
        _watch(progress, "tidying up", sweeping.sweep(rule.before, rest=rest))
        _watch(progress, "taking words out", purging.purge(rest=rest))
        _watch(progress, "shrinking", shrinking.shrink(rest=rest))


def _report(
    rule: Rule, found: Removed, options: dict[str, Any], terminal: Terminal
) -> None:
    if options["json"]:
        facts = {"before": rule.before.isoformat(), "dry_run": options["dry_run"]}
        terminal.show_json({**facts, **asdict(found)})
        return
    verb = "Would remove" if options["dry_run"] else "Removed"
    what = "the bodies of " if rule.bodies_only else ""
    terminal.write(
        f"{verb} {what}{found.requests:,} requests that started before "
        f"{rule.before:%Y-%m-%d %H:%M} UTC: {found.bodies:,} bodies, "
        f"{found.stored_bytes / 1e6:,.1f} MB as stored."
    )


def _watch(progress: Progress, what: str, steps: Iterable[int]) -> None:
    task = progress.add_task(what, total=None)
    for _ in steps:
        progress.advance(task)
    progress.update(task, total=1, completed=1)
