"""One line of an invoice, whoever wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """What one model was billed for on a day (UTC)."""

    day: date
    model: str
    """As the provider writes it there."""
    api_key: str = ""
    """Its name or id at the provider; never the key itself."""
    usd: Decimal | None = None
    """None: it tells tokens only."""
    input: int | None = None
    """All input tokens, cached ones too."""
    output: int | None = None
    requests: int | None = None


class InvoiceFormat(Protocol):
    """How one console's export is read."""

    name: str
    provider: str
    """Whose requests are meant."""
    wants: frozenset[str]
    """Columns that tell it from all others."""

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        """None: nothing was billed. Raises for what can't be read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An export as it was read."""

    form: InvoiceFormat
    lines: tuple[InvoiceLine, ...]
    unread: tuple[str, ...] = ()


def amount(text: str) -> Decimal:
    """`$1,234.50`; raises for what is none."""
    found = Decimal(text.strip().lstrip("$").replace(",", ""))
    if not found.is_finite():
        raise ValueError(text)
    return found


def tokens(row: Mapping[str, str], *names: str) -> int:
    """The sum of these columns; an empty one is 0."""
    return sum(int(Decimal(row.get(name, "").strip() or 0)) for name in names)


def day_of(text: str) -> date:
    """The UTC day of a date, a time or a number of seconds."""
    told = text.strip()
    if told.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(told), UTC).date()
    if len(told) == len("2026-10-31"):
        return date.fromisoformat(told)
    moment = datetime.fromisoformat(told)
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
