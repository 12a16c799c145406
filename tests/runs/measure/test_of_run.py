"""`runs/measure/of_run.py`: what is kept of a run is what a look at its rows tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs import lifecycle, sql
from runs.measure import of_run, statistics
from runs.measure.of_run import statistics_of
from runs.models import CapturedRequest, Run
from tests import make
from tests.runs.make_run import run_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(of_run, "LEAST", 1)
    return run_with(*(make.record(duration_ms=float(ms)) for ms in (5, 7)), name="one")


def first() -> CapturedRequest:
    return CapturedRequest.objects.order_by("pk")[0]


def come(run: Run) -> None:
    make.stored()
    CapturedRequest.objects.filter(run=None).update(run=run)


def go_on(run: Run) -> None:
    CapturedRequest.objects.filter(pk=first().pk).update(duration_ms=90.0)


def leave(run: Run) -> None:
    lifecycle.move(CapturedRequest.objects.filter(pk=first().pk), None)


def move(run: Run) -> None:
    other = lifecycle.start("other", is_global=False)
    statistics_of(other.pk)
    lifecycle.move(CapturedRequest.objects.filter(run=run), other)
    assert statistics_of(other.pk).requests == 2


def go(run: Run) -> None:
    CapturedRequest.objects.filter(pk=first().pk).delete()


def be_written_below_the_models(run: Run) -> None:
    sql.update(
        CapturedRequest, ("id", "ttft_ms", "is_stream"), [(first().pk, 3.0, True)]
    )


CHANGES = (come, go_on, leave, move, go, be_written_below_the_models)


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.__name__)
def test_whoever_changes_a_request_the_figures_follow(
    run: Run, change: Callable[[Run], None]
) -> None:
    before = statistics_of(run.pk)
    change(run)
    after = statistics_of(run.pk)
    assert after == statistics.of(CapturedRequest.objects.filter(run=run))
    assert after != before


@pytest.mark.skipif(connection.vendor != "sqlite", reason="kept on SQLite alone")
def test_what_has_not_changed_is_not_read_again(run: Run) -> None:
    statistics_of(run.pk)
    make.stored()  # of no run
    with CaptureQueriesContext(connection) as queries:
        assert statistics_of(run.pk).duration.max_ms == 7
    assert len(queries) == 1
