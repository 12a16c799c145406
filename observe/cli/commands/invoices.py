"""`weir prices reconcile`: an invoice beside what was recorded.

Called by `observe/cli/commands/prices.py`; `runs/measure/invoices.py` compares.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from observe import formats
from observe.cli.terminal import Terminal
from observe.problem import Problem
from observe.remote.tables import plain_table
from pricing.book import PriceBook
from pricing.invoices import Invoice, UnknownInvoiceError, read_invoice
from pricing.rates import digits
from runs.measure.invoices import Compared, Finding, Reconciled, reconcile


def act(options: dict[str, Any], terminal: Terminal) -> None:
    invoice = _invoice(options["file"])
    found = reconcile(invoice, PriceBook.current(), options["provider"])
    rows = [
        row for row in found.rows if options["all"] or row.finding is not Finding.AGREES
    ]
    if options["json"]:
        terminal.show_json(_as_json(invoice, found, rows))
        return
    if rows:
        table = plain_table(
            *("day", "model", "invoice", "recorded", "difference", "finding")
        )
        for row in rows:
            table.add_row(*_cells(row))
        terminal.show(table)
    terminal.write(_summary(invoice, found))
    for line in _remarks(invoice, found):
        terminal.say(line)


def _invoice(name: str) -> Invoice:
    try:
        return read_invoice(Path(name).read_text("utf-8"))
    except UnknownInvoiceError as error:
        raise Problem(f"{name}: {error}") from None
    except UnicodeDecodeError:
        raise Problem(f"{name} is no text in UTF-8.") from None


def _cells(row: Compared) -> tuple[str, ...]:
    apart = row.difference_usd
    if apart is None and row.lines:
        told = f"{row.invoiced_tokens or 0:,} tokens"
        known = f"{row.recorded.tokens:,} tokens"
        gap = f"{(row.invoiced_tokens or 0) - row.recorded.tokens:+,}"
    else:
        told, known = _usd(row.invoiced_usd), _usd(row.recorded.cost_usd)
        gap = "–" if apart is None else f"{_usd(apart)}{_percent(row)}"
    finding = row.finding.value
    if row.recorded.unpriced:
        finding += f", {row.recorded.unpriced:,} unpriced"
    return str(row.day), row.model, told, known, gap, finding


def _usd(amount: Decimal | None) -> str:
    if amount is None:
        return "–"
    return f"-{formats.usd(-amount)}" if amount < 0 else formats.usd(amount)


def _percent(row: Compared) -> str:
    billed, apart = row.invoiced_usd, row.difference_usd
    return f" ({apart / billed * 100:+.1f} %)" if billed and apart is not None else ""


def _summary(invoice: Invoice, found: Reconciled) -> str:
    agree = sum(row.finding is Finding.AGREES for row in found.rows)
    return (
        f"{invoice.form.name}: {len(invoice.lines):,} lines,"
        f" {_usd(found.invoiced_usd)} invoiced, {_usd(found.recorded_usd)} recorded;"
        f" {agree:,} of {len(found.rows):,} days and models agree."
    )


def _remarks(invoice: Invoice, found: Reconciled) -> list[str]:
    said = [f"{name}: no price list has it." for name in found.unknown_models]
    said += [
        f"Key {key}: what it was billed for is what is missing here; its requests seem"
        " not to go through Weir."
        for key in found.absent_keys
    ]
    if found.unpriced:
        said.append(f"{found.unpriced:,} recorded requests have no known cost.")
    return [*said, *invoice.unread]


def _as_json(
    invoice: Invoice, found: Reconciled, rows: list[Compared]
) -> dict[str, Any]:
    return {
        "format": invoice.form.name,
        "lines": len(invoice.lines),
        "unread": invoice.unread,
        "invoiced_usd": digits(found.invoiced_usd),
        "recorded_usd": digits(found.recorded_usd),
        "unpriced": found.unpriced,
        "unknown_models": found.unknown_models,
        "absent_keys": found.absent_keys,
        "rows": [
            {
                "day": str(row.day),
                "model": row.model,
                "invoiced_as": sorted(row.names),
                "keys": sorted({line.api_key for line in row.lines if line.api_key}),
                "invoiced_usd": _text(row.invoiced_usd),
                "recorded_usd": _text(row.recorded.cost_usd),
                "difference_usd": _text(row.difference_usd),
                "invoiced_tokens": row.invoiced_tokens,
                "recorded_tokens": row.recorded.tokens,
                "requests": row.recorded.requests,
                "unpriced": row.recorded.unpriced,
                "finding": row.finding.value,
            }
            for row in rows
        ],
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else digits(amount)
