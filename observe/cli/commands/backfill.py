"""`weir prices backfill`: costs of stored requests at the price list as it is now.

Called by `observe/cli/commands/prices.py`. Each request is priced at the prices of its
own time; `--undo` brings the former costs back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote import filters
from pricing.rates import digits
from proxy.setup.backfill import Backfilled, Costing, backfill
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.keeping.prune_lock import AlreadyPruning
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.store.repricing import Which


def act(options: dict[str, Any], terminal: Terminal) -> int:
    try:
        chosen = RequestFilter.from_query(filters.query(options))
    except BadFilter as error:
        raise Problem(str(error)) from None
    requests = chosen.apply(CapturedRequest.objects.all())
    done = Backfilled()
    # `which` is nothing where --undo stands in its place.
    which = Which(options["which"] or Which.MISSING)
    wish = Costing(which=which, undo=options["undo"], dry_run=options["dry_run"])
    try:
        _watched(backfill(requests, wish, done), requests, terminal)
    except AlreadyPruning:
        raise Problem("A reread or backfill is at work on this database.") from None
    except DatabaseError as error:
        raise Problem(f"The costs can't be written now: {error}") from None
    _report(done, options, terminal)
    return 0


def _watched(
    steps: Iterator[int], requests: CapturedRequestQuerySet, terminal: Terminal
) -> None:
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("pricing again", total=requests.count())
        for seen in steps:
            progress.advance(task, seen)


def _report(done: Backfilled, options: dict[str, Any], terminal: Terminal) -> None:
    if options["json"]:
        terminal.show_json(
            {
                "dry_run": options["dry_run"],
                "requests": done.requests,
                "without_bodies": done.without_bodies,
                "changed": done.changed,
                "before_usd": digits(done.before_usd),
                "after_usd": digits(done.after_usd),
            }
        )
        return
    would = "would be " if options["dry_run"] else ""
    if options["undo"]:
        terminal.write(f"{done.changed:,} former costs {would or 'are '}back.")
        return
    terminal.write(
        f"Priced {done.requests - done.without_bodies:,} of {done.requests:,} requests"
        f" again ({done.without_bodies:,} without their bodies): {done.changed:,}"
        f" {would}changed, from {formats.usd(done.before_usd)} to"
        f" {formats.usd(done.after_usd)}."
    )
