"""`weir alerts …`: asks the API."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from rich.table import Table
from rich.text import Text

from observe.cli.terminal import Terminal
from observe.printable import one_line
from observe.problem import Problem
from observe.remote.client import Weir, connect
from observe.remote.tables import plain_table

FIELDS = ("name", "condition", "where", "view", "url")
ANSWER_S = 45.0
"""What a test waits for its receivers: they have 10 s, the process its own pace."""
Act = Callable[[Weir, dict[str, Any], Terminal], int]


def act(options: dict[str, Any], terminal: Terminal) -> int:
    with connect(options) as weir:
        return ACTS[options["verb"]](weir, options, terminal)


def _list(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    return _show(weir.get("/api/alerts"), options, terminal)


def _add(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    told = weir.post("/api/alerts", _given(options, FIELDS))
    return _show([told], options, terminal)


def _change(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    given = _given(options, FIELDS[1:])
    if options["rename"]:
        given["name"] = options["rename"]
    if not given:
        raise Problem("Nothing is to be changed.", hint="say what, as --hold 60.")
    return _show([weir.patch(_path(options), given, tag="*")], options, terminal)


def _given(options: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """What the words say; what they leave out stays as it is."""
    given = {name: options[name] for name in fields if options[name] is not None}
    numbers = {"hold_s": options["hold"], "min_requests": options["min_requests"]}
    given |= {name: number for name, number in numbers.items() if number is not None}
    if options["secret"]:
        given["secret"] = sys.stdin.readline().strip()
    return given


def _remove(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    weir.delete(_path(options), tag="*")
    terminal.say(f"{options['name']} is removed.")
    return 0


def _pause(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    is_active = options["verb"] == "resume"
    told = weir.patch(_path(options), {"active": is_active}, tag="*")
    return _show([told], options, terminal)


def _preview(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    asked = {"condition": options["condition"], "where": options["where"] or ""}
    numbers = {"hold_s": options["hold"], "min_requests": options["min_requests"]}
    asked |= {name: number for name, number in numbers.items() if number is not None}
    told = weir.post("/api/alerts/preview", {**asked, "day": True})
    if options["json"]:
        terminal.show_json(told)
        return 0
    now = "broken" if told["is_broken"] else "kept"
    terminal.write(f"{told['condition']}: {told['told']} now, which is {now}.")
    terminal.write(f"{told['requests']:,} requests in the window.")
    times = "once" if told["fired"] == 1 else f"{told['fired']:,} times"
    terminal.write(f"In the last day it would have fired {times}.")
    return 0


def _test(weir: Weir, options: dict[str, Any], terminal: Terminal) -> int:
    """1 where a receiver didn't take it at the first attempt."""
    sent = {each["id"] for each in weir.post(f"{_path(options)}/test")}
    deadline = time.monotonic() + ANSWER_S
    while True:
        newest = weir.get(_path(options))["deliveries"]
        found = [each for each in newest if each["id"] in sent]
        is_told = all(each["told"] for each in found)
        if is_told or time.monotonic() > deadline:
            break
        time.sleep(0.3)
    if options["json"]:
        terminal.show_json(found)
    else:
        for each in found:
            told = each["told"] or "nothing yet; is weir serve running?"
            terminal.write(f"{each['channel']}: {told}")
    return 0 if all(each["state"] == "delivered" for each in found) else 1


def _path(options: dict[str, Any]) -> str:
    return f"/api/alerts/{quote(options['name'], safe='')}"


def _show(
    alerts: list[dict[str, Any]], options: dict[str, Any], terminal: Terminal
) -> int:
    if options["json"]:
        terminal.show_json(alerts)
    elif not alerts:
        terminal.say("No alerts.")
    else:
        terminal.show(_table(alerts))
    return 0


def _table(alerts: list[dict[str, Any]]) -> Table:
    table = plain_table("Name", "State", "Value", "Condition", "Filter", "Told")
    for each in alerts:
        state = each["problem"] or each["state"]
        # The newest of each way: one that is well hides none that is dead.
        newest = {one["channel"]: one for one in reversed(each["deliveries"])}
        told = (
            one_line(f"{way}: {one['event']} {one['state']} {one['told']}".strip())
            for way, one in newest.items()
        )
        cells = (each["name"], state, each["told"], each["condition"], each["where"])
        table.add_row(*cells, Text("\n".join(told)))
    return table


ACTS: dict[str, Act] = {
    "list": _list,
    "add": _add,
    "change": _change,
    "preview": _preview,
    "test": _test,
    "pause": _pause,
    "resume": _pause,
    "remove": _remove,
}
