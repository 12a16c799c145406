"""`weir prices backfill`: costs of stored requests at the price list as it is now.

Called by `observe/cli/commands/prices.py`. Each request is priced at the prices of its
own time; `--undo` brings the former costs back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote import filters
from pricing.rates import digits
from proxy.journal.masking import Masker
from proxy.recording.rereading import reread
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.keeping import audit
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import AuditEntry, CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.store.repricing import Repricer, Which, undo


@dataclass(slots=True)
class Backfilled:
    """What was found, or would be."""

    requests: int = 0
    without_bodies: int = 0
    changed: int = 0
    before_usd: Decimal = Decimal(0)
    after_usd: Decimal = Decimal(0)


def act(options: dict[str, Any], terminal: Terminal) -> int:
    try:
        chosen = RequestFilter.from_query(filters.query(options))
    except BadFilter as error:
        raise Problem(str(error)) from None
    requests = chosen.apply(CapturedRequest.objects.all())
    work = _undone if options["undo"] else _repriced
    done = Backfilled()
    try:
        with alone("reread"):
            _watched(work(requests, options, done), requests, terminal)
    except AlreadyPruning:
        raise Problem("A reread or backfill is at work on this database.") from None
    except DatabaseError as error:
        raise Problem(f"The costs can't be written now: {error}") from None
    if done.changed and not options["dry_run"]:
        _log(done, options)
    _report(done, options, terminal)
    return 0


def _repriced(
    requests: CapturedRequestQuerySet, options: dict[str, Any], done: Backfilled
) -> Iterator[int]:
    masker = Masker(settings.SECRET_KEY, settings.WEIR_TOKEN)
    writer = Repricer(Which(options["which"]), writes=not options["dry_run"])
    newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    for step in reread(requests, masker, upto=newest.first() or 0, rewriter=writer):
        done.requests += step.seen
        done.without_bodies += step.unread
        done.changed += len(step.changes)
        for told in step.changes.values():
            before, after = told["cost_usd"]
            done.before_usd += Decimal(str(before or 0))
            done.after_usd += Decimal(str(after or 0))
        yield step.seen


def _undone(
    requests: CapturedRequestQuerySet, options: dict[str, Any], done: Backfilled
) -> Iterator[int]:
    for seen, back in undo(requests, writes=not options["dry_run"]):
        done.requests += seen
        done.changed += back
        yield seen


def _watched(
    steps: Iterator[int], requests: CapturedRequestQuerySet, terminal: Terminal
) -> None:
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("pricing again", total=requests.count())
        for seen in steps:
            progress.advance(task, seen)


def _log(done: Backfilled, options: dict[str, Any]) -> None:
    what = "undo" if options["undo"] else str(options["which"])
    after = {"requests": done.changed, "which": what}
    audit.write(AuditEntry.Action.APPLIED, "costs", "backfill", {}, after)


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
