"""Busy time and percentiles from moments, without a database."""

from __future__ import annotations

from runs.measure import timings
from runs.measure.timings import Moment


def ms(start: float, duration: float | None) -> Moment:
    return int(start * 1000), duration, duration, None, None, None


def test_a_request_inside_another_adds_nothing() -> None:
    assert timings.read([ms(0, 100), ms(10, 20), ms(99.5, 0.5)]).busy_ms == 100


def test_requests_that_touch_are_one_stretch() -> None:
    found = timings.read([ms(7, 1), ms(8, 1), ms(20, 2)])
    assert (found.busy_ms, found.end_ms) == (4, 15)


def test_a_pending_request_begins_but_is_not_busy() -> None:
    found = timings.read([ms(0, None), ms(10, 5)])
    assert (found.first_us, found.busy_ms, found.end_ms) == (0, 5, 15)
    assert timings.read([ms(3, None)]).end_ms is None


def test_what_failed_is_busy_but_in_no_percentile() -> None:
    failed: Moment = (0, 5.0, None, None, None, None)
    found = timings.read([failed, (9000, 40.0, 40.0, 7.0, 9.0, 50.0)])
    assert (found.busy_ms, found.durations, found.ttfts) == (45, [40], [7])
    assert (found.ttfos, found.itls) == ([9], [20])


def test_how_many_exceed_a_limit() -> None:
    assert timings.above([1.0, 2.0, 2.0, 3.0], 2.0) == 1
    assert timings.above([], 2.0) == 0


def test_one_value_is_every_percentile() -> None:
    assert {timings.percentile([4.0], percent) for percent in (0, 50, 99, 100)} == {4.0}
