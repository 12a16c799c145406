"""An invoice beside what was recorded: which days, models and keys differ.

Asked by `weir prices reconcile`. What was recorded comes from the figures by the hour,
so no request is read. A name of the invoice (`Claude Sonnet 4.5`, `gpt-4o-2024-08-06`)
and one that was asked for (`gpt-4o`) are one model where they have one price.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from pricing.book import PriceBook
from pricing.invoices import Invoice, InvoiceLine
from runs.models import Rollup
from runs.rollups.figures import STORED, Figures, as_stored
from runs.rollups.steps import HOUR_S

TOLERATED = Decimal("0.005")
"""Half a per cent: time zones of a clock, roundings of a price list."""
ROUNDED_USD = Decimal("0.005")
"""An export has cents: so much may each of its lines be off."""
_DATED = re.compile(r"-20\d{6}(?=:|$)")
ALL = "(all models)"
"""Of an export that isn't split by them."""
Pair = tuple[date, str]


class Finding(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    UNPRICED = "unpriced"
    """It differs, and some of what was recorded has no known cost."""
    NOT_RECORDED = "not recorded"
    NOT_INVOICED = "not invoiced"


@dataclass(slots=True)
class Compared:
    """One model on one day."""

    day: date
    model: str
    names: set[str] = field(default_factory=set)
    """As the invoice has them."""
    lines: list[InvoiceLine] = field(default_factory=list)
    recorded: Figures = field(default_factory=Figures)

    @property
    def invoiced_usd(self) -> Decimal | None:
        """None: the invoice tells tokens only, or nothing."""
        told = [line.usd for line in self.lines if line.usd is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def invoiced_tokens(self) -> int | None:
        told = [
            line.input + (line.output or 0)
            for line in self.lines
            if line.input is not None
        ]
        return sum(told) if told else None

    @property
    def difference_usd(self) -> Decimal | None:
        """Invoice less record; None where the invoice has no money."""
        if self.invoiced_usd is None:
            return None
        return self.invoiced_usd - (self.recorded.cost_usd or Decimal(0))

    @property
    def finding(self) -> Finding:
        if not self.recorded.requests:
            return Finding.NOT_RECORDED
        if not self.lines:
            return Finding.NOT_INVOICED
        if self._agrees():
            return Finding.AGREES
        return Finding.UNPRICED if self.recorded.unpriced else Finding.DIFFERS

    def _agrees(self) -> bool:
        billed, apart = self.invoiced_usd, self.difference_usd
        if billed is None or apart is None:
            tokens = self.invoiced_tokens or 0
            return abs(tokens - self.recorded.tokens) <= TOLERATED * tokens
        slack = max(TOLERATED * billed, ROUNDED_USD * len(self.lines))
        return abs(apart) <= slack


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """All of it."""

    rows: tuple[Compared, ...]
    unknown_models: tuple[str, ...]
    """On the invoice, and in no price list."""
    absent_keys: tuple[str, ...]
    """Whose lines are what is missing: they seem not to go through Weir."""

    @property
    def invoiced_usd(self) -> Decimal:
        return sum((row.invoiced_usd or Decimal(0) for row in self.rows), Decimal(0))

    @property
    def recorded_usd(self) -> Decimal:
        known = (row.recorded.cost_usd or Decimal(0) for row in self.rows)
        return sum(known, Decimal(0))

    @property
    def unpriced(self) -> int:
        return sum(row.recorded.unpriced for row in self.rows)


def reconcile(invoice: Invoice, book: PriceBook, provider: str = "") -> Reconciled:
    """The invoice's days, each model by itself; `provider` is whose requests count."""
    slug = provider or invoice.form.provider
    is_split = any(line.model for line in invoice.lines)
    name_of = _namer(book, slug) if is_split else lambda name: ALL
    rows: dict[Pair, Compared] = {}
    for line in invoice.lines:
        row = _at(rows, line.day, name_of(line.model))
        row.lines.append(line)
        row.names.add(line.model)
    if rows:
        days = [day for day, _ in rows]
        for day, model, figures in _recorded(book, slug, min(days), max(days)):
            _at(rows, day, name_of(model)).recorded.add(figures)
    ordered = tuple(rows[pair] for pair in sorted(rows))
    names = sorted({line.model for line in invoice.lines if line.model})
    return Reconciled(
        rows=ordered,
        unknown_models=tuple(n for n in names if not _match(book, slug, n)),
        absent_keys=tuple(_absent(ordered)),
    )


def _at(rows: dict[Pair, Compared], day: date, model: str) -> Compared:
    return rows.setdefault((day, model), Compared(day=day, model=model))


def _namer(book: PriceBook, slug: str) -> Callable[[str], str]:
    """The model that has the price; a name without any is itself."""
    return lambda name: _match(book, slug, name) or name.lower() or "(no model)"


def _match(book: PriceBook, slug: str, name: str) -> str:
    """ "" where none of its spellings has a price."""
    dashed = re.sub(r"[\s.]+", "-", name.strip().lower())
    for spelt in (name, _DATED.sub("", name), dashed, name.lower().replace(" ", "-")):
        if spelt and (match := book.match(slug, spelt)):
            return match.rows[0].model.lower()
    return ""


def _recorded(
    book: PriceBook, slug: str, first: date, last: date
) -> Iterable[tuple[date, str, Figures]]:
    """The hours of these days."""
    rows = Rollup.objects.filter(
        step_s=HOUR_S,
        start__gte=datetime.combine(first, time(), UTC),
        start__lt=datetime.combine(last, time(), UTC) + timedelta(days=1),
    )
    providers = rows.order_by().values_list("provider", flat=True).distinct()
    meant = [each for each in providers if book.slug_of(each) == book.slug_of(slug)]
    columns = ("start", "model", *STORED)
    found = rows.filter(provider__in=meant).values_list(*columns)
    for start, model, *told in found.iterator(5000):
        yield start.astimezone(UTC).date(), model, as_stored(told)


def _absent(rows: Iterable[Compared]) -> Iterable[str]:
    """Keys whose every line is what its day and model lack."""
    lacking: dict[str, bool] = {}
    for row in rows:
        by_key: dict[str, Decimal] = {}
        for line in row.lines:
            if line.api_key and line.usd:
                spent = by_key.get(line.api_key, Decimal(0))
                by_key[line.api_key] = spent + line.usd
        apart = row.difference_usd or Decimal(0)
        for key, usd in by_key.items():
            slack = max(TOLERATED * usd, ROUNDED_USD * len(row.lines))
            is_lacking = apart > slack and (
                row.finding is Finding.NOT_RECORDED or abs(apart - usd) <= slack
            )
            lacking[key] = lacking.get(key, True) and is_lacking
    return sorted(key for key, is_lacking in lacking.items() if is_lacking)
