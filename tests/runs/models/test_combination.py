"""`combination.py`: what never met is seen without reading a request."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, Combination, combination
from runs.models.combination import told_by_columns
from tests import make

pytestmark = pytest.mark.django_db

OPENAI, CLAUDE, COST = Q(provider="openai"), Q(model="claude"), Q(cost_usd__gt=1)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (OPENAI & COST, OPENAI),
        (OPENAI | COST, None),
        (~(OPENAI & COST), None),
        (~(OPENAI | COST), ~OPENAI),
        (~(~OPENAI | COST), OPENAI),
        (CLAUDE & (OPENAI | COST), CLAUDE),
        (Q(pk__in=[]) & CLAUDE, CLAUDE),
        (COST, None),
    ],
    ids=str,
)
def test_what_the_columns_do_not_tell_may_be_true(condition: Q, told: Q | None) -> None:
    make.stored(provider="openai", model="gpt-5")
    make.stored(provider="anthropic", model="claude")
    found = told_by_columns(condition)
    assert (found is None) is (told is None)
    if found is not None and told is not None:
        rows = Combination.objects
        assert set(rows.filter(found)) == set(rows.filter(told))


def reads(**query: str) -> tuple[int, bool]:
    """How many requests pass, and whether any was looked at."""
    with CaptureQueriesContext(connection) as queries:
        chosen = RequestFilter.from_query(query)
        rows = chosen.apply(CapturedRequest.objects.all()).page().rows
    return len(rows), any("runs_capturedrequest" in each["sql"] for each in queries)


def test_filters_that_never_met_read_no_request() -> None:
    make.stored(provider="openai", model="gpt-5", is_stream=True)
    make.stored(provider="anthropic", model="claude")
    assert reads(provider="openai", model="claude") == (0, False)
    assert reads(where="stream:yes -provider:openai") == (0, False)
    assert reads(where="(model:claude or model:c*) has:error") == (0, False)
    assert reads(provider="openai", model="gpt-5") == (1, True)
    make.stored(provider="openai", model="claude")
    assert reads(provider="openai", model="claude") == (1, True)


def test_a_pending_request_meets_what_its_end_tells() -> None:
    record = make.record(status=503, is_success=False)
    make.stored(make.pending(record))
    assert reads(where="outcome:pending provider:openai") == (1, True)
    assert reads(where="status:5xx provider:openai") == (0, False)
    make.stored(record)
    assert reads(where="status:5xx provider:openai") == (1, True)


def test_too_many_combinations_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    make.stored(provider="openai", model="gpt-5")
    make.stored(provider="anthropic", model="claude")
    monkeypatch.setattr(combination, "MOST", 2)
    assert reads(provider="openai", model="claude") == (0, True)


def test_an_upgrade_tells_what_has_met() -> None:
    make.stored(make.record(), make.record(), make.record(status=None))
    told = sorted(map(str, Combination.objects.all()))
    Combination.objects.all().delete()
    fill = import_module("runs.migrations.0021_combinations").fill
    fill(apps, connection.schema_editor())
    assert sorted(map(str, Combination.objects.all())) == told
