"""`weir import`: requests that another product kept, recorded while Weir serves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.problem import Problem
from proxy.setup.importing import Brought, steps
from runs import importers, sql
from runs.importers import BadSource, Importer, Source, Unread
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import Body, CapturedRequest, RequestDetail, Rollup

REST = 0.5
"""Of the time that a step took: a recorder waits for the same database."""
SHOWN = 20
MANY = 10_000
"""Behind so many the database looks anew at what its tables hold."""


@dataclass(slots=True)
class Total:
    """What an import has come to."""

    added: int = 0
    there: int = 0
    skipped: int = 0
    unread: int = 0
    first: list[Unread] = field(default_factory=list)

    def take(self, step: Brought) -> None:
        self.added += step.added
        self.there += step.there
        self.skipped += step.skipped
        self.unread += len(step.unread)
        self.first += step.unread[: SHOWN - len(self.first)]


def act(options: dict[str, Any], terminal: Terminal) -> int:
    place = options["place"]
    try:
        chosen = importers.importer(options["format"]) or importers.detected(place)
        with alone("import"):
            total = _import(importers.opened(place, chosen), chosen, options, terminal)
    except BadSource as error:
        raise Problem(str(error)) from None
    except AlreadyPruning:
        raise Problem("Another import is at work on this database.") from None
    except DatabaseError as error:
        raise Problem(f"The database can't be written now: {error}") from None
    _report(total, chosen, options, terminal)
    brought = total.added or total.there or (total.skipped and not total.unread)
    return 0 if brought else 1


def _import(
    source: Source, chosen: Importer, options: dict[str, Any], terminal: Terminal
) -> Total:
    total = Total()
    found = steps(source, chosen, run=options["run"], writes=not options["dry_run"])
    with _list(options["errors"]) as errors:
        for step in _watched(found, source, terminal, writes=not options["dry_run"]):
            total.take(step)
            for each in step.unread if errors else ():
                errors.write(f"{each.where}: {each.reason}\n")
    if total.added >= MANY and not options["dry_run"]:
        for model in (CapturedRequest, RequestDetail, Body, Rollup):
            sql.analyze(model)
    return total


def _list(name: str) -> Any:
    if not name:
        return nullcontext()
    try:
        return Path(name).open("w", encoding="utf-8", errors="replace")
    except OSError as error:
        raise Problem(f"{name} can't be written: {error.strerror}.") from None


def _watched(
    found: Iterator[Brought], source: Source, terminal: Terminal, *, writes: bool
) -> Iterator[Brought]:
    """The steps, with a bar where somebody looks, and a rest after each."""
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("importing", total=None)
        began = time.monotonic()
        for step in found:
            progress.update(task, total=source.total or None, completed=source.done())
            yield step
            if writes and step.added:
                time.sleep(REST * (time.monotonic() - began))
            began = time.monotonic()


def _report(
    total: Total, chosen: Importer, options: dict[str, Any], terminal: Terminal
) -> None:
    if options["json"]:
        terminal.show_json(
            {
                "format": chosen.name,
                "dry_run": options["dry_run"],
                "added": total.added,
                "already_there": total.there,
                "no_calls": total.skipped,
                "unread": total.unread,
                "errors": [{"where": e.where, "why": e.reason} for e in total.first],
            }
        )
        return
    verb = "would be added" if options["dry_run"] else "added"
    words = [f"{total.added:,} requests {verb} from {chosen.name}"]
    if total.there:
        words.append(f"{total.there:,} were there")
    if total.skipped:
        words.append(f"{total.skipped:,} rows are no model calls")
    if total.unread:
        words.append(f"{total.unread:,} could not be read")
    terminal.write(", ".join(words) + ".")
    if not (total.added or total.there or total.skipped or total.unread):
        terminal.say(f"  Nothing in it is as {chosen.name} writes it.")
    for each in total.first:
        terminal.say(f"  {each.where}: {each.reason}")
    if (more := total.unread - len(total.first)) > 0:
        terminal.say(f"  … and {more:,} more; --errors FILE lists them all.")
