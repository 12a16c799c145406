"""Where prices come from, in the order they are read."""

from __future__ import annotations

from pricing.sources.base import Published, Source
from pricing.sources.genai_prices import GenaiPrices
from pricing.sources.huggingface import HuggingFace
from pricing.sources.litellm_file import LitellmFile
from pricing.sources.models_dev import ModelsDev
from pricing.sources.openrouter import OpenRouter
from pricing.sources.own import OwnPrices
from pricing.sources.own_file import OwnFile

SOURCES: tuple[Source, ...] = (GenaiPrices(), OwnPrices())
"""Read at a start; they need no network."""
PUBLISHED: tuple[Published, ...] = (
    OpenRouter(),
    HuggingFace(),
    LitellmFile(),
    ModelsDev(),
    OwnFile(),
)
"""Read when an operator asks."""
