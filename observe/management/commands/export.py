"""`weir export RUN --format har -o FILE`: a run or captured requests as a file."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from observe import formats
from observe.remote import download, requests, runs
from observe.remote.client import Query, Weir
from observe.remote.command import RemoteCommand, add_server_flags
from observe.remote.problem import BadUsage


class Command(RemoteCommand):
    help = "Save a run, or the requests that filters leave, in one of many formats."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", nargs="?", default="", help="its id or name")
        parser.add_argument(
            "--format",
            default="",
            help="csv, jsonl, har, http, parquet, html (default: by the file's name)",
        )
        parser.add_argument(
            "-o", "--output", default="", metavar="FILE", help="`-` is standard output"
        )
        parser.add_argument(
            "--without-content", action="store_true", help="leave the bodies out"
        )
        group = parser.add_argument_group("filters, without a run")
        requests.add_filters(group, without="run")
        add_server_flags(parser)

    def act(self, options: dict[str, Any]) -> int:
        with self.connect(options) as weir:
            path, query = _source(weir, options)
            query["format"] = options["format"] or _format(options["output"])
            query["content"] = "0" if options["without_content"] else "1"
            name, size = download.fetch(weir, path, query, options["output"])
        if name != download.STDOUT:
            self.stderr.write(f"{name}: {formats.size(size)}")
        return 0


def _source(weir: Weir, options: dict[str, Any]) -> tuple[str, Query]:
    narrowed = requests.query({**options, "run": ""})
    if not options["run"]:
        return "/api/requests/export", narrowed
    if narrowed:
        raise BadUsage("Filters go without a run: all of a run is exported.")
    run = runs.find(weir, options["run"])
    return f"/api/runs/{run['id']}/export", {}


def _format(output: str) -> str:
    """`run.har` is a HAR; "" lets the server decide."""
    name = output.removesuffix(".gz")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return {"zip": "http", "htm": "html", "json": "jsonl"}.get(ending, ending)
