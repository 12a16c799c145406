"""`weir gate RUN --max-cost 0.50 …`: does a run keep its limits? Exit code 3: no."""

from __future__ import annotations

from typing import Any

from observe.cli.terminal import Terminal
from observe.problem import BadUsage
from observe.remote import limits, reports, runs, verdict
from observe.remote.client import connect


def act(options: dict[str, Any], terminal: Terminal) -> int:
    asked = limits.read(options)
    if not asked:
        raise BadUsage(
            "There is no limit to hold the run to.",
            hint="`weir gate --help` lists them, such as --max-cost 0.50.",
        )
    if options["json"]:
        options["report"].append("json")
    options["report"] = options["report"] or ["text"]
    reports.check(options)
    with connect(options) as weir:
        run = runs.find(weir, options["run"])
        asked = verdict.with_baseline(weir, asked)
        report = verdict.report(weir, run["id"], asked)
    reports.write_all(report, options, terminal, terminal)
    return verdict.exit_code(report)
