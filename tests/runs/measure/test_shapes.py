"""The shape of a run over its time: each request in its part, however it is read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from runs.measure import shapes
from runs.measure.shapes import PARTS, Shape, ShapePart
from runs.models import Run
from runs.rollups import rebuilding
from runs.rollups.steps import DAY_S, HOUR_S, MINUTE_S, beginning_of
from tests import make
from tests.runs.make_run import run_with

pytestmark = pytest.mark.django_db


def run_at(first: datetime, *after: timedelta, name: str = "one") -> Run:
    """A request at each of these times; every third fails."""
    return run_with(
        *(
            make.record(started_at=first + each, is_success=bool(number % 3))
            for number, each in enumerate(after)
        ),
        name=name,
    )


def shape_of(run: Run, size: int = 1) -> Shape:
    return shapes.of_runs({run.pk: size})[run.pk]


def test_a_small_run_is_told_by_its_requests_own_times() -> None:
    first = timezone.now() - timedelta(days=99)
    run = run_at(first, *(timedelta(seconds=each) for each in (0, 1, 24, 48)))
    told = shape_of(run)
    assert (told.start, told.part_s) == (first, 2.0)
    assert told.parts == (ShapePart(0, 2, 1), ShapePart(12, 1, 0), ShapePart(23, 1, 1))
    once = run_at(first, timedelta(), name="once")
    assert shape_of(once).parts == (ShapePart(0, 1, 1),)


LONG = [
    # Between its requests, how many there are, and the steps that tell it.
    (timedelta(minutes=1), 90, timedelta(minutes=100), MINUTE_S),
    (timedelta(minutes=7), 200, timedelta(days=9), HOUR_S),
    (timedelta(hours=1), 30, timedelta(days=9), HOUR_S),
    (timedelta(hours=1), 110, timedelta(days=9), 6 * HOUR_S),
    (timedelta(hours=20), 60, timedelta(days=50), DAY_S),
]


@pytest.mark.parametrize(("apart", "count", "ago", "step_s"), LONG, ids=str)
def test_a_large_run_is_told_by_figures_in_steps_that_fit_its_time(
    monkeypatch: pytest.MonkeyPatch,
    apart: timedelta,
    count: int,
    ago: timedelta,
    step_s: int,
) -> None:
    monkeypatch.setattr(shapes, "FEW", 0)
    first = timezone.now() - ago
    times = [apart * number for number in range(count)]
    run = run_at(first, *times)
    rebuilding.rebuild()  # what is in the run since it was recorded, and wide steps
    told = shape_of(run)
    assert told.part_s % step_s == 0
    assert PARTS / 3 < told.parts[-1].number + 1 <= PARTS
    assert told.start == beginning_of(first, step_s)
    expected: dict[int, list[int]] = {}
    for number, each in enumerate(times):
        # The newest day's hours stand at its beginning's part, or their own: the same.
        at = int((first + each - told.start).total_seconds() // told.part_s)
        counted = expected.setdefault(at, [0, 0])
        counted[0] += 1
        counted[1] += number % 3 == 0
    assert told.parts == tuple(ShapePart(at, *n) for at, n in sorted(expected.items()))


def test_however_many_are_listed_by_the_same_queries(
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(shapes, "MOST_READ", 12)
    now = timezone.now()
    for days in range(12):
        run_at(now - timedelta(days=3 * days, hours=1), *[timedelta()] * 3, name="run")
    rebuilding.rebuild()
    sizes = {run.pk: 3 for run in Run.objects.all()}
    with django_assert_max_num_queries(4):
        told = shapes.of_runs(sizes)
    assert {run: shape.requests for run, shape in told.items()} == sizes
    assert {shape.errors for shape in told.values()} == {1}
