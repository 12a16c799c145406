"""Where prices come from, in the order they are read."""

from __future__ import annotations

from pricing.sources.base import Source
from pricing.sources.genai_prices import GenaiPrices
from pricing.sources.own import OwnPrices

SOURCES: tuple[Source, ...] = (GenaiPrices(), OwnPrices())
