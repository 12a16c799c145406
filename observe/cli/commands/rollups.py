"""`weir rollups rebuild`: the figures over time, from the requests that are there.

Requests of versions that kept no rates of their costs get them as well.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.problem import Problem
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import CapturedRequest, RequestDetail
from runs.rollups import rebuilding
from runs.store import detail_rows

WAITS = "weir: waiting for another process that writes figures over time"


def act(options: dict[str, Any], terminal: Terminal) -> int:
    try:
        with alone():  # what a prune removes meanwhile would be counted by nobody
            counted = rebuild(terminal)
    except AlreadyPruning:
        raise Problem(
            "A prune, or another rebuild, is at work on this database.",
            hint="try again when it has ended.",
        ) from None
    except DatabaseError as error:
        raise Problem(f"The figures can't be counted now: {error}") from None
    if options["json"]:
        terminal.show_json({"requests": counted})
    else:
        terminal.write(f"Counted {counted:,} requests.")
    return 0


def rebuild(terminal: Terminal, *, only_first: bool = False) -> int:
    """With a bar, where somebody looks on; `weir prepare` does it for older data, if no
    other host that starts has done so."""
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        total = CapturedRequest.objects.count()
        task = progress.add_task("counting figures over time", total=total)
        counted = rebuilding.rebuild(
            lambda count: progress.advance(task, count),
            lambda: terminal.say(WAITS),
            only_first=only_first,
        )
        total = RequestDetail.objects.filter(rates=None).count()
        task = progress.add_task("telling rates of costs", total=total)
        detail_rows.fill(lambda count: progress.advance(task, count))
        return counted
