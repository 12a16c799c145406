"""OpenRouter's list of models, and the endpoints that serve one.

`GET /api/v1/models` has a price for each model, `…/models/{id}/endpoints` one for each
host, as USD per token in texts; -1 is "it depends". A host's row is `MODEL@TAG`, also
found as `MODEL:TAG`.
https://openrouter.ai/docs/api-reference/list-available-models and …/list-endpoints
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pricing.sources.base import Catalogue, CataloguePrice
from pricing.sources.published_rates import MILLION, gathered, rates, usd

MODELS = "https://openrouter.ai/api/v1/models"
PROVIDER = "openrouter"
_BUCKETS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "audio": "input_audio",
    "internal_reasoning": "reasoning",
}
# A price for one image or one token of it, which the list doesn't tell apart, and what
# its own `usage.cost` has in it.
_ONLY_TOLD = ("image", "image_output", "web_search", "input_audio_cache")


class OpenRouter:
    name = "openrouter"
    about = "OpenRouter's models, and what each host takes"
    provider = PROVIDER

    def __init__(self, address: str = MODELS) -> None:
        self.address = address

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        """The hosts of the wanted models."""
        ids = [str(model["id"]) for model in first["data"]]
        return [
            f"{self.address}/{each}/endpoints"
            for each in ids
            if wanted(f"{PROVIDER}/{each}")
        ]

    def read(self, documents: Sequence[Any]) -> Catalogue:
        return gathered(_entries(documents), _rows)


def _entries(documents: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        data = document["data"]
        if isinstance(data, list):
            yield from ((str(model["id"]), model) for model in data)
            continue
        for endpoint in data["endpoints"]:
            name = f"{data['id']}@{endpoint['tag']}"
            yield name, {**endpoint, "host_of": data["id"], "name": data.get("name")}


def _rows(name: str, entry: Mapping[str, Any]) -> Iterator[CataloguePrice]:
    pricing = entry["pricing"]
    told = rates(pricing, _BUCKETS, MILLION)
    if told.is_empty:
        return
    per_request = usd(pricing.get("request"))
    base = entry.get("host_of", "")
    yield CataloguePrice(
        key=f"{PROVIDER}/{name}",
        provider=PROVIDER,
        model=name,
        aliases=(f"{base}:{entry['tag']}",) if base else (),
        display_name=str(entry.get("name") or ""),
        rates=told,
        request_usd=per_request or None,
        source_url=f"https://openrouter.ai/{base or name.partition(':')[0]}",
        notes=_notes(pricing),
    )


def _notes(pricing: Mapping[str, Any]) -> str:
    others = [f"{name} {pricing[name]}" for name in _ONLY_TOLD if pricing.get(name)]
    return f"Not counted by Weir: {', '.join(others)}." if others else ""
