"""What providers are called elsewhere, and what Weir calls them.

Read from `pricing/data/providers.toml` by the sources of this folder.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PROVIDERS = Path(__file__).resolve().parent.parent / "data" / "providers.toml"


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Slug → what is known of it beside the catalogue."""
    return tomllib.loads(PROVIDERS.read_text("utf-8"))


def slug_of(catalogue_id: str) -> str:
    """Weir's slug for a provider of genai-prices: `x-ai` is `xai`."""
    for slug, entry in entries().items():
        if entry.get("catalogue") == catalogue_id:
            return slug
    return catalogue_id


def slug_named(name: str) -> str:
    """The same for what any other catalogue calls it: `amazon-bedrock` is `aws`."""
    spelt = name.strip().lower().replace("_", "-")
    for slug, entry in entries().items():
        if spelt in (entry.get("catalogue"), *entry.get("names", ())):
            return slug
    return spelt
