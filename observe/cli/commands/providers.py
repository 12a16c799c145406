"""`weir providers list|test|add|…`: the upstreams, and whether they answer."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import Any

from observe.cli.commands import saved
from observe.cli.terminal import Terminal
from observe.cli.verbs.saving import SAVING
from observe.problem import Problem
from observe.remote.address import is_named
from observe.remote.client import connect
from observe.remote.tables import plain_table
from proxy.models import Provider
from proxy.schemas import HealthState
from proxy.setup import health, listing


def act(options: dict[str, Any], terminal: Terminal) -> int:
    if options["verb"] in SAVING:
        return saved.act("providers", options, terminal)
    if options["verb"] == "test":
        return _test(options, terminal)
    _list(options, terminal)
    return 0


def _list(options: dict[str, Any], terminal: Terminal) -> None:
    rows = _rows(options)
    if options["json"]:
        terminal.show_json(rows)
        return
    if not rows:
        terminal.say("No providers.")
        return
    table = plain_table("Slug", "Name", "Base URL", "Key", "State", "Routes")
    for row in rows:
        key = f"{row['api_key_env']} ({row['api_key_state']})"
        table.add_row(
            *(row["slug"], row["name"], row["base_url"]),
            key if row["api_key_env"] else "–",
            "active" if row["active"] else "off",
            str(row["route_count"] or ""),
        )
    terminal.show(table)


def _rows(options: dict[str, Any]) -> list[dict[str, Any]]:
    if not is_named(options, os.environ):
        return listing.provider_rows(options["search"])
    with connect(options) as weir:
        return list(weir.get("/api/providers", {"search": options["search"]}))


def _test(options: dict[str, Any], terminal: Terminal) -> int:
    slug = options["slug"]
    found = Provider.objects.active() if slug == "all" else _named(slug)
    results = [health.look_at(provider) for provider in found]
    if options["json"]:
        terminal.show_json([asdict(result) for result in results])
    for result in [] if options["json"] else results:
        took = "" if result.latency_ms is None else f" {result.latency_ms:.0f} ms"
        terminal.show(f"{result.provider}: {result.state}{took}. {result.message}")
    return int(any(result.state is not HealthState.OK for result in results))


def _named(slug: str) -> list[Provider]:
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise Problem(
            f"There is no provider “{slug}”.",
            hint="`weir providers list` shows them all.",
        )
    return [found]
