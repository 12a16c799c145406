"""`request_set.py`: filters that find exactly theirs, and pages without gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from pricing.quote import Quote
from runs import store
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import ExchangeRecord, Outcome
from tests import make

pytestmark = pytest.mark.django_db

NO_USAGE = Quote(status="no_usage", cost_usd=None, why="No counts.")
NO_PRICE = Quote(status="no_price", cost_usd=None, why="No price is known.")
FAILED = {"is_success": False, "status": 500}

NARROWED: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"provider": "anthropic"}, {"provider": "anthropic"}),
    ({"model": "gpt-5"}, {"model": "gpt-5"}),
    ({"route": "fast"}, {"route": "fast"}),
    ({"status": "404"}, {"status": 404, "is_success": False}),
    ({"status": "5xx"}, FAILED),
    ({"outcome": "timed_out"}, {"outcome": Outcome.TIMED_OUT, "is_success": False}),
    ({"endpoint": "EMBED"}, {"path": "/v1/embeddings"}),
    ({"stream": "1"}, {"is_stream": True}),
    ({"tools": "1"}, {"tool_calls": ("read_file",)}),
    ({"images": "1"}, {"images": 1}),
    ({"error": "1"}, FAILED),
    ({"slow": "1"}, {"duration_ms": 10_000.0}),
    ({"large": "1"}, {"request": b"x" * 1024 * 1024}),
    ({"unpriced": "1"}, {"quote": NO_PRICE}),
    ({"unpriced": "1"}, {"quote": NO_USAGE}),
    ({"after": "2026-03-01T10:00Z"}, {"started_at": make.START + timedelta(hours=1)}),
    ({"before": "2026-03-01T09:00Z"}, {"started_at": make.START - timedelta(hours=1)}),
    ({"q": "qwen"}, {"model": "Qwen3-Coder"}),
    ({"q": "embed"}, {"path": "/v1/embeddings"}),
]


@pytest.mark.parametrize(
    ("query", "fields"), NARROWED, ids=lambda value: str(value)[:40]
)
def test_each_filter_finds_its_requests_and_no_others(
    query: Mapping[str, str], fields: dict[str, Any]
) -> None:
    store.write([make.record(), make.record()], {})
    wanted = make.stored(**fields)
    store.write([make.record()], {})
    found = RequestFilter.from_query(query).apply(CapturedRequest.objects.all())
    assert [row.pk for row in found.page().rows] == [wanted.pk]
    assert found.count() == 1


def test_opposites_share_out_all_requests() -> None:
    store.write([make.record(), make.record(is_stream=True, **FAILED)], {})
    requests = CapturedRequest.objects.all()
    for name in ("stream", "error"):
        counts = [
            RequestFilter.from_query({name: flag}).apply(requests).count()
            for flag in "10"
        ]
        assert counts == [1, 1]


def test_an_error_is_what_ended_without_success() -> None:
    pending = make.pending(make.record())
    gone = make.record(outcome=Outcome.CLIENT_GONE, is_success=None)
    store.write([make.record(), pending, gone], {})
    assert [row.uid for row in CapturedRequest.objects.errors()] == [gone.uid]


def test_a_request_is_found_by_the_start_of_its_id() -> None:
    row = make.stored()
    make.stored()
    for text in (str(row.uid), str(row.uid)[:13], row.uid.hex.upper()):
        found = list(CapturedRequest.objects.search(text))
        assert row in found
    assert list(CapturedRequest.objects.search(str(row.uid))) == [row]


def test_what_was_sent_again_is_found_from_either_end() -> None:
    original = make.record()
    again = make.record(resend_of=original.uid)
    store.write([original, make.record(), again, make.record()], {})
    for name, wanted in (("original", original), ("resent", again)):
        chosen = RequestFilter.from_query({"where": f"{name}:yes"})
        found = chosen.apply(CapturedRequest.objects.all()).page().rows
        assert [row.uid for row in found] == [wanted.uid]
    others = RequestFilter.from_query({"where": "-original:yes"})
    assert others.apply(CapturedRequest.objects.all()).count() == 3


def test_a_search_for_nothing_known_finds_nothing() -> None:
    make.stored()
    assert CapturedRequest.objects.search("no such thing").page().rows == []


def test_wildcards_are_ordinary_characters() -> None:
    make.stored(model="gpt-5")
    assert not CapturedRequest.objects.search("%").exists()
    assert not CapturedRequest.objects.endpoint("v_/").exists()


def many(count: int) -> list[ExchangeRecord]:
    """Two endpoints in turns, and start times that are not in recording order."""
    paths = ("/v1/chat/completions", "/v1/chat/completions/extra", "/v1/embeddings")
    return [
        make.record(
            path=paths[number % 3],
            started_at=make.START + timedelta(seconds=(number * 7) % 20),
        )
        for number in range(count)
    ]


LISTS: dict[str, Callable[[], CapturedRequestQuerySet]] = {
    "all": CapturedRequest.objects.all,
    "one endpoint": lambda: CapturedRequest.objects.endpoint("embeddings"),
    "two endpoints": lambda: CapturedRequest.objects.endpoint("chat"),
    "time": lambda: CapturedRequest.objects.between(make.START, None),
    "time and two": lambda: CapturedRequest.objects.endpoint("chat").between(
        make.START + timedelta(seconds=3), make.START + timedelta(seconds=15)
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_paging_shows_every_row_once_there_and_back(name: str) -> None:
    store.write(many(47), {})
    requests = LISTS[name]()
    wanted = [row.pk for row in requests.newest_first()]
    assert len(wanted) > 6

    page = requests.page(size=5)
    seen = [row.pk for row in page.rows]
    assert not page.has_newer
    while page.has_older:
        page = requests.page(after=page.oldest, size=5)
        assert page.has_newer
        seen += [row.pk for row in page.rows]
    assert seen == wanted

    back = [row.pk for row in page.rows]
    while page.has_newer:
        page = requests.page(before=page.newest, size=5)
        assert page.has_older
        back = [row.pk for row in page.rows] + back
    assert back == wanted


def test_rows_that_come_while_paging_do_not_shift_the_pages() -> None:
    store.write(many(10), {})
    first = CapturedRequest.objects.all().page(size=4)
    store.write(many(10), {})
    second = CapturedRequest.objects.all().page(after=first.oldest, size=4)
    assert [row.pk for row in [*first.rows, *second.rows]] == list(
        range(first.newest or 0, (first.newest or 0) - 8, -1)
    )


def test_a_list_never_reads_bodies_or_details(django_assert_num_queries: Any) -> None:
    store.write(many(8), {})
    with django_assert_num_queries(1) as queries:
        CapturedRequest.objects.all().page()
    assert "detail" not in queries[0]["sql"]
    assert "runs_body" not in queries[0]["sql"]


def test_counting_stops_at_the_limit() -> None:
    store.write(many(8), {})
    assert CapturedRequest.objects.count_to(5) == 5
    assert CapturedRequest.objects.count_to(50) == 8


WINDOW = (make.START, make.START + timedelta(hours=1))


@pytest.mark.parametrize(
    ("narrowed", "is_by_start"),
    [
        (lambda: CapturedRequest.objects.between(*WINDOW), True),
        (lambda: CapturedRequest.objects.between(*WINDOW).all(), True),
        (lambda: CapturedRequest.objects.between(WINDOW[0], None), True),
        (lambda: CapturedRequest.objects.all(), False),
        (lambda: CapturedRequest.objects.endpoint("chat").between(*WINDOW), False),
        (lambda: CapturedRequest.objects.between(*WINDOW).endpoint("chat"), False),
        (lambda: CapturedRequest.objects.between(*WINDOW).exclude(status=5), False),
    ],
)
def test_batches_go_by_start_only_where_a_window_is_all_there_is(
    narrowed: Callable[[], CapturedRequestQuerySet], is_by_start: bool
) -> None:
    store.write(many(20), {})
    found = [row for batch in narrowed().batches(6) for row in batch]
    starts, ids = [row.started_at for row in found], [row.pk for row in found]
    assert len(found) > 6
    assert (starts == sorted(starts)) is is_by_start
    assert (ids == sorted(ids)) is not is_by_start
