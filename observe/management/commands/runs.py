"""`weir runs list|show|start|pause|resume|end|delete|compare`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from observe.remote import comparison, runs
from observe.remote.client import Weir
from observe.remote.command import (
    RemoteCommand,
    add_json_flag,
    add_run_flags,
    add_server_flags,
    pairs,
)
from observe.remote.problem import BadUsage
from observe.remote.run_tables import run_facts, run_table
from observe.terminal import show, show_json

CHANGES = {
    "pause": "stop taking requests for a while (default: the active global run)",
    "resume": "take requests again",
    "end": "no further requests (default: the active global run)",
}
DONE = {"pause": "paused", "resume": "resumed", "end": "ended"}


class Command(RemoteCommand):
    help = "Show runs; start, pause, resume, end, delete and compare them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        self._add_reading(verbs)
        start = verbs.add_parser(
            "start", help="start one that takes every request that names no run"
        )
        start.add_argument("name")
        start.add_argument(
            "--key",
            action="store_true",
            help="it takes only requests with its key, which is printed once",
        )
        add_run_flags(start)
        for verb, text in CHANGES.items():
            change = verbs.add_parser(verb, help=text)
            change.add_argument("run", nargs="?" if verb != "resume" else None)
        delete = verbs.add_parser("delete", help="remove it; its requests stay")
        delete.add_argument("run", help="id or name")
        delete.add_argument(
            "--with-requests", action="store_true", help="remove them too"
        )
        for each in verbs.choices.values():
            add_json_flag(each)
            add_server_flags(each)

    def _add_reading(self, verbs: Any) -> None:
        listed = verbs.add_parser("list", help="the newest first")
        listed.add_argument("--state", choices=("active", "paused", "ended"))
        listed.add_argument("--tag", default="")
        listed.add_argument("--q", default="", metavar="TEXT", help="part of the name")
        listed.add_argument("--limit", type=int, default=30, help="rows (%(default)s)")
        shown = verbs.add_parser("show", help="one run and its figures")
        shown.add_argument("run", help="id, start of an id, or name")
        compare = verbs.add_parser("compare", help="two or more side by side")
        compare.add_argument(
            "run", nargs="+", help="commas join several runs into one side"
        )

    def act(self, options: dict[str, Any]) -> int:
        with self.connect(options) as weir:
            verb = options["verb"]
            if verb in CHANGES:
                self._change(weir, verb, options)
            else:
                getattr(self, f"_{verb}")(weir, options)
        return 0

    def _list(self, weir: Weir, options: dict[str, Any]) -> None:
        query = {name: options[name] for name in ("state", "tag", "q")}
        query["limit"] = min(options["limit"], 200)
        rows = runs.listed(weir, query, options["limit"])
        if options["json"]:
            show_json(self.stdout, rows)
        else:
            show(self.stdout, run_table(rows) if rows else "No runs.")

    def _show(self, weir: Weir, options: dict[str, Any]) -> None:
        run = runs.find(weir, options["run"])
        figures = runs.statistics(weir, run)
        if options["json"]:
            show_json(self.stdout, {"run": run, "statistics": figures})
        else:
            show(self.stdout, run_facts(run, figures))

    def _start(self, weir: Weir, options: dict[str, Any]) -> None:
        run = runs.create(
            weir,
            options["name"],
            notes=options["notes"],
            tags=options["tag"],
            metadata=pairs(options["meta"]),
            is_global=not options["key"],
        )
        key = runs.issue_key(weir, run) if options["key"] else ""
        self._tell({**run, "key": key} if key else run, "started", options)
        if key and not options["json"]:
            self.stdout.write(key)

    def _change(self, weir: Weir, verb: str, options: dict[str, Any]) -> None:
        reference = options["run"] or runs.active(weir)["id"]
        self._tell(runs.change(weir, reference, verb), DONE[verb], options)

    def _delete(self, weir: Weir, options: dict[str, Any]) -> None:
        run = runs.find(weir, options["run"])
        runs.delete(weir, run, with_requests=options["with_requests"])
        self._tell(run, "deleted", options)

    def _compare(self, weir: Weir, options: dict[str, Any]) -> None:
        sides = [side.split(",") for side in options["run"]]
        if len(sides) < 2:
            raise BadUsage("Name two runs or more.")
        compared = runs.compare(weir, sides)
        if options["json"]:
            show_json(self.stdout, compared)
        else:
            show(self.stdout, comparison.tables(compared))

    def _tell(self, run: dict[str, Any], what: str, options: dict[str, Any]) -> None:
        if options["json"]:
            show_json(self.stdout, run)
        else:
            show(self.stdout, f"Run “{run['name']}” {run['id']} {what}.")
