"""`weir reread`: mend what an older version read wrong, while Weir serves."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote import filters
from proxy.journal.masking import Masker
from proxy.recording.rereading import Step, reread
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet

REST = 1.0
"""Of the time that a step took: a recorder waits for the same database."""


@dataclass(slots=True)
class Progressed:
    """How far a reread is, and what it has found; kept so that a kill costs a step."""

    query: dict[str, str]
    upto: int
    """The newest request when it began; later ones were read by today's readers."""
    last: int = 0
    seen: int = 0
    unread: int = 0
    changed: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    """How many requests each field differs in."""

    def take(self, step: Step) -> None:
        self.last = step.last
        self.seen += step.seen
        self.unread += step.unread
        self.changed += len(step.changes)
        names = (name for told in step.changes.values() for name in told)
        self.fields = dict((Counter(self.fields) + Counter(names)).most_common())


def act(options: dict[str, Any], terminal: Terminal) -> int:
    chosen = _chosen(options)
    try:
        with alone("reread"):
            done = _reread(chosen, options, terminal)
    except AlreadyPruning:
        raise Problem("Another reread is at work on this database.") from None
    except DatabaseError as error:
        raise Problem(f"The database can't be read again now: {error}") from None
    _report(done, options, terminal)
    return 0


def _chosen(options: dict[str, Any]) -> RequestFilter:
    try:
        return RequestFilter.from_query(filters.query(options))
    except BadFilter as error:
        raise Problem(str(error)) from None


def _reread(
    chosen: RequestFilter, options: dict[str, Any], terminal: Terminal
) -> Progressed:
    writes = not options["dry_run"]
    path = settings.WEIR_DATA_DIR / "reread.json"
    done = _begun(path, chosen) if writes and not options["restart"] else None
    done = done or Progressed(chosen.as_query(), upto=_newest())
    if done.last:
        terminal.say(f"Going on after the first {done.seen:,}.")
    requests = chosen.apply(CapturedRequest.objects.all())
    for step in _watched(requests, done, terminal, writes=writes):
        done.take(step)
        if writes:
            _keep(path, done)
    if writes:
        path.unlink(missing_ok=True)
    return done


def _watched(
    requests: CapturedRequestQuerySet,
    done: Progressed,
    terminal: Terminal,
    *,
    writes: bool,
) -> Iterator[Step]:
    """The steps, with a bar where somebody looks, and a rest after each."""
    masker = Masker(settings.SECRET_KEY, settings.WEIR_TOKEN)
    steps = reread(requests, masker, after=done.last, upto=done.upto, writes=writes)
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        total = requests.filter(pk__gt=done.last, pk__lte=done.upto).count()
        task = progress.add_task("reading again", total=total)
        began = time.monotonic()
        for step in steps:
            progress.advance(task, step.seen)
            yield step
            if writes:
                time.sleep(REST * (time.monotonic() - began))
            began = time.monotonic()


def _newest() -> int:
    newest = CapturedRequest.objects.order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _begun(path: Path, chosen: RequestFilter) -> Progressed | None:
    """A reread of the same filter that was broken off."""
    with suppress(OSError, ValueError, TypeError):
        told = Progressed(**json.loads(path.read_bytes()))
        return told if told.query == chosen.as_query() else None
    return None


def _keep(path: Path, done: Progressed) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(asdict(done)), "utf-8")
    draft.replace(path)


def _report(done: Progressed, options: dict[str, Any], terminal: Terminal) -> None:
    if options["json"]:
        terminal.show_json(
            {
                "dry_run": options["dry_run"],
                "requests": done.seen,
                "without_bodies": done.unread,
                "changed": done.changed,
                "fields": done.fields,
            }
        )
        return
    verb = "would change" if options["dry_run"] else "changed"
    terminal.write(
        f"Read {done.seen - done.unread:,} of {done.seen:,} requests again"
        f" ({done.unread:,} without their bodies): {done.changed:,} {verb}."
    )
    for name, count in done.fields.items():
        terminal.write(f"  {count:>9,}  {name}")
