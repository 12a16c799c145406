"""`weir export RUN --format har -o FILE`: a run or captured requests as a file."""

from __future__ import annotations

from typing import Any

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import BadUsage
from observe.remote import download, filters, runs
from observe.remote.client import Query, Weir, connect


def act(options: dict[str, Any], terminal: Terminal) -> int:
    with connect(options) as weir:
        path, query = _source(weir, options)
        query["format"] = options["format"] or _format(options["output"])
        query["content"] = "0" if options["without_content"] else "1"
        name, size = download.fetch(weir, path, query, options["output"])
    if name != download.STDOUT:
        terminal.say(f"{name}: {formats.size(size)}")
    return 0


def _source(weir: Weir, options: dict[str, Any]) -> tuple[str, Query]:
    narrowed = filters.query({**options, "run": ""})
    if not options["run"]:
        return "/api/requests/export", narrowed
    if narrowed:
        raise BadUsage(
            "A run is exported whole: no filter goes with it.",
            hint="leave the run out, or the filters.",
        )
    run = runs.find(weir, options["run"])
    return f"/api/runs/{run['id']}/export", {}


def _format(output: str) -> str:
    """`run.har` is a HAR; "" lets the server decide."""
    name = output.removesuffix(".gz")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return {"zip": "http", "htm": "html", "json": "jsonl"}.get(ending, ending)
