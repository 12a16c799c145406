"""What a form would say of a price or a tier."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from pricing.models import ModelPrice, PriceTier


def refusal(row: ModelPrice | PriceTier) -> str:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return " ".join(refused.value.messages)
