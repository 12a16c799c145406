"""Tables of the `pricing` room."""

from __future__ import annotations

from pricing.models.catalogue import PriceProvider, PriceRevision, PriceSource
from pricing.models.model_price import ModelPrice
from pricing.models.price_import import PriceImport, PriceImportRow, PriceOffer
from pricing.models.price_tier import PriceTier

__all__ = [
    "ModelPrice",
    "PriceImport",
    "PriceImportRow",
    "PriceOffer",
    "PriceProvider",
    "PriceRevision",
    "PriceSource",
    "PriceTier",
]
