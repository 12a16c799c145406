"""`weir prices refresh | list | quote`: the price table from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from pricing import sync
from pricing.api import searched
from pricing.book import PriceBook
from pricing.models import ModelPrice
from pricing.quote import Quote
from pricing.rates import BUCKETS, digits, dollars
from pricing.sources import SOURCES
from pricing.usage import Usage

_COUNTS = (
    *("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"),
    *("reasoning", "input_audio", "cache_read_audio", "output_audio"),
)


class Command(BaseCommand):
    help = "Refresh the price catalogue, list prices, or quote a request."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        refresh = verbs.add_parser(
            "refresh", help="read the catalogues again; edited prices are kept"
        )
        listing = verbs.add_parser("list", help="show active prices")
        listing.add_argument("--search", default="", metavar="TEXT")
        listing.add_argument("--provider", default="", metavar="SLUG")
        listing.add_argument("--limit", type=int, default=50, metavar="N")
        quote = verbs.add_parser("quote", help="say what a request would cost, and why")
        quote.add_argument("--provider", required=True, metavar="SLUG")
        quote.add_argument("--model", required=True, metavar="NAME")
        quote.add_argument("--operation", default="chat", metavar="NAME")
        quote.add_argument("--service-tier", default="", metavar="NAME")
        for bucket in _COUNTS:
            flag = f"--{bucket.replace('_', '-')}"
            quote.add_argument(flag, type=_tokens, metavar="N", dest=bucket)
        for verb in (refresh, listing, quote):
            verb.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        verbs = {"refresh": self._refresh, "list": self._list, "quote": self._quote}
        verbs[verb](options)

    def _refresh(self, options: dict[str, Any]) -> None:
        reports = [sync.refresh(source) for source in SOURCES]
        if options["json"]:
            self._print_json([asdict(report) for report in reports])
            return
        columns = list(asdict(reports[0]))
        self._print_table(
            columns, [list(asdict(report).values()) for report in reports]
        )

    def _list(self, options: dict[str, Any]) -> None:
        rows = ModelPrice.objects.filter(active=True).order_by(
            "provider", "model", "pk"
        )
        if options["provider"]:
            rows = rows.filter(provider=options["provider"])
        if options["search"]:
            rows = rows.filter(searched(options["search"]))
        total = rows.count()
        shown = [_as_listed(row) for row in rows[: options["limit"]]]
        if options["json"]:
            self._print_json(shown)
            return
        columns = ["provider", "model", "match", "input", "cache_read", "output"]
        self._print_table(columns, [[row[name] for name in columns] for row in shown])
        self.stdout.write(f"{len(shown)} of {total} prices; USD per 1M tokens.")

    def _quote(self, options: dict[str, Any]) -> None:
        usage = Usage(**{bucket: options[bucket] for bucket in _COUNTS})
        quote = PriceBook.current().quote(
            options["provider"],
            [options["model"]],
            usage,
            timezone.now(),
            options["operation"],
            options["service_tier"],
        )
        if options["json"]:
            self._print_json(asdict(quote))
            return
        if quote.cost_usd is None:
            raise CommandError(quote.why)
        self._print_quote(quote)

    def _print_quote(self, quote: Quote) -> None:
        self.stdout.write(quote.formula)
        tier = f", tier {quote.tier}" if quote.tier else ""
        self.stdout.write(
            f"Price {quote.price_id} of {quote.provider}: {quote.model} "
            f"{quote.matched_by} {quote.price_model}{tier}."
        )
        for line in quote.lines:
            if line.note:
                self.stdout.write(line.note)

    def _print_json(self, value: object) -> None:
        self.stdout.write(json.dumps(value, indent=2, default=_as_text))

    def _print_table(self, columns: list[str], rows: list[list[Any]]) -> None:
        table = Table(*[name.replace("_", " ") for name in columns])
        for row in rows:
            table.add_row(*["–" if cell is None else str(cell) for cell in row])
        console = Console(width=None if self.stdout.isatty() else 160)
        with console.capture() as captured:
            console.print(table)
        self.stdout.write(captured.get(), ending="")


def _as_text(value: object) -> str:
    return digits(value) if isinstance(value, Decimal) else str(value)


def _tokens(text: str) -> int:
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a number of tokens")
    return int(digits)


def _as_listed(row: ModelPrice) -> dict[str, Any]:
    rates = row.rates()
    values = {
        bucket: None if (rate := getattr(rates, bucket)) is None else dollars(rate)
        for bucket in BUCKETS
    }
    return {
        "id": row.pk,
        "provider": row.provider,
        "model": row.model,
        "match": row.match,
        **values,
    }
