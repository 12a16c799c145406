"""Anthropic's exports: platform.claude.com, Cost and Usage, each with Export.

Costs have a line for each day, model (`Claude Sonnet 4.5`), key and type of token,
usage one with all types of token and the model's own name. The console's article:
support.claude.com/en/articles/9534590. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricing.invoices.base import InvoiceLine, amount, day_of, tokens

_INPUT = (
    "usage_input_tokens_no_cache",
    "usage_input_tokens_cache_write_5m",
    "usage_input_tokens_cache_write_1h",
    "usage_input_tokens_cache_read",
)


class AnthropicCosts:
    name = "Anthropic costs"
    provider = "anthropic"
    wants = frozenset({"usage_date_utc", "model", "cost_usd"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        return InvoiceLine(
            day=day_of(row["usage_date_utc"]),
            model=row["model"],
            api_key=row.get("api_key", ""),
            usd=amount(row["cost_usd"]),
        )


class AnthropicUsage:
    name = "Anthropic usage"
    provider = "anthropic"
    wants = frozenset({"usage_date_utc", "model_version", "usage_output_tokens"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        return InvoiceLine(
            day=day_of(row["usage_date_utc"]),
            model=row["model_version"],
            api_key=row.get("api_key", ""),
            input=tokens(row, *_INPUT),
            output=tokens(row, "usage_output_tokens"),
        )
