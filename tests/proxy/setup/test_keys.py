"""Weir's own key for a provider is that of the variable it names."""

from __future__ import annotations

import pytest

from proxy.models import Provider
from proxy.setup.keys import key_of, variable_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_a_key_comes_from_the_variable_that_the_provider_names() -> None:
    Provider.objects.all().delete()
    Provider.objects.create(
        slug="router", base_url="https://router.invalid/v1", api_key_env="ROUTER_KEY"
    )
    assert variable_of("router") == "ROUTER_KEY"
    assert key_of("router", {"ROUTER_KEY": " sk-1 "}) == "sk-1"
    assert key_of("router", {}) == key_of("nobody", {"": "x"}) == key_of("") == ""
    Provider.objects.update(active=False)
    assert key_of("router", {"ROUTER_KEY": "sk-1"}) == ""
