"""`weir alerts list|add|remove|test`: asks the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from rich.table import Table

from observe.cli.terminal import Terminal
from observe.remote.client import connect

FIELDS = ("name", "condition", "where", "view", "url")


def act(options: dict[str, Any], terminal: Terminal) -> int:
    with connect(options) as weir:
        verb = options["verb"]
        if verb == "list":
            _show(weir.get("/api/alerts"), options, terminal)
            return 0
        if verb == "add":
            given = {name: options[name] for name in FIELDS if options[name]}
            told = weir.post("/api/alerts", given | {"hold_s": options["hold"]})
            _show([told], options, terminal)
            return 0
        path = f"/api/alerts/{quote(options['name'], safe='')}"
        if verb == "remove":
            weir.delete(path)
            terminal.say(f"{options['name']} is removed.")
            return 0
        made = weir.post(f"{path}/test")
    if options["json"]:
        terminal.show_json(made)
        return 0
    ways = " and ".join(each["channel"] for each in made)
    terminal.say(f"On its way by {ways}: `weir alerts list` says whether it came.")
    return 0


def _show(
    alerts: list[dict[str, Any]], options: dict[str, Any], terminal: Terminal
) -> None:
    if options["json"]:
        terminal.show_json(alerts)
        return
    if not alerts:
        terminal.say("No alerts.")
        return
    table = Table("name", "state", "value", "condition", "filter", "told", box=None)
    for each in alerts:
        state = each["problem"] or each["state"]
        last = each["deliveries"][:1]
        told = " ".join(
            f"{one['event']} {one['state']} {one['told']}".strip() for one in last
        )
        table.add_row(
            each["name"], state, each["told"], each["condition"], each["where"], told
        )
    terminal.show(table)
