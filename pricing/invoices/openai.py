"""OpenAI's exports: platform.openai.com, Usage, Export: costs, or a kind of usage.

The columns are the fields of `GET /v1/organization/costs` and `…/usage/completions`
(platform.openai.com/docs/api-reference/usage), `amount` and `results` laid flat; costs
are by `line_item`, such as `gpt-5-nano, input`, where they are grouped so. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from pricing.invoices.base import InvoiceLine, amount, day_of, tokens


class OpenAICosts:
    name = "OpenAI costs"
    provider = "openai"
    wants = frozenset({"start_time", "amount_value", "line_item"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        if not row["amount_value"].strip():
            return None  # a day without any
        if (row.get("amount_currency") or "usd").lower() != "usd":
            raise ValueError(row["amount_currency"])
        return InvoiceLine(
            day=day_of(row["start_time"]),
            model=row["line_item"].partition(",")[0].strip(),
            api_key=row.get("api_key_id", ""),
            usd=amount(row["amount_value"]),
        )


class OpenAIUsage:
    name = "OpenAI usage"
    provider = "openai"
    wants = frozenset({"start_time", "input_tokens", "num_model_requests"})

    def line(self, row: Mapping[str, str]) -> InvoiceLine | None:
        if not row["num_model_requests"].strip():
            return None
        return InvoiceLine(
            day=day_of(row["start_time"]),
            model=row.get("model", ""),
            api_key=row.get("api_key_id", ""),
            input=tokens(row, "input_tokens"),
            output=tokens(row, "output_tokens"),
            requests=tokens(row, "num_model_requests"),
        )
