"""`weir resend`: captured requests sent again by a running server."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import Progress

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import BadUsage
from observe.remote import filters, resend
from observe.remote.client import Weir, connect
from observe.remote.resend import Item, Result


def act(options: dict[str, Any], terminal: Terminal) -> int:
    query = filters.query(options)
    if not options["what"] and not query:
        raise BadUsage("Name a request, a file or a filter.")
    wish = {
        "to": options["to"],
        "model": options["as_model"],
        "run": options["in_run"],
        "dry_run": options["dry_run"],
        "wait": False,
    }
    with connect(options) as weir:
        items = resend.chosen(weir, options["what"], query, options["limit"], wish)
        results = _watched(weir, items, options, terminal)
    _report(items, results, options, terminal)
    return int(any(_is_bad(each) for each in results))


def _watched(
    weir: Weir, items: list[Item], options: dict[str, Any], terminal: Terminal
) -> list[Result]:
    console = Console(file=terminal.err)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("sending again", total=len(items))
        return resend.send(
            weir,
            items,
            at_once=options["parallel"],
            speed=options["speed"],
            told=lambda: progress.advance(task),
        )


def _is_bad(each: Result) -> bool:
    return bool(each.error) or (each.after is not None and not each.after["success"])


def _report(
    items: list[Item],
    results: list[Result],
    options: dict[str, Any],
    terminal: Terminal,
) -> None:
    if options["json"]:
        terminal.show_json(resend.as_json(results))
        return
    if not results:
        terminal.say("No requests.")
        return
    terminal.show(resend.table(results))
    if options["dry_run"]:
        cost = formats.usd(resend.known_cost(items))
        terminal.say(f"Nothing was sent. When captured they cost {cost}.")
