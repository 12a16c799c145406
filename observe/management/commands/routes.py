"""`weir routes list|explain|seed|check`: how requests are routed, and why.

Parses and prints only; `proxy/setup/simulation.py`, `proxy/setup/listing.py` and
`proxy/setup/default_routes.py` do the work.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from rich.table import Table

from observe.terminal import show, show_json
from proxy.models import Route
from proxy.route.startup import BadStartupRoutes
from proxy.setup import default_routes, listing
from proxy.setup.simulation import Simulation, simulate


class Command(BaseCommand):
    help = "Show, explain, check or seed routes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        shown = verbs.add_parser("list", help="all routes, in the order they are asked")
        shown.add_argument("--search", default="")
        told = verbs.add_parser("explain", help="where a request would go, and why")
        told.add_argument("--model", default="", help="the model in its body")
        told.add_argument("--path", default="/v1/chat/completions")
        told.add_argument("--method", default="POST")
        told.add_argument("--host", default="", help="the Host header")
        seeded = verbs.add_parser("seed", help="a route for every model with a price")
        seeded.add_argument("--provider", default="", help="only this provider's")
        seeded.add_argument("--refresh", action="store_true", help="also rewrite")
        seeded.add_argument("--dry-run", action="store_true")
        checked = verbs.add_parser("check", help="find routes that can never match")
        for verb in (shown, told, seeded, checked):
            verb.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = getattr(self, f"_{options['verb']}")
        try:
            verb(options)
        except BadStartupRoutes as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        rows = listing.route_rows(options["search"])
        if options["json"]:
            show_json(self.stdout, rows)
            return
        table = Table("Route", "Kind", "Matches", "Goes to", "Sends", "Prio", "Status")
        for row in rows:
            goes_to = row["provider"] or row["upstream_url"]
            table.add_row(
                *(row["name"], row["kind"], row["match"], goes_to),
                *(row["upstream_model"], str(row["priority"]), row["status"]),
            )
        show(self.stdout, table if rows else "No routes.")

    def _explain(self, options: dict[str, Any]) -> None:
        if not options["path"].startswith("/"):
            raise CommandError("--path starts with /.")
        names = ("path", "method", "host")
        told = simulate(options["model"], **{name: options[name] for name in names})
        if options["json"]:
            show_json(self.stdout, asdict(told))
            return
        for number, step in enumerate(told.steps, 1):
            show(self.stdout, f"{number}. {step}")
        if told.error_code:
            raise CommandError(f"Refused: {told.error_code}.")
        show(self.stdout, _outcome(told))

    def _seed(self, options: dict[str, Any]) -> None:
        items = default_routes.seed_routes(
            options["provider"],
            dry_run=options["dry_run"],
            refresh=options["refresh"],
        )
        if options["json"]:
            show_json(self.stdout, [asdict(item) for item in items])
            return
        counts = Counter(item.status for item in items)
        verb = "Would do" if options["dry_run"] else "Done"
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        show(self.stdout, f"{verb}: {told or 'no prices fit an active provider'}.")

    def _check(self, options: dict[str, Any]) -> None:
        problems = []
        for route in Route.objects.select_related("provider"):
            try:
                route.full_clean()
            except ValidationError as error:
                problem = " ".join(error.messages)
                problems.append({"route": str(route), "problem": problem})
        if options["json"]:
            show_json(self.stdout, problems)
        for entry in [] if options["json"] else problems:
            line = f"{entry['route']}: {entry['problem']}"
            show(self.stdout, line)
        if problems:
            raise SystemExit(1)
        if not options["json"]:
            show(self.stdout, "Every route can match.")


def _outcome(told: Simulation) -> Table:
    table = Table(show_header=False)
    rows = {
        "Goes to": told.upstream_url,
        "Provider": told.provider,
        "Route": told.route or "–",
        "Model sent": told.upstream_model or "as asked",
        "Key": f"{told.api_key_env} ({told.api_key_state})"
        if told.api_key_env
        else "the client's own",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table
