"""`weir what-if`: captured costs beside those at other models' prices."""

from __future__ import annotations

from typing import Any

from observe.cli.terminal import Terminal
from observe.remote import filters, runs, what_if
from observe.remote.client import connect


def act(options: dict[str, Any], terminal: Terminal) -> int:
    with connect(options) as weir:
        if run := options["run"] or options["named"]:
            options["run"] = runs.find(weir, run)["id"]
        query = filters.query({**options, "model": ""})
        told = what_if.asked(weir, query, options["model"])
    if options["json"]:
        terminal.show_json(told)
    else:
        terminal.show(what_if.tables(told))
    return 0
