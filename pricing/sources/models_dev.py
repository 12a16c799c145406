"""models.dev: USD per 1M tokens of the models of some 130 providers.

`cost.tiers` are of larger requests, `experimental.modes` of other ways to be served.
https://models.dev/api.json, https://github.com/sst/models.dev
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pricing.serving import served_as
from pricing.sources.base import Catalogue, CataloguePrice, CatalogueTier
from pricing.sources.huggingface import PROVIDER as HUGGING_FACE
from pricing.sources.published_rates import gathered, rates, tier_above
from pricing.sources.slugs import slug_named

_BUCKETS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cache_write": "cache_write_5m",
    "reasoning": "reasoning",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}
_LEGACY_START = 200_000


class ModelsDev:
    name = "models.dev"
    about = "the open database of models, of nearly all providers"
    provider = ""

    def __init__(self, address: str = "https://models.dev/api.json") -> None:
        self.address = address

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        return ()

    def read(self, documents: Sequence[Any]) -> Catalogue:
        return gathered(_entries(documents), _rows)


def _entries(documents: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for document in documents:
        for provider, entry in document.items():
            # Its one price for a model there is of no host in particular.
            if provider == HUGGING_FACE:
                continue
            for name, model in entry["models"].items():
                if model.get("cost"):
                    page = entry.get("doc", "")
                    yield f"{slug_named(provider)}/{name}", {**model, "doc": page}


def _rows(key: str, model: Mapping[str, Any]) -> Iterator[CataloguePrice]:
    provider, _, name = key.partition("/")
    row = CataloguePrice(
        key=key,
        provider=provider,
        model=name,
        display_name=str(model.get("name") or ""),
        rates=rates(model["cost"], _BUCKETS),
        tiers=tuple(_tiers(model["cost"])),
        source_url=str(model.get("doc") or ""),
    )
    yield row
    for mode in model.get("experimental", {}).get("modes", {}).values():
        body = mode.get("provider", {}).get("body", {})
        served = served_as(body.get("service_tier"), body.get("speed"))
        if served and mode.get("cost"):
            yield replace(
                row,
                key=f"{key}~{served}",
                service_tier=served,
                rates=rates(mode["cost"], _BUCKETS),
                tiers=tuple(_tiers(mode["cost"])),
            )


def _tiers(cost: Mapping[str, Any]) -> Iterator[CatalogueTier]:
    """The older `context_over_200k` stands for any start; where both stand, `tiers`."""
    steps = [
        (int(step["tier"]["size"]), step)
        for step in cost.get("tiers", ())
        if step["tier"]["type"] == "context"
    ]
    if not steps and (legacy := cost.get("context_over_200k")):
        steps = [(_LEGACY_START, legacy)]
    steps.sort(key=lambda step: step[0])
    ends: list[int | None] = [*(start for start, _ in steps[1:]), None]
    for (start, step), end in zip(steps, ends, strict=False):
        yield tier_above(start, rates(step, _BUCKETS), end)
