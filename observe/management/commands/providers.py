"""`weir providers list|test SLUG`: the upstreams, and whether they answer."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.table import Table

from observe.terminal import show, show_json
from proxy.models import Provider
from proxy.setup import health, listing


class Command(BaseCommand):
    help = "Show providers, or ask them for a sign of life."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        shown = verbs.add_parser("list", help="all providers")
        shown.add_argument("--search", default="")
        tested = verbs.add_parser("test", help="ask one for its models, with its key")
        tested.add_argument("slug", help="a provider, or `all` for every active one")
        for verb in (shown, tested):
            verb.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['verb']}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        rows = listing.provider_rows(options["search"])
        if options["json"]:
            show_json(self.stdout, rows)
            return
        table = Table("Slug", "Name", "Base URL", "Key", "State", "Routes")
        for row in rows:
            key = f"{row['api_key_env']} ({row['api_key_state']})"
            table.add_row(
                *(row["slug"], row["name"], row["base_url"]),
                key if row["api_key_env"] else "–",
                "active" if row["active"] else "off",
                str(row["route_count"] or ""),
            )
        show(self.stdout, table if rows else "No providers.")

    def _test(self, options: dict[str, Any]) -> None:
        slug = options["slug"]
        found = Provider.objects.active() if slug == "all" else _named(slug)
        results = [health.check(provider.as_value()) for provider in found]
        if options["json"]:
            show_json(self.stdout, [asdict(result) for result in results])
        for result in [] if options["json"] else results:
            took = "" if result.latency_ms is None else f" {result.latency_ms:.0f} ms"
            line = f"{result.provider}: {result.state}{took}. {result.message}"
            show(self.stdout, line)
        if any(result.state is not health.State.OK for result in results):
            raise SystemExit(1)


def _named(slug: str) -> list[Provider]:
    found = Provider.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(f"There is no provider “{slug}”.")
    return [found]
