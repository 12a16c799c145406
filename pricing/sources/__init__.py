"""Where prices come from, in the order they are read."""

from __future__ import annotations

from pricing.sources.base import Source
from pricing.sources.demo import DemoPrices
from pricing.sources.genai_prices import GenaiPrices

SOURCES: tuple[Source, ...] = (GenaiPrices(), DemoPrices())
