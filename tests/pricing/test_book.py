"""The prices in memory: providers, fallbacks, and staying up to date."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from pricing.book import PriceBook
from pricing.models import ModelPrice, PriceRevision, PriceTier
from pricing.quote import Quote
from pricing.usage import Usage
from tests.pricing.make_price import price_row, tier_row

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOME = Usage(input=1000, output=100)


def _quote(book: PriceBook, provider: str, *models: str) -> Quote:
    return book.quote(provider, models, SOME, NOON)


@pytest.mark.parametrize(
    ("provider", "model", "row"),
    [
        ("openai", "gpt-4o-2024-08-06", "gpt-4o"),
        ("openai", "openai/gpt-4o", "gpt-4o"),
        ("openai", "gpt-5.2-20251211", "gpt-5.2"),
        ("anthropic", "claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("google", "models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("gemini", "gemini-2.5-pro", "gemini-2.5-pro"),
        ("azure", "gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("xai", "grok-3-mini", "grok-3-mini"),
        ("x-ai", "grok-3-mini", "grok-3-mini"),
        ("moonshotai", "kimi-k2.5", "kimi-k2.5"),
        ("openrouter", "openai/gpt-4o@azure", "openai/gpt-4o"),
        ("openrouter", "openai/gpt-4o:nitro", "openai/gpt-4o"),
        ("huggingface", "openai/gpt-oss-120b:novita", "openai/gpt-oss-120b"),
        ("litellm", "anthropic/claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("demo", "weir-demo", "weir-demo"),
        ("api.openai.com", "gpt-4o", "gpt-4o"),
        ("api.x.ai", "grok-3-mini", "grok-3-mini"),
        ("my-team.openai.azure.com", "gpt-4o", "gpt-4o"),
        ("router.huggingface.co", "openai/gpt-oss-120b:novita", "openai/gpt-oss-120b"),
    ],
)
def test_a_model_finds_its_price(
    seeded_book: PriceBook, provider: str, model: str, row: str
) -> None:
    quote = _quote(seeded_book, provider, model)
    assert quote.status == "priced"
    assert quote.price_id is not None
    price = ModelPrice.objects.get(pk=quote.price_id)
    assert price.model.removesuffix("-2024-08-06") == row


@pytest.mark.parametrize(
    ("provider", "model", "why"),
    [
        ("ollama", "llama3:8b", "There are no prices for the provider ollama."),
        ("vllm", "openai/gpt-4o", "There are no prices for the provider vllm."),
        ("llm.example.com", "gpt-4o", "no prices for the provider llm.example.com"),
        ("openai", "my-own-model", "No price of openai matches my-own-model."),
        ("huggingface", "openai/gpt-oss-120b", "No price of huggingface matches"),
        ("huggingface", "openai/gpt-oss-120b:nowhere", "No price of huggingface"),
        ("litellm", "claude-sonnet-4-5", "No price of litellm matches"),
        ("", "gpt-4o", "The provider of this request is not known."),
        ("openai", "", "No price of openai matches an unnamed model."),
    ],
)
def test_an_unknown_price_stays_unknown(
    seeded_book: PriceBook, provider: str, model: str, why: str
) -> None:
    quote = _quote(seeded_book, provider, model)
    assert (quote.status, quote.cost_usd, quote.lines) == ("no_price", None, ())
    assert why in quote.why


def test_without_counts_there_is_no_cost(seeded_book: PriceBook) -> None:
    quote = seeded_book.quote("openai", ["gpt-4o"], Usage(), NOON)
    assert (quote.status, quote.cost_usd) == ("no_usage", None)
    assert (quote.provider, quote.model) == ("openai", "gpt-4o")


def test_the_sent_model_is_tried_after_the_response_model(
    seeded_book: PriceBook,
) -> None:
    quote = _quote(seeded_book, "openai", "secret-snapshot", "gpt-4o-mini")
    assert (quote.status, quote.model) == ("priced", "gpt-4o-mini")
    quote = _quote(seeded_book, "openai", "gpt-4o", "gpt-4o-mini")
    assert quote.model == "gpt-4o"


def test_a_cached_quote_is_quick(seeded_book: PriceBook) -> None:
    usage = Usage(input=900, cache_read=100, output=300)
    models = ["gpt-4o-2024-08-06", "gpt-4o"]
    seeded_book.quote("openai", models, usage, NOON)
    rounds = []
    for _ in range(5):
        begin = time.thread_time()
        for _ in range(200):
            seeded_book.quote("openai", models, usage, NOON)
        rounds.append((time.thread_time() - begin) / 200)
    assert min(rounds) < 60e-6


@pytest.mark.django_db
def test_a_stored_price_quotes_with_its_tiers() -> None:
    price = price_row(cache_read_usd_per_million=Decimal("0.5"))
    tier_row(price, 1001, None, input_usd_per_million=Decimal(4), label="long")
    book = PriceBook.load()
    small = book.quote("acme", ["m-1"], Usage(input=1000, output=1), NOON)
    large = book.quote(
        "acme", ["m-1"], Usage(input=901, cache_read=100, output=1), NOON
    )
    assert small.formula == "1,000 × $2.00/M + 1 × $10.00/M = $0.00201"
    assert large.formula == ("901 × $4.00/M + 100 × $0.50/M + 1 × $10.00/M = $0.003664")
    assert large.tier == "long"


@pytest.mark.django_db
def test_an_inactive_price_is_not_used() -> None:
    price_row(active=False)
    assert _quote(PriceBook.load(), "acme", "m-1").status == "no_price"


@pytest.mark.django_db
def test_a_price_of_the_future_is_not_used_yet() -> None:
    price_row(valid_from=date(2027, 1, 1))
    book = PriceBook.load()
    assert _quote(book, "acme", "m-1").status == "no_price"
    later = datetime(2027, 1, 1, tzinfo=UTC)
    assert book.quote("acme", ["m-1"], SOME, later).status == "priced"


@pytest.mark.django_db
def test_the_current_book_is_kept_until_a_price_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    price = price_row()
    book = PriceBook.current()
    with django_assert_num_queries(1):
        assert PriceBook.current() is book
    price.input_usd_per_million = Decimal(3)
    price.save()
    assert _quote(PriceBook.current(), "acme", "m-1").cost_usd == Decimal("0.004")


RAW_EDITS = [
    "UPDATE pricing_modelprice SET input_usd_per_million = 7",
    "DELETE FROM pricing_pricetier",
    "UPDATE pricing_pricetier SET label = 'x'",
    "INSERT INTO pricing_priceprovider (slug, name, names, api_pattern, fallbacks,"
    " host_prefix, takes_prefix, is_edited)"
    " VALUES ('x', '', '[]', '', '[]', '', false, false)",
]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", RAW_EDITS)
def test_even_raw_sql_renews_the_revision(statement: str) -> None:
    tier_row(price_row(), 100, None)
    before = PriceRevision.objects.get().token
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert PriceRevision.objects.get().token != before


@pytest.mark.django_db
def test_adding_and_deleting_renews_the_revision() -> None:
    tokens = []
    for change in (
        price_row,
        lambda: tier_row(ModelPrice.objects.get(provider="acme"), 5, None),
        lambda: PriceTier.objects.all().delete(),
        lambda: ModelPrice.objects.all().delete(),
    ):
        change()
        tokens.append(PriceRevision.objects.get().token)
    assert len(set(tokens)) == 4


@pytest.mark.django_db
def test_a_providers_prices_are_read_when_they_are_first_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    price_row()
    book = PriceBook.load()
    with django_assert_num_queries(2):  # the rows, and their tiers
        assert _quote(book, "acme", "m-1").status == "priced"
    with django_assert_num_queries(0):
        assert _quote(book, "acme", "m-1").status == "priced"
        assert _quote(book, "nobody", "m-1").status == "no_price"
