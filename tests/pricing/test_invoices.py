"""Each export is told by its header; its days, amounts and tokens are read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.invoices import FORMATS, read_invoice
from pricing.invoices.anthropic import AnthropicCosts, AnthropicUsage
from pricing.invoices.base import InvoiceFormat, amount, day_of, tokens
from pricing.invoices.openai import OpenAICosts, OpenAIUsage
from pricing.invoices.openrouter import OpenRouterDays, OpenRouterGenerations

SAVED = Path(__file__).parent / "cases" / "invoices"
FILES: dict[str, type[InvoiceFormat]] = {
    "openai_costs": OpenAICosts,
    "openai_usage": OpenAIUsage,
    "anthropic_costs": AnthropicCosts,
    "anthropic_usage": AnthropicUsage,
    "openrouter": OpenRouterGenerations,
    "openrouter_days": OpenRouterDays,
}


@pytest.mark.parametrize("name", FILES)
def test_a_header_tells_whose_it_is(name: str) -> None:
    found = read_invoice((SAVED / f"{name}.csv").read_text())
    assert isinstance(found.form, FILES[name])
    assert {line.day.isoformat()[:7] for line in found.lines} == {"2026-11"}
    fitting = [form for form in FORMATS if form.wants <= set(found.form.wants)]
    assert fitting == [found.form]


def test_days_amounts_and_tokens() -> None:
    assert day_of("2026-11-01") == day_of("1793491200") == date(2026, 11, 1)
    assert day_of("2026-11-01T23:30:00-02:00") == date(2026, 11, 2)
    assert day_of("2026-11-01 23:59:59.713") == date(2026, 11, 1)
    assert amount(" $1,234.50 ") == Decimal("1234.50")
    assert tokens({"a": "3.0", "b": ""}, "a", "b", "c") == 3
    with pytest.raises(ValueError, match="NaN"):
        amount("NaN")
