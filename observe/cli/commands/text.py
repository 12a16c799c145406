"""`weir text`: the index of words in prompts and answers; told, built anew, dropped."""

from __future__ import annotations

import time
from typing import Any

from django.db import DatabaseError
from rich.console import Console
from rich.progress import Progress

from observe.cli.terminal import Terminal
from observe.formats import size
from observe.problem import Problem
from proxy.recording.indexing import LOCK, TextIndexer
from proxy.recording.settled import newest
from runs.keeping.prune_lock import AlreadyPruning, alone
from runs.models import CapturedRequest, IndexedText
from runs.text import index, search
from runs.text.tables import stored_bytes

REST = 0.5
"""Of the time that a step took: a recorder waits for the same database."""


def act(options: dict[str, Any], terminal: Terminal) -> int:
    works = {"status": _status, "rebuild": _rebuild, "drop": _drop}
    try:
        works[options["verb"]](options, terminal)
    except AlreadyPruning:
        raise Problem(
            "The index is being worked on by another.", hint="try again in a moment."
        ) from None
    except DatabaseError as error:
        raise Problem(f"The index can't be used now: {error}") from None
    return 0


def _status(options: dict[str, Any], terminal: Terminal) -> None:
    found = index.position() or index.Position()
    left = CapturedRequest.objects.filter(
        pk__gt=found.older, pk__lte=found.older_upto
    ).count()
    left += CapturedRequest.objects.filter(pk__gt=found.reached).count()
    told = {
        "is_on": search.is_on(),
        "requests_with_words": IndexedText.objects.count(),
        "requests_to_do": left,
        "bytes": stored_bytes(),
    }
    if options["json"]:
        terminal.show_json(told)
        return
    terminal.write(
        f"The words of {told['requests_with_words']:,} requests are indexed,"
        f" {size(told['bytes'])}; {left:,} requests are still to be read."
    )
    if not told["is_on"]:
        terminal.write("Nothing is added: the index is switched off.")


def _rebuild(options: dict[str, Any], terminal: Terminal) -> None:
    if not search.is_on():
        raise Problem(
            "The index is switched off.", hint="unset WEIR_TEXT_INDEX, and try again."
        )
    with alone(LOCK):
        begun = index.position()
        if begun is None or not begun.is_behind or options["restart"]:
            begun = index.clear(newest())
        done = _watched(begun, terminal)
    if options["json"]:
        terminal.show_json({"requests": done})
    else:
        terminal.write(f"Read {done:,} requests.")


def _watched(begun: index.Position, terminal: Terminal) -> int:
    """With a bar, where somebody looks on."""
    rows = CapturedRequest.objects.filter(pk__gt=begun.older, pk__lte=begun.older_upto)
    indexer, done = TextIndexer(has_lock=True), 0
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("indexing words", total=rows.count())
        began = time.monotonic()
        while took := indexer.step():
            done += took.requests
            progress.advance(task, took.requests)
            time.sleep(REST * (time.monotonic() - began))
            began = time.monotonic()
    return done


def _drop(options: dict[str, Any], terminal: Terminal) -> None:
    if search.is_on():
        raise Problem(
            "The index is switched on: a recorder would fill it again.",
            hint="set WEIR_TEXT_INDEX=false, for `weir serve` and here.",
        )
    with alone(LOCK):
        index.clear(newest())
    if options["json"]:
        terminal.show_json({"dropped": True})
    else:
        terminal.write("The index is empty.")
