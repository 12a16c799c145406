"""`weir runs list|show|start|pause|resume|end|delete|compare`."""

from __future__ import annotations

from typing import Any

from observe.cli.terminal import Terminal
from observe.problem import BadUsage
from observe.remote import comparison, runs
from observe.remote.client import Weir, connect
from observe.remote.run_tables import run_facts, run_table

DONE = {"pause": "paused", "resume": "resumed", "end": "ended"}


def act(options: dict[str, Any], terminal: Terminal) -> int:
    verbs = {
        "list": _list,
        "show": _show,
        "start": _start,
        "delete": _delete,
        "compare": _compare,
    }
    with connect(options) as weir:
        verbs.get(options["verb"], _change)(weir, options, terminal)
    return 0


def _list(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    query = {name: options[name] for name in ("state", "tag", "q")}
    query |= {"limit": min(options["limit"], 200), "totals": "true"}
    rows = runs.listed(weir, query, options["limit"])
    if options["json"]:
        terminal.show_json(rows)
    elif rows:
        terminal.show(run_table(rows))
    else:
        terminal.say("No runs.")


def _show(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    run = runs.find(weir, options["run"])
    figures = runs.statistics(weir, run)
    if options["json"]:
        terminal.show_json({"run": run, "statistics": figures})
    else:
        terminal.show(run_facts(run, figures))


def _start(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    run = runs.create(
        weir,
        options["name"],
        notes=options["notes"],
        tags=options["tag"],
        metadata=dict(options["meta"]),
        is_global=not options["key"],
    )
    if not options["key"]:
        _tell(run, "started", options, terminal)
        return
    key = runs.issue_key(weir, run)
    if options["json"]:
        terminal.show_json({**run, "key": key})
        return
    # KEY=$(weir runs start … --key) takes the key alone.
    terminal.say(_told(run, "started"))
    terminal.write(key)


def _change(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    verb = options["verb"]
    reference = options["run"] or runs.active(weir)["id"]
    _tell(runs.change(weir, reference, verb), DONE[verb], options, terminal)


def _delete(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    run = runs.find(weir, options["run"])
    runs.delete(weir, run, with_requests=options["with_requests"])
    _tell(run, "deleted", options, terminal)


def _compare(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    sides = [side.split(",") for side in options["run"]]
    if len(sides) < 2:
        raise BadUsage("weir runs compare needs two runs or more.")
    compared = runs.compare(weir, sides, options["primary"])
    if options["json"]:
        terminal.show_json(compared)
    else:
        terminal.show(comparison.tables(compared))


def _tell(
    run: dict[str, Any], what: str, options: dict[str, Any], terminal: Terminal
) -> None:
    if options["json"]:
        terminal.show_json(run)
    else:
        terminal.show(_told(run, what))


def _told(run: dict[str, Any], what: str) -> str:
    return f"Run “{run['name']}” {run['id']} {what}."
