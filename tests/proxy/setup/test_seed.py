from __future__ import annotations

import pytest

from proxy.exchange import Dialect
from proxy.models import Provider, SeededProvider
from proxy.setup.seed import bundled, seed_providers

pytestmark = pytest.mark.django_db


def test_a_fresh_database_knows_every_bundled_provider() -> None:
    slugs = {block["slug"] for block in bundled()}
    assert set(Provider.objects.values_list("slug", flat=True)) == slugs
    assert {"openai", "anthropic", "google", "openrouter", "ollama", "demo"} <= slugs


@pytest.mark.parametrize("block", bundled(), ids=lambda block: str(block["slug"]))
def test_each_bundled_provider_is_valid(block: dict[str, object]) -> None:
    row = Provider.objects.get(slug=block["slug"])
    row.full_clean()
    assert set(row.wire_formats) <= set(Dialect)
    assert row.key_use == "missing"  # a client's own key is never dropped by default


def test_a_deletion_sticks() -> None:
    Provider.objects.filter(slug="openai").delete()
    assert seed_providers() == []
    assert not Provider.objects.filter(slug="openai").exists()


def test_an_edit_is_never_overwritten() -> None:
    Provider.objects.filter(slug="openai").update(base_url="http://mine.example/v1")
    seed_providers()
    assert Provider.objects.get(slug="openai").base_url == "http://mine.example/v1"


def test_an_upgrade_brings_what_was_never_offered() -> None:
    Provider.objects.filter(slug="groq").delete()
    SeededProvider.objects.filter(slug="groq").delete()
    assert seed_providers() == ["groq"]


def test_an_operators_own_row_of_a_new_slug_is_left_alone() -> None:
    Provider.objects.filter(slug="groq").update(base_url="http://mine.example")
    SeededProvider.objects.filter(slug="groq").delete()
    assert seed_providers() == []
    assert Provider.objects.get(slug="groq").base_url == "http://mine.example"
    assert SeededProvider.objects.filter(slug="groq").exists()
