"""The metrics of sides that are compared: what is shown, tested and better. Pure.

`runs/measure/compare.py` hands in what each run came to, and the turns of the first
runs. Four designs, the first that fits:

- by task, where every run tells one (`task` in its metadata) and both sides have six
  of them: the differences within a task are tested, however often it was repeated;
- by repeat, where every run tells a task and both sides have four runs of shared tasks:
  repeats are dealt within their task (`runs/measure/designs.py`);
- by run, where both sides have four;
- by turn, where fewer runs share six turns: then turns are told in `by_turn`, beside
  what the runs came to, and the runs themselves are not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from runs.measure import noise, resampling
from runs.measure.designs import Side, Tested, mean, minus, tested, values_of
from runs.measure.differences import (
    ByTurn,
    Difference,
    MetricComparison,
    SideValues,
    TurnFacts,
    TurnPair,
)
from runs.measure.metrics import METRICS, Metric, Value
from runs.measure.noise import Judged, Verdict
from runs.measure.packed import Values
from runs.measure.resampling import Interval

FAILED_MORE = 0.05
"""A side of whose requests so much more failed has smaller totals for it."""
OF_TURN: Mapping[str, Callable[[TurnFacts], Value]] = {
    name: attrgetter(name)
    for name in ("cost_usd", "requests", "total_tokens", "output_tokens")
}
"""Metrics that a turn has as well. No time: all turns of a run share a provider's slow
hour, and would be taken for so many witnesses of it."""


Shown = tuple[float, Interval | None]


def metric_comparisons(
    sides: Sequence[Side],
    turns: Sequence[TurnPair],
    primary: str = "",
    metrics: Sequence[Metric] | None = None,
) -> tuple[MetricComparison, ...]:
    """`primary`: the metric that was chosen before anything was seen."""
    first, *others = sides
    level = noise.LEVEL / len(others)
    metrics = METRICS if metrics is None else metrics
    chosen = next((i for i, each in enumerate(metrics) if each.name == primary), None)
    seeds = [resampling.FIRST_SEED] + [resampling.OTHER_SEED] * len(others)
    drawn = [
        resampling.drawn_means(values_of(side, metrics), seed)
        for side, seed in zip(sides, seeds, strict=True)
    ]
    outcomes = [
        tested(first, other, (drawn[0], drawn[place]), level, chosen, metrics)
        for place, other in enumerate(others, 1)
    ]
    by_turn = [
        _by_turn(turns, place, level, primary) if test.basis == "" else {}
        for place, test in enumerate(outcomes, 1)
    ]
    return tuple(
        MetricComparison(
            metric=metric.name,
            unit=metric.unit,
            wanted=metric.wanted,
            sides=tuple(
                _shown(metric, side, means[place])
                for side, means in zip(sides, drawn, strict=True)
            ),
            differences=tuple(
                _difference(metric, place, (first, other), test, pairs)
                for other, test, pairs in zip(others, outcomes, by_turn, strict=True)
            ),
        )
        for place, metric in enumerate(metrics)
    )


def _shown(metric: Metric, side: Side, means: Sequence[float | None]) -> SideValues:
    values = tuple(run.number(metric) for run in side)
    interval = resampling.middle(means)
    return SideValues(
        values=values,
        mean=mean(values),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )


def _difference(
    metric: Metric,
    place: int,
    sides: tuple[Side, Side],
    test: Tested,
    by_turn: Mapping[str, ByTurn],
) -> Difference:
    gap, judged = test.gaps[place], test.judged[place]
    base = mean([run.number(metric) for run in sides[0]])
    interval = test.intervals[place] if gap is not None else None
    caveat = _caveat(metric, gap, sides)
    return Difference(
        absolute=gap,
        percent=gap / base * 100 if gap is not None and base else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        verdict=judged.verdict,
        basis=test.basis if judged.verdict is not Verdict.NOT_JUDGED else "",
        smallest_seen=judged.smallest_seen,
        is_more_than_noise=judged.verdict is Verdict.MORE_THAN_NOISE or None,
        is_better=None if caveat else _is_better(metric, gap),
        caveat=caveat,
        by_turn=by_turn.get(metric.name),
    )


def _is_better(metric: Metric, gap: float | None) -> bool | None:
    if metric.wanted == "either" or not gap:
        return None
    return (gap < 0) is (metric.wanted == "lower")


def _caveat(metric: Metric, gap: float | None, sides: tuple[Side, Side]) -> str:
    """Why a total that looks better isn't: less was done for it."""
    if not metric.is_total or not gap:
        return ""
    loser, winner = sides if gap < 0 else reversed(sides)
    failed, before = _failed(winner), _failed(loser)
    if failed - before <= FAILED_MORE:
        return ""
    return (
        f"The smaller total is of requests of which {failed:.0%} failed or have not"
        f" finished ({before:.0%} on the other side)."
    )


def _failed(side: Side) -> float:
    """The share that didn't succeed; of no requests at all, everything."""
    requests = sum(run.statistics.requests for run in side)
    successes = sum(run.statistics.successes for run in side)
    return 1 - successes / requests if requests else 1.0


def _by_turn(
    turns: Sequence[TurnPair], place: int, level: float, primary: str
) -> dict[str, ByTurn]:
    """The turns that both first runs have, and that failed on neither."""
    shared = list(_shared(turns, place))
    if len(shared) < noise.FEWEST_PAIRS:
        return {}
    names = list(OF_TURN)
    pairs: list[Values] = [
        [minus(_number(read(after)), _number(read(before))) for before, after in shared]
        for read in OF_TURN.values()
    ]
    chosen = names.index(primary) if primary in OF_TURN else None
    judged = noise.within(pairs, level, chosen)
    drawn = resampling.drawn_means(pairs, resampling.FIRST_SEED)
    metrics = {metric.name: metric for metric in METRICS}
    return {
        name: _of_turns(metrics[name], values, means, verdict)
        for name, values, means, verdict in zip(
            names, pairs, drawn, judged, strict=True
        )
    }


def _shared(
    turns: Sequence[TurnPair], place: int
) -> Iterator[tuple[TurnFacts, TurnFacts]]:
    for turn in turns:
        before, after = turn.sides[0], turn.sides[place]
        if before and after and not before.errors and not after.errors:
            yield before, after


def _of_turns(
    metric: Metric, values: Values, means: Sequence[float | None], judged: Judged
) -> ByTurn:
    gap, interval = mean(values), resampling.middle(means)
    return ByTurn(
        turns=sum(value is not None for value in values),
        absolute=gap,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        verdict=judged.verdict,
        smallest_seen=judged.smallest_seen,
        is_better=_is_better(metric, gap),
    )


def _number(value: Value) -> float | None:
    return None if value is None else float(value)
