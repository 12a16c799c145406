"""The Hugging Face router's list of models: USD per 1M tokens of each host.

A request for `MODEL:PROVIDER` is priced by that host's row, one for `MODEL` by the
cheapest one's: the router's answer doesn't tell whom it took.
https://huggingface.co/docs/inference-providers/hub-api#list-openai-compatible-models
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.rates import Rates
from pricing.sources.base import Catalogue, CataloguePrice
from pricing.sources.published_rates import gathered, rates

PROVIDER = "huggingface"
HOSTED = "huggingface_"
"""Before a host's name: the slug of its prices, as `host_prefix` in providers.toml."""
_BUCKETS = {"input": "input", "output": "output"}


class HuggingFace:
    name = "huggingface"
    about = "the Hugging Face router's models, by host"
    provider = PROVIDER

    def __init__(
        self, address: str = "https://router.huggingface.co/v1/models"
    ) -> None:
        self.address = address

    def more(self, first: Any, wanted: Callable[[str], bool]) -> Sequence[str]:
        return ()

    def read(self, documents: Sequence[Any]) -> Catalogue:
        models = (model for document in documents for model in document["data"])
        return gathered(((str(model["id"]), model) for model in models), _rows)


def _rows(name: str, model: Mapping[str, Any]) -> Iterator[CataloguePrice]:
    hosts = {
        str(host["provider"]): rates(host["pricing"], _BUCKETS)
        for host in model.get("providers", ())
        if host.get("pricing") and host.get("status") != "error"
    }
    for host, told in hosts.items():
        yield _row(f"{PROVIDER}/{name}:{host}", HOSTED + host, name, told)
    cheapest = min(hosts, key=lambda host: _total(hosts[host]), default="")
    if cheapest:
        note = f"Of {cheapest}, the cheapest; the router may have taken another."
        told = hosts[cheapest]
        yield _row(f"{PROVIDER}/{name}", PROVIDER, name, told, note)


def _row(
    key: str, provider: str, name: str, told: Rates, notes: str = ""
) -> CataloguePrice:
    return CataloguePrice(
        key=key,
        provider=provider,
        model=name,
        aliases=(f"{name}:cheapest",) if notes else (),
        rates=told,
        source_url=f"https://huggingface.co/{name}",
        notes=notes,
    )


def _total(told: Rates) -> Decimal:
    """What hosts are compared by: a token in and a token out."""
    return (told.input or Decimal(0)) + (told.output or Decimal(0))
