"""`weir prune`: let go of old requests, or of their bodies, while Weir serves."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress

from runs.keeping import retention, shrinking, sweeping
from runs.keeping.age import read_age
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.keeping.retention import Removed, Rule

GENTLE_REST = 4.0
NICENESS = 15


class Command(BaseCommand):
    help = "Remove requests, or only their bodies, that are older than a given age."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            required=True,
            type=_age,
            metavar="AGE",
            help="such as 30d, 12h or 8w; by the request's start",
        )
        parser.add_argument(
            "--bodies-only",
            action="store_true",
            help="keep the requests with their tokens, costs and headers",
        )
        parser.add_argument(
            "--keep-runs", action="store_true", help="keep what belongs to a run"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, change nothing"
        )
        parser.add_argument(
            "--gently", action="store_true", help="slower, with more rests"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - options["older_than"]
        rule = Rule(before, options["bodies_only"], options["keep_runs"])
        try:
            found = retention.measure(rule)
            if not options["dry_run"]:
                with alone():
                    self._prune(rule, found, options["gently"])
        except AlreadyPruning:
            raise CommandError("Another prune is at work on this database.") from None
        except DatabaseError as error:
            raise CommandError(f"The database can't be pruned now: {error}") from None
        self._report(rule, found, options)

    def _prune(self, rule: Rule, found: Removed, gently: bool) -> None:
        rest = GENTLE_REST if gently else 1.0
        if gently:
            os.nice(NICENESS)
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal) as progress:
            task = progress.add_task("removing", total=found.requests)
            found.requests = 0
            for removed in retention.prune(rule, rest=rest):
                found.requests += removed
                progress.advance(task, removed)
            _watch(progress, "tidying up", sweeping.sweep(rule.before, rest=rest))
            _watch(progress, "shrinking", shrinking.shrink(rest=rest))

    def _report(self, rule: Rule, found: Removed, options: dict[str, Any]) -> None:
        if options["json"]:
            facts = {"before": rule.before.isoformat(), "dry_run": options["dry_run"]}
            self.stdout.write(json.dumps({**facts, **asdict(found)}))
            return
        verb = "Would remove" if options["dry_run"] else "Removed"
        what = "the bodies of " if rule.bodies_only else ""
        self.stdout.write(
            f"{verb} {what}{found.requests:,} requests that started before "
            f"{rule.before:%Y-%m-%d %H:%M} UTC: {found.bodies:,} bodies, "
            f"{found.stored_bytes / 1e6:,.1f} MB as stored."
        )


def _watch(progress: Progress, what: str, steps: Iterable[int]) -> None:
    task = progress.add_task(what, total=None)
    for _ in steps:
        progress.advance(task)
    progress.update(task, total=1, completed=1)


def _age(text: str) -> timedelta:
    try:
        return read_age(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
