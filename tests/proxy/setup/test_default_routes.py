from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from pricing.models import ModelPrice
from proxy.models import Provider, Route
from proxy.setup.default_routes import MANAGED_BY, PRIORITY, seed_routes
from tests.pricing.make_price import price_row

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_catalogue(db: None) -> None:
    ModelPrice.objects.all().delete()


def routes() -> dict[str, tuple[str, str]]:
    return {
        row.match: (row.provider.slug if row.provider else "", row.upstream_model)
        for row in Route.objects.select_related("provider")
    }


def test_a_price_gives_a_route_for_its_model_and_each_alias() -> None:
    price_row("grok-4", provider="x-ai", aliases=["grok", "grok-4-*", "/^g/"])
    seed_routes()
    assert routes() == {"grok-4": ("xai", ""), "grok": ("xai", "grok-4")}
    row = Route.objects.get(match="grok")
    assert (row.priority, row.managed_by, row.api_key_env) == (PRIORITY, MANAGED_BY, "")


def test_google_and_zai_get_routes_too() -> None:
    price_row("gemini-x", provider="google")
    price_row("glm-5", provider="zai")
    seed_routes()
    assert set(routes()) == {"gemini-x", "glm-5"}


def test_inactive_prices_and_providers_and_other_matches_give_none() -> None:
    price_row("a", provider="openai", active=False)
    price_row("b", provider="azure")
    price_row("c", provider="openai", match="prefix")
    price_row("d", provider="nobody")
    seed_routes()
    assert routes() == {}


def test_of_two_sellers_the_maker_comes_before_the_router_then_the_cheaper() -> None:
    price_row("m", provider="openrouter", input_usd_per_million=Decimal("0.1"))
    price_row("m", provider="groq", input_usd_per_million=Decimal(9))
    price_row("m", provider="together", input_usd_per_million=Decimal(8))
    price_row("other", provider="cerebras", aliases=["m"])
    seed_routes()
    assert routes()["m"] == ("together", "")


def test_an_openrouter_tag_also_gets_its_colon_name() -> None:
    price_row("qwen/q@groq", provider="openrouter")
    seed_routes()
    assert routes()["qwen/q:groq"] == ("openrouter", "qwen/q@groq")


def test_a_dry_run_writes_nothing_and_says_what_it_would_do() -> None:
    price_row("m", provider="openai")
    assert [item.status for item in seed_routes(dry_run=True)] == ["insert"]
    assert routes() == {}


def test_seeding_again_skips_and_refreshing_rewrites_only_its_own() -> None:
    price_row("mine", provider="openai")
    price_row("theirs", provider="openai")
    seed_routes()
    Route.objects.filter(match="mine").update(managed_by="")
    counted = Counter(item.status for item in seed_routes())
    assert counted == {"skip_user_route": 1, "skip_existing": 1}
    ModelPrice.objects.update(provider="groq")
    counted = Counter(item.status for item in seed_routes(refresh=True))
    assert counted == {"skip_user_route": 1, "update_seeded_route": 1}
    assert routes() == {"mine": ("openai", ""), "theirs": ("groq", "")}


def test_only_one_providers_routes_can_be_asked_for() -> None:
    price_row("a", provider="openai")
    price_row("b", provider="groq")
    seed_routes("groq")
    assert set(routes()) == {"b"}


def test_a_seeded_route_is_valid() -> None:
    price_row("a", provider="openai")
    seed_routes()
    Provider.objects.get(slug="openai").full_clean()
    Route.objects.get().full_clean()
