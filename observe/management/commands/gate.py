"""`weir gate RUN --max-cost 0.50 …`: does a run keep its limits? Exit code 3: no."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from observe.remote import limits, reports, runs, verdict
from observe.remote.command import RemoteCommand, add_server_flags
from observe.remote.problem import BadUsage


class Command(RemoteCommand):
    help = "Hold a recorded run to limits, or against another run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", help="id, start of an id, or name")
        parser.add_argument(
            "--json", action="store_true", help="the same as --report json"
        )
        add_server_flags(parser)
        limits.add_flags(parser)
        reports.add_report_flags(parser)

    def act(self, options: dict[str, Any]) -> int:
        asked = limits.read(options)
        if not asked:
            raise BadUsage("Name at least one limit; `weir gate --help` lists them.")
        if options["json"]:
            options["report"].append("json")
        options["report"] = options["report"] or ["text"]
        reports.check(options)
        with self.connect(options) as weir:
            run = runs.find(weir, options["run"])
            asked = verdict.with_baseline(weir, asked)
            report = verdict.report(weir, run["id"], asked)
        reports.write_all(report, options, self.stdout, self.stdout)
        return verdict.exit_code(report)
