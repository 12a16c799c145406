"""`weir views list|save|delete`: named filters of the request list."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from observe.cli.terminal import Terminal
from observe.remote.client import connect
from observe.remote.tables import plain_table


def act(options: dict[str, Any], terminal: Terminal) -> int:
    with connect(options) as weir:
        if options["verb"] == "list":
            _show(weir.get("/api/views"), options, terminal)
            return 0
        path = f"/api/views/{quote(options['name'], safe='')}"
        if options["verb"] == "delete":
            weir.delete(path)
            terminal.say(f"{options['name']} is deleted.")
            return 0
        hidden = [name for name in options["hide"].split(",") if name]
        told = weir.put(
            path,
            {"hidden": hidden} | {name: options[name] for name in ("where", "order")},
        )
    _show([told], options, terminal)
    return 0


def _show(
    views: list[dict[str, Any]], options: dict[str, Any], terminal: Terminal
) -> None:
    if options["json"]:
        terminal.show_json(views)
        return
    if not views:
        terminal.say("No views.")
        return
    table = plain_table("Name", "Filter", "Address")
    for view in views:
        table.add_row(view["name"], view["where"], view["address"])
    terminal.show(table)
