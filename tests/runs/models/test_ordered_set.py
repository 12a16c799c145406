"""`ordered_set.py`: lists in the order of a column, whole and without gaps."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.quote import Quote
from pricing.usage import Usage
from runs import store
from runs.filters import BadFilter
from runs.filters.orders import FIRST, NEWEST, ORDERS, Order, read_order
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, ordered_set, paged_set
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import ExchangeRecord
from runs.text import patience
from runs.text.said import OftenSaid, Saying, Way, Ways
from tests import make

pytestmark = pytest.mark.django_db
WHERES = ("", "model:gpt-5* -status:500", "after:2026-01-01", "model:none")
SHOWN = ("time-asc", "cost-desc", "ttft-asc", "status-asc", "model-desc")


def mixed(count: int) -> Iterator[ExchangeRecord]:
    """Few different values, so that ties are many, and some that have none."""
    chance = random.Random(7)
    for _ in range(count):
        cost = chance.choice([None, Decimal("0.01"), Decimal("0.02"), Decimal("1.5")])
        yield make.record(
            model=chance.choice(["gpt-5", "gpt-5-mini", "claude-5"]),
            provider=chance.choice(["openai", "anthropic"]),
            status=chance.choice([200, 404, 500]),
            duration_ms=chance.choice([10.0, 20.0, 30.5]),
            ttft_ms=chance.choice([None, 1.0, 2.0]),
            temperature=chance.choice([None, 0.1, 0.9]),
            max_tokens=chance.choice([None, 100, 4096]),
            usage=Usage(input=chance.choice([1, 10, 100]), output=1),
            quote=Quote(status="priced" if cost else "no_price", cost_usd=cost),
        )


@pytest.fixture
def requests() -> CapturedRequestQuerySet:
    store.write(list(mixed(40)), {})
    return CapturedRequest.objects.all()


def slowly(found: CapturedRequestQuerySet, order: Order) -> list[int]:
    """Every row, sorted here."""
    column = order.column or "pk"
    rows = [(getattr(row, column), row.pk) for row in found.order_by()]
    known = [row for row in rows if row[0] is not None]
    return [pk for _, pk in sorted(known, reverse=order.is_down)]


def there_and_back(found: CapturedRequestQuerySet, order: Order) -> list[list[int]]:
    """What paging shows on its way down, and on its way up again."""
    page = found.listed(order, size=7)
    assert not page.has_newer
    down, last = [row.pk for row in page.rows], page
    while page.has_older:
        page = found.listed(order, after=page.oldest, size=7)
        down += [row.pk for row in page.rows]
        last = page if page.rows else last
    page, up = last, [row.pk for row in last.rows]
    while page.has_newer:
        page = found.listed(order, before=page.newest, size=7)
        up = [row.pk for row in page.rows] + up
    return [down, up]


@pytest.mark.parametrize(
    "bounds",
    [
        {},
        {"FIRST_LOOK": 3},
        {"FIRST_LOOK": 3, "FEW": 2},
        {"FIRST_LOOK": 3, "MANY": 2, "LONGEST_LOOK": 11},
        {"FIRST_LOOK": 3, "PATIENCE_S": -1, "LONGEST_LOOK": 11},
    ],
    ids=["walked", "sorted", "known by id", "in parts", "in haste"],
)
def test_every_row_is_shown_once_in_order_there_and_back(
    requests: CapturedRequestQuerySet,
    bounds: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However a page is read: by the order's index or by the filter's."""
    monkeypatch.setattr(patience, "STEPS", 1)
    for name, bound in bounds.items():
        monkeypatch.setattr(ordered_set, name, bound)
    for order in map(read_order, SHOWN):
        for where in WHERES:
            found = RequestFilter.from_query({"where": where}).apply(requests)
            if not order.column and where.startswith("after"):
                continue  # such a list goes by start
            assert there_and_back(found, order) == [slowly(found, order)] * 2


def test_rows_that_come_while_paging_do_not_shift_the_pages(
    requests: CapturedRequestQuerySet,
) -> None:
    dearest = ORDERS["cost-desc"]
    wanted = slowly(requests, dearest)
    first = requests.listed(dearest, size=5)
    dear = Quote(status="priced", cost_usd=Decimal(9))
    store.write([make.record(quote=dear) for _ in range(4)], {})
    second = requests.listed(dearest, after=first.oldest, size=5)
    assert [row.pk for row in [*first.rows, *second.rows]] == wanted[:10]


def test_an_edge_that_stands_in_no_such_list_shows_nothing(
    requests: CapturedRequestQuerySet,
) -> None:
    unpriced = requests.filter(cost_usd=None)[0].pk
    for edge in (unpriced, 10**9):
        assert requests.listed(ORDERS["cost-desc"], after=edge).rows == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="reads SQLite's plans")
@pytest.mark.parametrize("text", ORDERS)
def test_an_order_is_read_from_its_index(
    requests: CapturedRequestQuerySet, text: str
) -> None:
    order, edge = ORDERS[text], requests.filter(cost_usd__gt=0, ttft_ms__gt=0)[0]
    narrowed = RequestFilter.from_query({"where": "model:gpt-5 -status:404"})
    for found in (requests, narrowed.apply(requests)):
        for after in (None, edge.pk):
            with CaptureQueriesContext(connection) as queries:
                found.listed(order, after=after)
            plans = [plan_of(each["sql"]) for each in queries.captured_queries]
            index = f"request_by_{order.name}"
            assert not order.column or any(index in plan for plan in plans), plans
            assert not any("TEMP B-TREE" in plan for plan in plans), plans


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "; ".join(row[3] for row in cursor.fetchall())


def test_an_order_is_told_by_its_name() -> None:
    assert read_order("") is read_order(" time-desc ") is NEWEST
    assert read_order("cost-asc").opposite == FIRST["cost"]
    assert not NEWEST.as_query()
    assert read_order("ttft-asc").as_query() == {"order": "ttft-asc"}
    with pytest.raises(BadFilter, match=r"order must be one of time-desc, .*, not 'x'"):
        read_order("x")


@pytest.mark.parametrize("where", ["", "after:2026-01-01", "model:gpt-5-mini"])
def test_words_of_too_many_are_looked_for_a_part_at_a_time(
    requests: CapturedRequestQuerySet, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first look is not enough, and no index tells who says them."""
    monkeypatch.setattr(patience, "STEPS", 1)
    monkeypatch.setattr(paged_set, "PATIENCE_S", -1)
    monkeypatch.setattr(paged_set, "LONGEST_LOOK", 11)
    rare = Way("({row} / 3 * 3 = {row})")
    said = OftenSaid(Saying(Ways(rare, rare, rare, rare, are_too_many=True)))
    chosen = RequestFilter.from_query({"where": where}).apply(requests)
    found = chosen.meeting(said)
    wanted = [row for row in slowly(chosen, NEWEST) if row % 3 == 0]
    assert wanted
    for order in (NEWEST, ORDERS["time-asc"]):
        newest_first = wanted if order.is_down else wanted[::-1]
        if where.startswith("after") and not order.is_down:
            continue
        assert there_and_back(found, order) == [newest_first] * 2
    if connection.vendor == "sqlite":  # whose patience can be none at all
        page = found.listed(NEWEST, size=7)
        assert (len(page.rows) < 5, page.looked_to, page.has_older) == (
            True,
            requests.newest_first()[10].pk,
            True,
        )
    # An export waits for all of them.
    told = [row.pk for batch in found.batches(4) for row in batch]
    assert told == wanted[::-1]
