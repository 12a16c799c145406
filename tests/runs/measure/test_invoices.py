"""Invoices beside what was recorded: exports of three consoles, days in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.book import PriceBook
from pricing.invoices import UnknownInvoiceError, read_invoice
from pricing.quote import Quote
from pricing.rates import digits
from pricing.usage import Usage
from runs import store
from runs.measure.invoices import Finding, Reconciled, reconcile
from tests import make
from tests.pricing.catalogue import empty_tables
from tests.pricing.make_price import price_row

SAVED = Path(__file__).parents[2] / "pricing" / "cases" / "invoices"
OPENAI_COSTS = (SAVED / "openai_costs.csv").read_text()
OPENAI_USAGE = (SAVED / "openai_usage.csv").read_text()
ANTHROPIC_COSTS = (SAVED / "anthropic_costs.csv").read_text()
ANTHROPIC_USAGE = (SAVED / "anthropic_usage.csv").read_text()
OPENROUTER = (SAVED / "openrouter.csv").read_text()
OPENROUTER_DAYS = (SAVED / "openrouter_days.csv").read_text()


@pytest.fixture
def book(db: None) -> PriceBook:
    empty_tables()
    price_row("gpt-4o", provider="openai", aliases=["gpt-4o-2024-*"])
    price_row("gpt-5-nano", provider="openai")
    names = ["claude-sonnet-4-5-*", "claude-sonnet-4.5"]
    price_row("claude-sonnet-4-5", provider="anthropic", aliases=names)
    price_row("deepseek/deepseek-v4.1-flash", provider="openrouter")
    return PriceBook.load()


def _recorded(day: int, hour: int, provider: str, model: str, usd: str | None) -> None:
    quote = Quote(
        status="priced" if usd else "no_price",
        cost_usd=Decimal(usd) if usd else None,
        provider=provider,
        model=model,
    )
    record = make.record(
        started_at=datetime(2026, 11, day, hour, 30, tzinfo=UTC),
        provider=provider,
        model=model,
        quote=quote,
        usage=Usage(input=500, cache_read=400, output=100),
    )
    store.write([record], {})


def _found(found: Reconciled) -> list[tuple[int, str, str, str]]:
    return [
        (row.day.day, row.model, _text(row.difference_usd), row.finding.value)
        for row in found.rows
    ]


def _text(usd: Decimal | None) -> str:
    return "–" if usd is None else digits(usd)


def test_an_openai_invoice_day_by_day(book: PriceBook) -> None:
    _recorded(1, 9, "openai", "gpt-4o", "0.6")
    _recorded(1, 23, "openai", "gpt-4o-2024-08-06", "0.4")
    _recorded(2, 0, "openai", "gpt-4o", "0.9")
    _recorded(2, 1, "openai", "gpt-4o", None)
    _recorded(2, 2, "openai", "gpt-5-nano", "0.01")
    _recorded(2, 2, "anthropic", "gpt-4o", "5")
    _recorded(3, 0, "openai", "gpt-4o", "7")
    invoice = read_invoice(OPENAI_COSTS)
    assert invoice.unread == ("Line 7 can't be read.",)
    found = reconcile(invoice, book)
    assert _found(found) == [
        (1, "gpt-4o", "0", Finding.AGREES.value),
        (1, "gpt-5-nano", "2", Finding.NOT_RECORDED.value),
        (2, "gpt-4o", "0.2", Finding.UNPRICED.value),
        (2, "gpt-5-nano", "–", Finding.NOT_INVOICED.value),
    ]
    assert (found.absent_keys, found.unpriced) == (("key_ci",), 1)
    assert (found.invoiced_usd, found.recorded_usd) == (
        Decimal("4.10"),
        Decimal("1.91"),
    )


def test_an_export_that_is_not_split_by_models_is_compared_by_day(
    book: PriceBook,
) -> None:
    _recorded(1, 9, "openai", "gpt-4o", "0.6")
    _recorded(1, 9, "openai", "gpt-5-nano", "0.4")
    header, *_ = OPENAI_COSTS.splitlines()
    line = "1793491200,1793577600,x,y,1.00,usd,,,,,,,org,,O,a@example.com,"
    found = reconcile(read_invoice(f"{header}\n{line}\n"), book)
    assert _found(found) == [(1, "(all models)", "0", "agrees")]
    assert found.unknown_models == ()


def test_usage_without_money_is_compared_by_tokens(book: PriceBook) -> None:
    _recorded(1, 9, "openai", "gpt-4o", None)
    _recorded(1, 10, "openai", "gpt-4o", None)
    (row,) = reconcile(read_invoice(OPENAI_USAGE), book).rows
    assert (row.invoiced_tokens, row.recorded.tokens) == (2000, 2000)
    assert (row.finding, row.difference_usd) == (Finding.AGREES, None)
    _recorded(1, 11, "anthropic", "claude-sonnet-4-5", None)
    _recorded(1, 12, "anthropic", "claude-sonnet-4-5", None)
    (row,) = reconcile(read_invoice(ANTHROPIC_USAGE), book).rows
    assert (row.model, row.finding) == ("claude-sonnet-4-5", Finding.AGREES)


def test_anthropics_names_for_people_and_one_nobody_knows(book: PriceBook) -> None:
    _recorded(1, 9, "anthropic", "claude-sonnet-4-5-20250929", "1.006")
    found = reconcile(read_invoice(ANTHROPIC_COSTS), book)
    assert [(row.model, row.finding) for row in found.rows] == [
        ("claude-sonnet-4-5", Finding.AGREES),  # by cents, as its lines are rounded
        ("claude opus 9", Finding.NOT_RECORDED),
    ]
    assert found.unknown_models == ("Claude Opus 9",)


def test_openrouters_two_exports(book: PriceBook) -> None:
    _recorded(1, 23, "openrouter", "deepseek/deepseek-v4.1-flash", "0.9")
    found = reconcile(read_invoice("\ufeff" + OPENROUTER), book)
    assert _found(found) == [
        (1, "deepseek/deepseek-v4.1-flash", "0.1", "differs"),
        (2, "deepseek/deepseek-v4.1-flash", "0.5", "not recorded"),
    ]
    assert found.absent_keys == ()
    (row,) = reconcile(read_invoice(OPENROUTER_DAYS), book).rows
    assert (row.finding, row.lines[0].requests) == (Finding.DIFFERS, 1)


def test_another_table_is_refused_with_what_is_known() -> None:
    with pytest.raises(UnknownInvoiceError, match="OpenAI costs: amount_value"):
        read_invoice("a,b\n1,2\n")
    with pytest.raises(UnknownInvoiceError):
        read_invoice("")
