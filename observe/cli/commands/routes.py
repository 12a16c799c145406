"""`weir routes list|explain|seed|check|add|…`: how requests are routed, and why.

Prints only; `proxy/setup/simulation.py`, `proxy/setup/listing.py` and
`proxy/setup/default_routes.py` do the work.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from rich.table import Table

from observe.cli.commands import saved
from observe.cli.terminal import Terminal
from observe.cli.verbs.saving import SAVING
from observe.problem import BadUsage, Problem
from observe.remote.address import is_named
from observe.remote.client import connect
from observe.remote.runs import pages
from observe.remote.tables import fact_table, plain_table
from proxy.models import Route
from proxy.route.startup import BadStartupRoutes
from proxy.setup import default_routes, listing
from proxy.setup.simulation import Simulation, simulate
from proxy.table import snapshot


def act(options: dict[str, Any], terminal: Terminal) -> int:
    if options["verb"] in SAVING:
        return saved.act("routes", options, terminal)
    verbs = {"list": _list, "explain": _explain, "seed": _seed, "check": _check}
    try:
        return verbs[options["verb"]](options, terminal)
    except BadStartupRoutes as error:
        raise Problem(str(error)) from None


def _list(options: dict[str, Any], terminal: Terminal) -> int:
    rows = _rows(options)
    if options["json"]:
        terminal.show_json(rows)
        return 0
    if not rows:
        terminal.say("No routes.")
        return 0
    table = plain_table(
        *("Route", "Kind", "Matches", "Provider", "Goes to"),
        *("Sends", "Prio", "Status"),
    )
    for row in rows:
        table.add_row(
            *(row["name"], row["kind"], row["match"]),
            *(row["provider"] or "–", row["upstream_url"]),
            *(row["upstream_model"], str(row["priority"]), row["status"]),
        )
    terminal.show(table)
    return 0


def _rows(options: dict[str, Any]) -> list[dict[str, Any]]:
    if not is_named(options, os.environ):
        return listing.route_rows(options["search"])
    with connect(options) as weir:
        query = {"search": options["search"], "limit": 100}
        return list(pages(weir, "/api/routes", query))


def _explain(options: dict[str, Any], terminal: Terminal) -> int:
    if not options["path"].startswith("/"):
        raise BadUsage("--path starts with /.")
    names = ("path", "method", "host", "key")
    told = simulate(options["model"], **{name: options[name] for name in names})
    if options["json"]:
        terminal.show_json(asdict(told))
        return 0
    for number, step in enumerate(told.steps, 1):
        terminal.show(f"{number}. {step}")
    if told.error_code:
        raise Problem(f"Refused: {told.error_code}.")
    terminal.show(_outcome(told))
    return 0


def _seed(options: dict[str, Any], terminal: Terminal) -> int:
    items = default_routes.seed_routes(
        options["provider"],
        dry_run=options["dry_run"],
        refresh=options["refresh"],
    )
    if options["json"]:
        terminal.show_json([asdict(item) for item in items])
        return 0
    counts = Counter(item.status for item in items)
    verb = "Would do" if options["dry_run"] else "Done"
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    terminal.show(f"{verb}: {told or 'no prices fit an active provider'}.")
    return 0


def _check(options: dict[str, Any], terminal: Terminal) -> int:
    problems = []
    known = snapshot.load()
    for route in Route.objects.select_related("provider"):
        try:
            route.full_clean()
        except ValidationError as error:
            problem = " ".join(error.messages)
            problems.append({"route": str(route), "problem": problem})
    for rule in known.rules:  # those of the start as well
        for model in rule.on_failure:
            if known.rule_for(model) is None:
                problem = f"When it fails, “{model}” is to be asked: no route takes it."
                problems.append({"route": rule.name, "problem": problem})
    if options["json"]:
        terminal.show_json(problems)
        return int(bool(problems))
    for entry in problems:
        terminal.show(f"{entry['route']}: {entry['problem']}")
    if not problems:
        terminal.show("Every route can match.")
    return int(bool(problems))


def _outcome(told: Simulation) -> Table:
    facts = {
        "Goes to": told.upstream_url,
        "Provider": told.provider,
        "Route": told.route or "–",
        "Model sent": told.upstream_model or "as asked",
        "Key": told.key_sent,
    }
    return fact_table(facts)
