"""What a form would say of a provider or a route."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from proxy.models import Provider, Route, RoutingDefaults


def problem(row: Provider | Route | RoutingDefaults) -> str:
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return " ".join(refused.value.messages)
