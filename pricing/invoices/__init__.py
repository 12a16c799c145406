"""What providers say they bill, as their consoles export it: told by its header.

`runs/measure/invoices.py` compares it with what was recorded. To add one: a module with
such a class, and its line in `FORMATS`. Pure.
"""

from __future__ import annotations

import csv
import io

from pricing.invoices.anthropic import AnthropicCosts, AnthropicUsage
from pricing.invoices.base import Invoice, InvoiceFormat, InvoiceLine
from pricing.invoices.openai import OpenAICosts, OpenAIUsage
from pricing.invoices.openrouter import OpenRouterDays, OpenRouterGenerations

__all__ = ["FORMATS", "Invoice", "InvoiceLine", "UnknownInvoiceError", "read_invoice"]

FORMATS: tuple[InvoiceFormat, ...] = (
    OpenAICosts(),
    OpenAIUsage(),
    AnthropicCosts(),
    AnthropicUsage(),
    OpenRouterGenerations(),
    OpenRouterDays(),
)


class UnknownInvoiceError(ValueError):
    """Its text says what was looked for."""


def read_invoice(text: str) -> Invoice:
    """The lines of an export; those that can't be read are named, not dropped."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    header = frozenset(rows.fieldnames or ())
    form = next((each for each in FORMATS if each.wants <= header), None)
    if form is None:
        known = "; ".join(f"{f.name}: {', '.join(sorted(f.wants))}" for f in FORMATS)
        raise UnknownInvoiceError(f"Its header is of no export known here ({known}).")
    lines: list[InvoiceLine] = []
    unread = []
    for number, row in enumerate(rows, start=2):
        try:
            line = form.line({k: v or "" for k, v in row.items() if k})
        except (ArithmeticError, KeyError, TypeError, ValueError):
            unread.append(f"Line {number} can't be read.")
            continue
        if line is not None:
            lines.append(line)
    return Invoice(form=form, lines=tuple(lines), unread=tuple(unread))
