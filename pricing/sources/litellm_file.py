"""LiteLLM's price file: USD per token, a flat table with a name for each special case.

`input_cost_per_token_above_200k_tokens_priority` is the input rate of requests over
200,000 tokens that were served as priority. Region copies of Bedrock and entries that
aren't billed by token are left out.
https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.rates import Rates
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueTier
from pricing.sources.published_rates import MILLION, gathered, tier_above, usd
from pricing.sources.slugs import slug_named

FILE = (
    "https://raw.githubusercontent.com/BerriAI/litellm/main/"
    "model_prices_and_context_window.json"
)
SAMPLE = "sample_spec"
_BUCKETS = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "cache_read_input_image_token_cost": "cache_read_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_video_token": "output_video",
    "citation_cost_per_token": "citation",
}
_SERVED = {"batches": "batch", "flex": "flex", "priority": "priority"}
_KEY = re.compile(
    rf"({'|'.join(sorted(_BUCKETS, key=len, reverse=True))})"
    r"(?:_above_(\d+)k_tokens)?"
    rf"(?:_({'|'.join(_SERVED)}))?"
)
# Their names for APIs of one provider; other Vertex lists repeat Gemini's.
_PROVIDERS = {
    "cohere_chat": "cohere",
    "text-completion-openai": "openai",
    "bedrock_converse": "aws",
    "azure_ai": "azure",
    "dashscope": "alibaba",
}
Table = dict[int, dict[str, Decimal]]
"""Input tokens above which → bucket → rate; 0 for all."""


class LitellmFile:
    name = "litellm"
    about = "LiteLLM's price file, of nearly all providers"
    provider = ""

    def __init__(self, address: str = FILE) -> None:
        self.address = address

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        return ()

    def read(self, documents: Sequence[Any]) -> Catalogue:
        entries = (pair for document in documents for pair in document.items())
        return gathered((pair for pair in entries if _is_priced(*pair)), _rows)


def _is_priced(name: str, entry: Any) -> bool:
    if name == SAMPLE or name.startswith("bedrock/"):
        return False
    if not isinstance(entry, Mapping):
        return True  # it is named as one that can't be read
    if str(entry.get("litellm_provider", "")).startswith("vertex_ai"):
        return False
    return any(_KEY.fullmatch(key) for key in entry) or "tiered_pricing" in entry


def _rows(name: str, entry: Mapping[str, Any]) -> Iterator[CataloguePrice]:
    told = str(entry["litellm_provider"])
    provider = _PROVIDERS.get(told) or slug_named(told)
    head, slash, rest = name.partition("/")
    model = rest if slash and head in (told, "azure_ai", "cohere_chat") else name
    for served, table in _tables(entry).items():
        key = f"{provider}/{model}" + (f"~{served}" if served else "")
        base, tiers = _split(table)
        if base.input is None and base.output is None and not tiers:
            continue
        yield CataloguePrice(
            key=key,
            provider=provider,
            model=model,
            rates=base,
            tiers=tiers,
            service_tier=served,
            source_url=str(entry.get("source") or ""),
        )


def _tables(entry: Mapping[str, Any]) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for key, value in entry.items():
        if (found := _KEY.fullmatch(key)) is None:
            continue
        word, above, served = found.groups()
        rate, bucket = usd(value, MILLION), _BUCKETS[word]
        # 0 for a write to the cache says that nobody bills one.
        if rate is None or (bucket.startswith("cache_write") and not rate):
            continue
        table = tables.setdefault(_SERVED.get(served or "", ""), {})
        table.setdefault(int(above or 0) * 1000, {})[bucket] = rate
    for step in entry.get("tiered_pricing", ()):
        start = int(step["range"][0])
        own = {_BUCKETS[k]: usd(v, MILLION) for k, v in step.items() if k in _BUCKETS}
        steps = tables.setdefault("", {}).setdefault(start, {})
        steps.update({k: v for k, v in own.items() if v is not None})
    return tables


def _split(table: Table) -> tuple[Rates, tuple[CatalogueTier, ...]]:
    """The rates of all requests, and those of larger ones."""
    starts = sorted(start for start in table if start)
    ends: list[int | None] = [*starts[1:], None]
    tiers = [
        tier_above(start, Rates(**table[start]), end)
        for start, end in zip(starts, ends, strict=False)
    ]
    return Rates(**table.get(0, {})), tuple(tiers)
