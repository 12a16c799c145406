"""`weir session create|env|run|list|show|export|finalize|score|delete`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rich.table import Table

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import SIGNALLED, BadUsage
from observe.remote import (
    child,
    download,
    runs,
    scoring,
    sessions,
    summary,
    suspension,
    trial,
)
from observe.remote.client import Weir, connect
from observe.remote.run_tables import SHORT_ID
from observe.remote.tables import clock, fact_table, plain_table
from runs.experiments import snippets

Options = dict[str, Any]
Row = dict[str, Any]


def act(options: Options, terminal: Terminal) -> int:
    verbs: dict[str, Callable[[Weir, Options, Terminal], int]] = {
        "create": _create,
        "env": _env,
        "run": _run,
        "list": _list,
        "export": _export,
        "show": _show,
        "finalize": _finalize,
        "score": _score,
        "delete": _delete,
    }
    with connect(options) as weir:
        return verbs[options["verb"]](weir, options, terminal)


def _create(weir: Weir, options: Options, terminal: Terminal) -> int:
    about = sessions.about(options["operator"])
    # By hand: no process of ours drives it.
    about["runner"] = ""
    if not about["git"]:
        terminal.say("weir: This is no git repository: it remembers no commit.")
    names = ("experiment", "variant", "task_card", "harness", "label", "notes")
    asked = {name: options[name] for name in names} | about
    begun = sessions.create(weir, asked | {"repeat": options["repeat"]})
    session = begun["session"]
    if options["json"]:
        terminal.show_json(begun)
        return 0
    terminal.write(session["id"])
    short = session["id"][:SHORT_ID]
    terminal.say(
        f'Next: eval "$(weir session env {short})", or weir session run {short} -- …'
    )
    return 0


def _env(weir: Weir, options: Options, terminal: Terminal) -> int:
    session = sessions.find(weir, options["session"])
    told = sessions.access(weir, session["id"])
    one = trial.trial(weir, session["id"], told)
    extra = trial.variables(one)
    profile = one.harness.model_copy(
        update={
            "environment": {
                **one.harness.environment,
                **one.variant.get("environment", {}),
                **one.task_card.get("environment", {}),
                "WEIR_SERVER": weir.address.url,
                "WEIR_RUN_ID": session["id"],
                "WEIR_RUN_KEY": one.access.key,
            }
        }
    )
    terminal.write(snippets.environment(profile, one.access, options["format"]))
    if any(each.format == options["format"] for each in one.harness.files):
        keys = ", ".join(name for name in one.harness.keys if name in extra)
        terminal.say(f"The key goes into {keys}: `--format shell` exports it.")
    return 0


def _run(weir: Weir, options: Options, terminal: Terminal) -> int:
    session = sessions.find(weir, options["session"])
    told = sessions.access(weir, session["id"])
    one = trial.trial(weir, session["id"], told)
    with child.forwarding() as signals, suspension.together():
        status = trial.perform(
            weir, one, options["command"], lambda: bool(signals.caught)
        )
    terminal.say(f"weir: {session['name']}: {status}.")
    if signals.caught:
        return SIGNALLED + signals.caught
    return int(sessions.find(weir, session["id"])["exit_code"] or 0)


def _list(weir: Weir, options: Options, terminal: Terminal) -> int:
    query = {name: options[name] for name in ("experiment", "status", "limit")}
    rows = sessions.listed(weir, **query)
    if options["json"]:
        terminal.show_json(rows)
    elif rows:
        terminal.show(_table(rows))
    else:
        terminal.say("No sessions.")
    return 0


def _export(weir: Weir, options: Options, terminal: Terminal) -> int:
    query = {name: options[name] for name in ("experiment", "format")}
    path = "/api/sessions/export"
    target = options["output"]
    if not target and not terminal.out.isatty():
        target = download.STDOUT  # a pipe wants the table, not a file's name
    name, size = download.fetch(weir, path, query, target)
    if name != download.STDOUT:
        terminal.say(f"{name}: {formats.size(size)}")
    return 0


def _table(rows: list[Row]) -> Table:
    table = plain_table("Started", "Id", "Experiment", "Variant", "Task", "Repeat")
    for head in ("Status", "Requests", "Scores", "Label"):
        table.add_column(head)
    for row in rows:
        table.add_row(
            clock(row["started_at"]),
            row["id"][:SHORT_ID],
            row["experiment"]["name"],
            row["variant"]["name"],
            row["task_card"]["name"],
            str(row["repeat"]),
            row["status"],
            str(row["requests"]),
            ", ".join(map(_told, row["scores"])),
            row["label"],
        )
    return table


def _told(score: Row) -> str:
    words = [] if score["value"] is None else [f"{score['value']:g}"]
    if score["passed"] is not None:
        words.append("pass" if score["passed"] else "fail")
    return f"{score['name']} {' '.join(words)}"


def _show(weir: Weir, options: Options, terminal: Terminal) -> int:
    session = sessions.find(weir, options["session"])
    figures = runs.statistics(weir, session)
    if options["json"]:
        terminal.show_json({"session": session, "statistics": figures})
        return 0
    facts: Row = {
        "Session": session["id"],
        "Status": session["status"],
        "Started": session["started_at"],
        "Ended": session["ended_at"],
        "Label": session["label"],
        "Notes": session["notes"],
        "Operator": session["operator"],
        "Repeat": str(session["repeat"]),
        "Harness version": session["harness_version"],
        "Scores": ", ".join(map(_told, session["scores"])),
    }
    for kind in ("experiment", "variant", "task_card", "harness", "provider"):
        version = session[kind]
        name = kind.replace("_", " ").capitalize()
        facts[name] = f"{version['name']} ({version['digest'][:8]})"
    facts |= {f"Git {name}": str(value) for name, value in session["git"].items()}
    facts |= {name.capitalize(): value for name, value in summary.figures(figures)}
    terminal.show(fact_table(facts))
    return 0


def _finalize(weir: Weir, options: Options, terminal: Terminal) -> int:
    found = sessions.find(weir, options["session"])
    row = sessions.finalize(weir, found["id"], options["status"])
    _tell(row, f"{row['status']}.", options, terminal)
    return 0


def _score(weir: Weir, options: Options, terminal: Terminal) -> int:
    if options["file"] is not None:
        return _score_from(weir, options, terminal)
    if not options["value"]:
        raise BadUsage("Say SESSION NAME VALUE, or --from FILE.")
    found = sessions.find(weir, options["session"])
    value, passed = read_score(options["value"])
    row = sessions.score(
        weir, found["id"], options["name"], value=value, passed=passed, source="by hand"
    )
    _tell(row, "scored.", options, terminal)
    return 0


def _score_from(weir: Weir, options: Options, terminal: Terminal) -> int:
    """Exit code 1 where something is left over: nobody should think it is scored."""
    whose = {name: options[name] for name in ("session", "experiment", "variant")}
    scored = scoring.give(weir, options["file"], options["results"], **whose)
    if options["json"]:
        terminal.show_json(
            {
                "new": scored.new,
                "unchanged": scored.there,
                "sessions": sorted(scored.sessions),
                "left": [{"where": e.where, "why": e.reason} for e in scored.left],
            }
        )
    else:
        words = f"{scored.new:,} scores given, {scored.there:,} were there"
        many = len(scored.sessions)
        terminal.write(f"{words}; {many:,} session{'s' * (many != 1)}.")
        for each in scored.left:
            terminal.say(f"  not scored: {each.where}: {each.reason}")
    return 1 if scored.left else 0


def read_score(text: str) -> tuple[float | None, bool | None]:
    """`0.9`, `pass`, `fail` or `0.9:pass`."""
    verdicts = {"pass": True, "passed": True, "fail": False, "failed": False}
    number, _, word = text.rpartition(":") if ":" in text else (text, "", "")
    if number in verdicts:
        number, word = "", number
    try:
        value = float(number) if number else None
        if value is not None and not math.isfinite(value):
            raise ValueError
        return value, (verdicts[word] if word else None)
    except (KeyError, ValueError):
        raise BadUsage(
            f"A score is a number, pass, fail, or both as 0.9:pass; not {text!r}."
        ) from None


def _delete(weir: Weir, options: Options, terminal: Terminal) -> int:
    found = sessions.find(weir, options["session"])
    sessions.delete(weir, found["id"])
    _tell(found, "deleted, with its requests.", options, terminal)
    return 0


def _tell(row: Row, what: str, options: Options, terminal: Terminal) -> None:
    if options["json"]:
        terminal.show_json(row)
    else:
        terminal.show(f"Session “{row['name']}” {row['id']} {what}")
