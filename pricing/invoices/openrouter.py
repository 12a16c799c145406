"""OpenRouter's exports: openrouter.ai/activity, a line a generation or a line a day.

Times are UTC. What one's own key paid elsewhere (`byok_usage_inference`) is not billed
here. A day's columns are the fields of `GET /api/v1/activity`
(openrouter.ai/docs/api-reference/get-user-activity). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricing.invoices.base import InvoiceLine, amount, day_of, tokens


class OpenRouterGenerations:
    name = "OpenRouter activity"
    provider = "openrouter"
    wants = frozenset({"generation_id", "created_at", "cost_total"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        variant = row.get("variant", "")
        suffix = f":{variant}" if variant not in ("", "standard") else ""
        return InvoiceLine(
            day=day_of(row["created_at"]),
            model=row["model_permaslug"] + suffix,
            api_key=row.get("api_key_name", ""),
            usd=amount(row["cost_total"]),
            input=tokens(row, "tokens_prompt"),
            output=tokens(row, "tokens_completion"),
            requests=1,
        )


class OpenRouterDays:
    name = "OpenRouter activity by day"
    provider = "openrouter"
    wants = frozenset({"date", "model", "usage"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        return InvoiceLine(
            day=day_of(row["date"]),
            model=row["model"],
            usd=amount(row["usage"]),
            input=tokens(row, "prompt_tokens"),
            output=tokens(row, "completion_tokens"),
            requests=tokens(row, "requests"),
        )
