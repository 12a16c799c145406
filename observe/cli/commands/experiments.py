"""`weir experiments init|validate|…|run|report|plan|simulate`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.table import Table

from observe.cli.terminal import Terminal
from observe.problem import FAILED, Problem
from observe.remote import definitions, experiment_run, sessions
from observe.remote.client import Weir, connect
from observe.remote.experiment_run import ExperimentRun
from observe.remote.tables import plain_table
from runs.experiments.folder import Folder
from runs.experiments.simulation import Made, alarms
from runs.measure.labels import label

Options = dict[str, Any]


def act(options: Options, terminal: Terminal) -> int:
    local: dict[str, Callable[[Options, Terminal], int]] = {
        "init": _init,
        "validate": _validate,
        "schemas": _schemas,
        "simulate": _simulate,
    }
    verb = options["verb"]
    if verb in local:
        return local[verb](options, terminal)
    asking: dict[str, Callable[[Weir, Options, Terminal], int]] = {
        "load": _load,
        "diff": _diff,
        "list": _list,
        "show": _show,
        "run": _run,
        "report": _report,
        "plan": _plan,
    }
    if verb in ("load", "diff"):
        options["folder"] = _valid(options, terminal)
    with connect(options) as weir:
        return asking[verb](weir, options, terminal)


# --- the folder -----------------------------------------------------------------------


def _init(options: Options, terminal: Terminal) -> int:
    place = definitions.place(options["dir"])
    written = definitions.write_example(place)
    for path in written:
        terminal.write(path.as_posix())
    terminal.say("Next: `weir experiments load`, then `weir experiments run demo`.")
    return 0


def _validate(options: Options, terminal: Terminal) -> int:
    found = _valid(options, terminal)
    counts: dict[str, int] = {}
    for each in found.found:
        counts[each.kind.folder] = counts.get(each.kind.folder, 0) + 1
    told = ", ".join(f"{folder} {number}" for folder, number in counts.items())
    terminal.write(f"All is well: {told}.")
    return 0


def _schemas(options: Options, terminal: Terminal) -> int:
    for path in definitions.write_schemas(definitions.place(options["dir"])):
        terminal.write(path.as_posix())
    return 0


def _valid(options: Options, terminal: Terminal) -> Folder:
    """Without a fault; each that there is, is told with its file and line."""
    place = definitions.place(options["dir"])
    found = definitions.read(place)
    for fault in found.faults:
        terminal.say(f"{place.as_posix()}/{fault}")
    if found.faults:
        many = len(found.faults)
        there = "is 1 fault" if many == 1 else f"are {many} faults"
        raise Problem(
            f"There {there} in {place}.",
            hint="each is told with its file and line.",
            exit_code=FAILED,
        )
    return found


def _simulate(options: Options, terminal: Terminal) -> int:
    names = ("tasks", "repeats", "arms", "spread", "effect")
    made = Made(**{name: options[name] for name in names})
    found = 0
    for number, is_alarm in enumerate(alarms(made, options["experiments"]), 1):
        found += is_alarm
        if number % 100 == 0 and number < options["experiments"]:
            terminal.say(f"{number}: {found / number:.1%}")
    share = found / options["experiments"]
    what = "found the difference" if made.effect else "called anything more than noise"
    terminal.write(f"{options['experiments']} experiments, {share:.1%} {what}.")
    return 0


# --- the server -----------------------------------------------------------------------


def _load(weir: Weir, options: Options, terminal: Terminal) -> int:
    for row in definitions.load(weir, options["folder"]):
        terminal.write(f"{row['change']:9} {row['kind']} {row['name']}")
    return 0


def _diff(weir: Weir, options: Options, terminal: Terminal) -> int:
    lines = list(definitions.differences(weir, options["folder"]))
    for line in lines:
        terminal.write(line)
    if not lines:
        terminal.say("Nothing differs from what is loaded.")
    return 0


def _list(weir: Weir, options: Options, terminal: Terminal) -> int:
    rows = definitions.stored(weir, options["kind"])
    if options["json"]:
        terminal.show_json(rows)
    elif rows:
        terminal.show(_table(rows))
    else:
        terminal.say("Nothing is loaded: `weir experiments load` does that.")
    return 0


def _table(rows: list[dict[str, Any]]) -> Table:
    table = plain_table("Kind", "Name", "Version", "Loaded", "Title")
    for row in rows:
        title = row["content"].get("title") or row["content"].get("question", "")
        loaded = row["loaded_at"][:16].replace("T", " ")
        table.add_row(row["kind"], row["name"], row["digest"][:8], loaded, title)
    return table


def _show(weir: Weir, options: Options, terminal: Terminal) -> int:
    rows = definitions.versions(weir, options["kind"], options["name"])
    if options["json"]:
        terminal.show_json(rows)
        return 0
    terminal.write(json.dumps(rows[0]["content"], indent=2, ensure_ascii=False))
    for row in rows:
        terminal.say(f"{row['digest'][:8]} loaded {row['loaded_at'][:16]}")
    return 0


def _report(weir: Weir, options: Options, terminal: Terminal) -> int:
    experiment_run.must_have(weir, options["experiment"])
    text = experiment_run.report(weir, options["experiment"], options["format"])
    if options["output"]:
        Path(options["output"]).write_text(text, "utf-8")
        terminal.say(f"Written: {options['output']}")
    else:
        terminal.write(text)
    return 0


def _plan(weir: Weir, options: Options, terminal: Terminal) -> int:
    experiment_run.must_have(weir, options["experiment"])
    query = {name: options[name] for name in ("effect", "metric", "spread")}
    plan = experiment_run.plan(weir, options["experiment"], query)
    if options["json"]:
        terminal.show_json(plan)
        return 0
    source = f"of {plan['spread_from']} sessions" if plan["spread_from"] else "as told"
    metric, spread = label(plan["metric"]), plan["spread"]
    terminal.say(
        f"{metric}: spreads by {spread:.0%} within a variant and task ({source})."
    )
    if plan["repeats"] is None:
        terminal.write("More than a thousand repeats would be needed.")
    else:
        terminal.write(
            f"{plan['repeats']} repeats of each variant on each task"
            f" ({plan['sessions']} sessions) find a difference of {plan['effect']:.0%}"
            " eight times of ten."
        )
    return 0


def _run(weir: Weir, options: Options, terminal: Terminal) -> int:
    def say(text: str) -> None:
        terminal.say(f"weir: {text}")

    experiment_run.must_have(weir, options["experiment"])
    asked = sessions.about(options["operator"])
    asked |= {"repeats": options["repeats"], "variant": options["variant"]}
    experiment_run.warn_without_repository(asked, say)
    with tempfile.TemporaryDirectory(prefix="weir-logs-") as logs:
        run = ExperimentRun(
            weir, options["experiment"], options["command"], say, asked, Path(logs)
        )
        code = run.whole(options["parallel"])
    told = ", ".join(f"{number} {status}" for status, number in run.done.items())
    say(f"Sessions of this call: {told or 'none, nothing was missing'}.")
    return code
