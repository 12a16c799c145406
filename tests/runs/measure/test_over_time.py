"""A range is drawn in steps that fit it; `tests/runs/api/test_figures.py` reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from runs.measure.over_time import MOST_STEPS, STEPS, fitting

LENGTHS = [timedelta(seconds=1), timedelta(hours=5), timedelta(days=2), timedelta(300)]


@pytest.mark.parametrize("length", LENGTHS)
def test_steps_are_whole_and_cover_the_range(length: timedelta) -> None:
    end = timezone.now()
    found = fitting(end - length, end)
    assert found.step_s in STEPS
    assert found.start <= end - length < end <= found.end
    assert found.start.timestamp() % found.step_s == 0
    assert (found.end - found.start).total_seconds() / found.step_s <= MOST_STEPS + 2
    assert found.before.end == found.start


def test_an_hour_of_last_week_is_drawn_by_the_hour() -> None:
    then = timezone.now() - timedelta(days=7)
    assert fitting(then, then + timedelta(hours=1)).step_s == 3600


def test_the_last_second_before_the_end_is_in_the_range() -> None:
    end = timezone.now().replace(minute=0, second=0, microsecond=700_000)
    assert fitting(end - timedelta(hours=1), end).end >= end
