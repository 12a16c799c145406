"""`weir providers|routes|prices show|add|edit|remove|export|import`, alike for all.

Prints only; `observe/remote/saved.py` does the work, over the API or in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from observe.cli.terminal import Terminal
from observe.nearest import did_you_mean
from observe.problem import FAILED, BadUsage, Problem
from observe.remote import saved, saved_files
from observe.remote.client import Weir
from observe.remote.here import opened
from observe.remote.saved import Change, SavedEntry, Shelf
from observe.remote.saved_kinds import KINDS, RATE, Values
from observe.remote.tables import fact_table

Options = dict[str, Any]
LISTS = frozenset({"fixes", "on_failure"})
"""Lists that may be nothing at all."""
NOTHING = ("null", "")


def act(many: str, options: Options, terminal: Terminal) -> int:
    verbs: dict[str, Callable[[Weir, Shelf, Options, Terminal], int]] = {
        "show": _show,
        "add": _add,
        "edit": _edit,
        "remove": _remove,
        "export": _export,
        "import": _import,
    }
    with opened(options) as weir:
        shelf = saved.read(weir, KINDS[many])
        return verbs[options["verb"]](weir, shelf, options, terminal)


def _show(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    entry = shelf.find(options["which"])
    if options["json"]:
        terminal.show_json({"id": entry.id, "own": entry.own, **entry.values})
        return 0
    told = {name: _text(value) for name, value in entry.values.items()}
    terminal.show(fact_table({"id": entry.id, **told}))
    return 0


def _add(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    values = _named(shelf, options) | read_fields(options["fields"], shelf)
    return _done(weir, [saved.added(shelf, values)], options, terminal)


def _named(shelf: Shelf, options: Options) -> Values:
    """What stands before the fields."""
    values = {name: options[name] for name in shelf.kind.named_by}
    if shelf.kind.one == "route" and options["match"].endswith("*"):
        values["kind"] = "prefix"
    return values


def _edit(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    entry = shelf.find(options["which"])
    values = read_fields(options["fields"], shelf)
    change = saved.changed(shelf, entry, values)
    return _done(weir, [change] if change else [], options, terminal)


def _remove(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    entry = shelf.find(options["which"])
    if not options["dry_run"] and not options["yes"]:
        _must_hang_on_nothing(weir, shelf, entry)
    return _done(weir, [saved.removed(shelf, entry)], options, terminal)


def _must_hang_on_nothing(weir: Weir, shelf: Shelf, entry: SavedEntry) -> None:
    if shelf.kind.one != "provider":
        return
    routes = saved.read(weir, KINDS["routes"]).entries
    many = sum(each.values["provider"] == entry.id for each in routes)
    if many:
        told = "1 route goes" if many == 1 else f"{many} routes go"
        raise Problem(
            f"{told} to “{entry.id}”, and would be deleted with it.",
            hint="--yes deletes them, too; `weir providers edit … active=false` keeps"
            " them.",
        )


def _export(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    entries = [
        shelf.unusual(each)
        for each in shelf.entries
        if each.own or options["everything"]
    ]
    if options["json"]:
        terminal.show_json({shelf.kind.many: entries})
        return 0
    form = saved_files.format_of(options["file"], options["format"])
    text = saved_files.write(shelf.kind, entries, form)
    if not options["file"]:
        terminal.write(text.removesuffix("\n"))
        return 0
    Path(options["file"]).write_text(text, "utf-8")
    what = shelf.kind.one if len(entries) == 1 else shelf.kind.many
    terminal.say(f"{len(entries)} {what} written to {options['file']}.")
    return 0


def _import(weir: Weir, shelf: Shelf, options: Options, terminal: Terminal) -> int:
    wanted = saved_files.load(options["file"], options["format"], shelf.kind)
    for number, values in enumerate(wanted, 1):
        for name in values:
            _must_be_known(name, shelf, f"{options['file']}, entry {number}: ")
    changes = saved.differences(shelf, wanted, exact=options["exact"])
    return _done(weir, changes, options, terminal)


def _done(
    weir: Weir, changes: Iterable[Change], options: Options, terminal: Terminal
) -> int:
    """Each change told, and made; one that is refused keeps no other from it."""
    made: list[dict[str, Any]] = []
    refused: list[str] = []
    for change in changes:
        why = "" if options["dry_run"] else _refusal(weir, change, options)
        if why:
            refused.append(f"{change.kind.one} {change.name}: {why}")
        elif not options["json"]:
            terminal.write(change.told())
        made.append(change.as_json() | {"refused": why})
    if options["json"]:
        terminal.show_json(made)
    elif not made:
        terminal.say("Nothing differs.")
    for each in refused[:-1]:
        terminal.say(f"weir: {each}")
    if refused:
        raise Problem(refused[-1], exit_code=FAILED)
    return 0


def _refusal(weir: Weir, change: Change, options: Options) -> str:
    try:
        saved.make(weir, change, sure=bool(options.get("yes")))
    except Problem as problem:
        if not problem.code:  # nobody answers: no other would be heard, either
            raise
        return str(problem)
    return ""


def read_fields(pairs: Iterable[str], shelf: Shelf) -> Values:
    """`priority=40`, as the field of that name is kept."""
    values: Values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise BadUsage(f"A field is NAME=VALUE, not {pair!r}.")
        name = name.strip().replace("-", "_")
        name = name + RATE if name + RATE in shelf.usual else name
        _must_be_known(name, shelf)
        values[name] = _read(name, text.strip(), shelf.usual[name])
    return values


def _must_be_known(name: str, shelf: Shelf, where: str = "") -> None:
    if name not in shelf.usual:
        near = did_you_mean(name, tuple(shelf.usual)) or "."
        raise BadUsage(
            f"{where}A {shelf.kind.one} has no field “{name}”{near}",
            hint=f"`weir {shelf.kind.many} show` names them.",
        )


def _read(name: str, text: str, usual: Any) -> Any:
    if isinstance(usual, str):
        return "" if text == '""' else text
    if usual is None and text.lower() in NOTHING:
        return None
    if isinstance(usual, list) or name in LISTS:
        words = [word.strip() for word in text.split(",")]
        return _yaml(name, text) if text.startswith("[") else [w for w in words if w]
    return text if usual is None else _yaml(name, text)


def _yaml(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise BadUsage(f"{name} can't be {text!r}.") from None


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return saved_files.compact(value)
