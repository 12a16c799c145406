"""`weir prices …`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from observe.problem import Problem
from pricing.models import ModelPrice
from tests.observe.cli.commands.told import weir
from tests.pricing.catalogue import seeded_catalogue
from tests.pricing.make_price import price_row


@pytest.fixture(scope="module")
def _catalogue(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    with seeded_catalogue(django_db_blocker):
        yield


@pytest.fixture
def seeded(_catalogue: None, db: None) -> None:
    """The whole catalogue; what a test changes in it is undone."""


def _run(*arguments: str) -> str:
    told = weir("prices", *arguments)
    return told.out + told.err


def _json(*arguments: str) -> Any:
    return json.loads(weir("prices", *arguments, "--json").out)


def test_refresh_tells_what_it_did(seeded: None) -> None:
    edited = ModelPrice.objects.get(source_key="openai/gpt-4o")
    edited.is_edited, edited.input_usd_per_million = True, Decimal(1)
    edited.save()
    report = _json("refresh")[0]
    assert (report["source"], report["kept"], report["created"]) == (
        "genai-prices",
        1,
        0,
    )
    edited.refresh_from_db()
    assert edited.input_usd_per_million == 1


def test_refresh_prints_a_table(seeded: None) -> None:
    text = _run("refresh")
    assert "genai-prices" in text
    assert "unchanged" in text
    assert "1 break a rule: `weir prices check` names them." in text


@pytest.mark.django_db
def test_list_shows_active_prices() -> None:
    price = price_row("needle-1", provider="acme", service_tier="batch")
    price_row("needle-2", provider="acme", active=False)
    (row,) = _json("list", "--search", "needle")
    assert (row["model"], row["input"], row["cache_read"]) == (
        "needle-1",
        "$2.00",
        None,
    )
    assert (row["service_tier"], row["valid_from"]) == ("batch", None)
    text = _run("list", "--provider", "acme")
    assert f"{price.pk} " in text
    assert "batch" in text
    assert "1 of 1 prices; USD per 1M tokens." in text


@pytest.mark.django_db
def test_quote_shows_the_formula_and_the_row() -> None:
    price = price_row("gpt", match="prefix")
    text = _run(
        *("quote", "--provider", "acme", "--model", "gpt-9"),
        *("--input", "1,000", "--cache-read", "5", "--output", "10"),
    )
    assert "1,000 × $2.00/M + 5 × $2.00/M + 10 × $10.00/M = $0.00211" in text
    assert f"Price {price.pk} of acme: gpt-9 prefix gpt." in text
    assert "No cache read rate is published: billed at the input rate." in text


@pytest.mark.django_db
def test_a_quote_without_a_price_fails_with_the_reason() -> None:
    with pytest.raises(Problem, match="no prices for the provider nobody"):
        _run(
            "quote",
            "--provider",
            "nobody",
            "--model",
            "m",
            *["--input", "1", "--output", "1"],
        )


@pytest.mark.django_db
def test_a_quote_is_also_json() -> None:
    price_row()
    quote = _json(
        "quote", "--provider", "acme", "--model", "m-1", "--input", "1", "--output", "0"
    )
    assert (quote["status"], quote["cost_usd"]) == ("priced", "0.000002")


def test_a_wrong_count_is_refused() -> None:
    with pytest.raises(Problem, match="'-1' is not a number of tokens"):
        _run("quote", "--provider", "a", "--model", "m", "--input=-1")
