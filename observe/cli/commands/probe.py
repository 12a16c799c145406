"""`weir probe MODEL`: small requests through a running Weir, and what came of them."""

from __future__ import annotations

from typing import Any

from observe import formats
from observe.cli.terminal import Terminal
from observe.cli.verbs.probe import KINDS
from observe.problem import BadUsage
from observe.remote.client import Weir, connect
from observe.remote.runs import Row
from observe.remote.tables import plain_table, short

SHOWN = 120


def act(options: dict[str, Any], terminal: Terminal) -> int:
    if not (options["model"] or options["provider"]):
        raise BadUsage("Name a model, or a provider that needs none.")
    kinds = KINDS if options["kind"] == "all" else (options["kind"],)
    with connect(options) as weir:
        told = [_asked(weir, kind, options) for kind in kinds]
    if options["json"]:
        terminal.show_json(told)
    else:
        _show(kinds, told, terminal)
    return int(not all(each["ok"] for each in told))


def _asked(weir: Weir, kind: str, options: dict[str, Any]) -> Row:
    names = ("model", "provider", "prompt")
    body = {name: options[name] for name in names}
    return dict(weir.post("/api/try", body | {"kind": kind}))


def _show(kinds: tuple[str, ...], told: list[Row], terminal: Terminal) -> None:
    table = plain_table("Try", "Status", "Time", "Request", "Where to", "Answer")
    for kind, each in zip(kinds, told, strict=True):
        words = each["error"] or ", ".join(each["tool_calls"]) or each["text"]
        table.add_row(
            kind,
            str(each["status"] or "no answer"),
            formats.duration(each["duration_ms"]),
            short(each["id"]),
            each["upstream_url"],
            " ".join(words.split())[:SHOWN],
        )
    terminal.show(table)
