"""`weir prices …`: prices from the command line; larger verbs have files beside it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rich.table import Table

from observe.cli.commands import backfill, catalogues, invoices, price_checks, saved
from observe.cli.terminal import Terminal
from observe.cli.verbs.saving import SAVING
from observe.problem import Problem
from observe.remote.tables import plain_table
from pricing import sync
from pricing.api import searched
from pricing.book import PriceBook
from pricing.catalogues.auditing import broken_prices
from pricing.models import ModelPrice
from pricing.quote import Quote
from pricing.rates import BUCKETS, digits, dollars
from pricing.sources import SOURCES
from pricing.usage import COUNTS, Usage


def act(options: dict[str, Any], terminal: Terminal) -> int:
    if options["verb"] in SAVING:
        return saved.act("prices", options, terminal)
    if options["verb"] == "backfill":
        return backfill.act(options, terminal)
    verbs = {
        **{"refresh": _refresh, "list": _list, "quote": _quote},
        **{"preview": catalogues.preview, "apply": catalogues.apply},
        **{"undo": catalogues.undo, "check": price_checks.act},
        "reconcile": invoices.act,
    }
    verbs[options["verb"]](options, terminal)
    return 0


def _refresh(options: dict[str, Any], terminal: Terminal) -> None:
    reports = [asdict(sync.refresh(source)) for source in SOURCES]
    if options["json"]:
        terminal.show_json(_as_json(reports))
    else:
        terminal.show(_table(list(reports[0]), reports))
        if broken := sum(1 for _ in broken_prices()):
            terminal.say(f"{broken:,} break a rule: `weir prices check` names them.")


def _list(options: dict[str, Any], terminal: Terminal) -> None:
    rows = ModelPrice.objects.filter(active=True).order_by("provider", "model", "pk")
    if options["provider"]:
        rows = rows.filter(provider=options["provider"])
    if options["search"]:
        rows = rows.filter(searched(options["search"]))
    total = rows.count()
    shown = [_as_listed(row) for row in rows[: options["limit"]]]
    if options["json"]:
        terminal.show_json(_as_json(shown))
        return
    columns = ["id", "provider", "model", "match", "service_tier", "valid_from"]
    columns += ["input", "cache_read", "output"]
    if shown:
        terminal.show(_table(columns, shown))
    terminal.say(f"{len(shown)} of {total} prices; USD per 1M tokens.")


def _quote(options: dict[str, Any], terminal: Terminal) -> None:
    counts = {bucket: options[bucket] for bucket in COUNTS}
    quote = _quoted(options, counts)
    if quote.status == "no_usage":
        # Which tokens are missing says little where no price is known at all.
        whole = _quoted(options, {name: each or 0 for name, each in counts.items()})
        quote = whole if whole.status == "no_price" else quote
    if options["json"]:
        terminal.show_json(_as_json(asdict(quote)))
        return
    if quote.cost_usd is None:
        raise Problem(quote.why)
    _print_quote(quote, terminal)


def _quoted(options: dict[str, Any], counts: dict[str, int | None]) -> Quote:
    return PriceBook.current().quote(
        options["provider"],
        [options["model"]],
        Usage().with_parts(counts),
        timezone.now(),
        options["operation"],
        options["service_tier"],
    )


def _print_quote(quote: Quote, terminal: Terminal) -> None:
    terminal.write(quote.formula)
    tier = f", tier {quote.tier}" if quote.tier else ""
    terminal.write(
        f"Price {quote.price_id} of {quote.provider}: {quote.model} "
        f"{quote.matched_by} {quote.price_model}{tier}."
    )
    for line in quote.lines:
        if line.note:
            terminal.write(line.note)


def _table(columns: list[str], rows: list[dict[str, Any]]) -> Table:
    table = plain_table(*[name.replace("_", " ") for name in columns])
    for row in rows:
        cells = [row[name] for name in columns]
        table.add_row(*["–" if cell is None else str(cell) for cell in cells])
    return table


def _as_json(value: Any) -> Any:
    """Money as text with all its digits."""
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    return digits(value) if isinstance(value, Decimal) else value


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
        # What tells apart several rows of one model.
        "service_tier": row.service_tier or None,
        "valid_from": row.valid_from and row.valid_from.isoformat(),
        **values,
    }
