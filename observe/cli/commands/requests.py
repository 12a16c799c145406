"""`weir requests list|show|tail`: captured requests, asked from a server."""

from __future__ import annotations

import sys
from typing import Any

from observe.cli.terminal import Terminal
from observe.printable import for_terminal
from observe.remote import filters, requests, runs
from observe.remote.client import Weir, connect
from observe.remote.tables import RequestTable, request_facts, request_line
from runs.filters.orders import ORDER


def act(options: dict[str, Any], terminal: Terminal) -> int:
    verbs = {"list": _list, "show": _show, "tail": _tail}
    with connect(options) as weir:
        verbs[options["verb"]](weir, options, terminal)
    return 0


def _list(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    query = filters.query(options) | {"limit": min(options["limit"], 200)}
    query |= {ORDER: options[ORDER]} if options[ORDER] else {}
    rows = runs.take(runs.pages(weir, "/api/requests", query), options["limit"])
    if options["json"]:
        terminal.show_json(rows)
    elif rows:
        terminal.show(RequestTable(rows))
    else:
        terminal.say("No requests.")


def _show(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    if options["body"]:
        with requests.body(weir, options["id"], options["body"]) as pieces:
            for piece in for_terminal(pieces, sys.stdout):
                sys.stdout.buffer.write(piece)
        return
    row = requests.find(weir, options["id"])
    if options["json"]:
        terminal.show_json(row)
    else:
        terminal.show(request_facts(row))


def _tail(weir: Weir, options: dict[str, Any], terminal: Terminal) -> None:
    for row in requests.follow(weir, filters.query(options), options["last"]):
        if options["json"]:
            terminal.write(requests.as_line(row))
        else:
            terminal.show(request_line(row))
        terminal.out.flush()
