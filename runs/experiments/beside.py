"""The arms beside the baseline, metric by metric: words, and what is drawn. Pure.

Shown by the page and by the formats in `runs/experiments/reports/`. Places are in
percent of a drawing's width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from runs.experiments.drawing import COLOURS
from runs.experiments.findings import ExperimentReport
from runs.experiments.scales import Gauge, Scale
from runs.measure.differences import Difference, MetricComparison, SideValues
from runs.measure.labels import WANTED, label
from runs.measure.noise import FEWEST, Verdict

SHOWN = (
    *("passed", "cost_usd", "total_tokens", "input_tokens", "cache_read_tokens"),
    *("output_tokens", "cache_hit_rate", "requests", "turns", "tool_calls"),
    *("context_growth", "busy_ms", "duration_p50_ms", "ttft_p50_ms", "ttfo_p50_ms"),
    *("itl_p50_ms", "output_tokens_per_s_request", "goodput", "error_rate"),
)
VERDICTS = {
    Verdict.MORE_THAN_NOISE: "more than noise",
    Verdict.NOT_SHOWN: "not shown",
    Verdict.NOT_JUDGED: "not enough",
}
MOST_DOTS = 60
"""Sessions of an arm that are drawn beside its mean; of more, the interval alone."""
EDGE = 3.0
"""Percent that stay free on either side, so that no dot is cut."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """What is drawn on one axis."""

    low: float
    high: float
    edge: float = EDGE

    @classmethod
    def of(cls, values: Iterable[float | None], edge: float = EDGE) -> Ruler:
        known = [value for value in values if value is not None]
        return cls(min(known, default=0.0), max(known, default=0.0), edge)

    def x(self, value: float) -> float:
        if self.high <= self.low:
            return 50.0
        share = (value - self.low) / (self.high - self.low)
        return round(self.edge + share * (100 - 2 * self.edge), 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """A value with its interval on an axis."""

    x: float
    low: float
    width: float
    dots: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An arm beside the baseline."""

    text: str
    interval: str
    """"" where there is none."""
    exact: str
    verdict: str
    mark: str
    """`better`, `worse`, or "" where nothing is shown or wanted."""
    is_shown: bool
    """More than noise."""
    drawn: Mark | None

    @property
    def words(self) -> str:
        return f"{self.verdict}, {self.mark}" if self.mark else self.verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCell:
    """A metric of one arm."""

    arm: str
    colour: int
    mean: str
    interval: str
    exact: str
    drawn: Mark | None
    gap: Gap | None
    """None: the baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    name: str
    """As programs have it."""
    label: str
    wanted: str
    is_primary: bool
    is_same: bool
    """No session tells of any difference between the arms."""
    cells: tuple[ArmCell, ...]

    @property
    def gaps(self) -> list[Gap]:
        return [each.gap for each in self.cells if each.gap]


def lines(report: ExperimentReport) -> list[Line]:
    """The primary metric first; those that nothing tells are left out."""
    by_name = {each.metric: each for each in report.metrics}
    scores = [name for name in by_name if name.startswith("score:")]
    names = dict.fromkeys((report.primary, *SHOWN[:1], *scores, *SHOWN))
    return [
        _line(by_name[name], report)
        for name in names
        if name in by_name and any(s.mean is not None for s in by_name[name].sides)
    ]


def _line(metric: MetricComparison, report: ExperimentReport) -> Line:
    sides, waits = metric.sides, report.primary not in ("", metric.metric)
    scale = Scale.of(metric.unit, [side.mean for side in sides])
    span = Ruler.of(v for s in sides for v in (*s.values, s.low, s.high))
    gaps = [None, *_gaps(metric, scale, waits)]
    return Line(
        name=metric.metric,
        label=label(metric.metric),
        wanted=WANTED[metric.wanted],
        is_primary=metric.metric == report.primary,
        is_same=metric.metric != report.primary and _is_same(metric),
        cells=tuple(
            _cell(place, arm.title, side, scale, span, gap)
            for place, (arm, side, gap) in enumerate(
                zip(report.arms, sides, gaps, strict=True)
            )
        ),
    )


def _is_same(metric: MetricComparison) -> bool:
    told = [number for gap in metric.differences for number in _numbers(gap)]
    return all(number is not None and abs(number) < 1e-12 for number in told)


def _numbers(gap: Difference) -> tuple[float | None, ...]:
    return gap.absolute, gap.low, gap.high


def _cell(
    place: int, arm: str, side: SideValues, scale: Scale, span: Ruler, gap: Gap | None
) -> ArmCell:
    low, high = side.low, side.high
    is_range = low is not None and high is not None and low != high
    interval = exact = ""
    if low is not None and high is not None and is_range:
        interval = f"{scale.bare(low)} to {scale.bare(high)}"
        exact = _exactly(scale, low, high)
    known = [value for value in side.values if value is not None]
    return ArmCell(
        arm=arm,
        colour=place % COLOURS,
        mean=scale.told(side.mean),
        interval=interval,
        exact=f"Mean of {len(known)} sessions: {scale.exact(side.mean)}{exact}",
        drawn=_mark(side.mean, low, high, span, known),
        gap=gap,
    )


def _exactly(scale: Scale, low: float, high: float) -> str:
    return f", 95 % interval {scale.exact(low)} to {scale.exact(high)}"


def _mark(
    value: float | None,
    low: float | None,
    high: float | None,
    span: Ruler,
    dots: Sequence[float] = (),
) -> Mark | None:
    if value is None:
        return None
    start = span.x(value if low is None else low)
    end = span.x(value if high is None else high)
    drawn = tuple(map(span.x, dots)) if len(dots) <= MOST_DOTS else ()
    return Mark(span.x(value), start, round(max(end - start, 0.4), 2), drawn)


def _gaps(metric: MetricComparison, scale: Scale, waits: bool) -> Iterator[Gap]:
    told = [number for gap in metric.differences for number in _numbers(gap)]
    most = max((abs(n) for n in told if n is not None), default=0.0) or 1.0
    enough = all(sum(v is not None for v in s.values) >= FEWEST for s in metric.sides)
    for each in metric.differences:
        gauge = Gauge.of(scale, metric.sides[0].mean, _numbers(each))
        yield _gap(each, gauge, scale, Ruler(-most, most), waits=waits and enough)


def _gap(
    gap: Difference, gauge: Gauge, scale: Scale, span: Ruler, *, waits: bool
) -> Gap:
    shown = gap.verdict is Verdict.MORE_THAN_NOISE
    text, interval, exact = "–", "", ""
    if gap.absolute is not None:
        text, exact = gauge.told(gap.absolute), scale.exact(gap.absolute)
        if gap.low is not None and gap.high is not None:
            ends = [gauge.told(end, unit=False) for end in (gap.low, gap.high)]
            interval = " to ".join(ends)
            exact += _exactly(scale, gap.low, gap.high)
    marks = {True: "better", False: "worse", None: ""}
    return Gap(
        text=text,
        interval=interval,
        exact=exact,
        verdict=_verdict(gap, gauge, waits),
        mark=marks[gap.is_better] if shown else "",
        is_shown=shown,
        drawn=_mark(gap.absolute, gap.low, gap.high, span),
    )


def _verdict(gap: Difference, gauge: Gauge, waits: bool) -> str:
    if gap.absolute is None:
        return VERDICTS[Verdict.NOT_JUDGED]
    if gap.verdict is Verdict.NOT_JUDGED and waits:
        return "waits for the primary"
    if gap.verdict is Verdict.NOT_SHOWN and gap.smallest_seen:
        return f"{VERDICTS[gap.verdict]}: {gauge.size(gap.smallest_seen)} would be"
    if gap.verdict is Verdict.NOT_SHOWN and gap.smallest_seen == 0:
        return "no session differs"
    return VERDICTS[gap.verdict]


# --- in sentences ---------------------------------------------------------------------


def summary(report: ExperimentReport, found: Sequence[Line]) -> list[str]:
    """What differs, a sentence an arm; then what is the same in all of them."""
    if not found:
        return []
    base = report.arms[0].title
    told = [
        _of_arm(arm.title, base, [(line, line.cells[place].gap) for line in found])
        for place, arm in enumerate(report.arms)
        if place
    ]
    same = [f"{e.label} {e.cells[0].mean}" for e in found if e.is_same]
    return told + ([f"The same in every variant: {'; '.join(same)}."] if same else [])


def _of_arm(arm: str, base: str, told: Sequence[tuple[Line, Gap | None]]) -> str:
    parts = []
    for mark in ("better", "worse", ""):
        names = [
            f"{line.label} {gap.text}"
            for line, gap in told
            if gap and gap.is_shown and gap.mark == mark
        ]
        if names:
            parts.append(f"{mark or 'other'} in {'; '.join(names)}")
    if parts:
        return f"{arm} beside {base}: {', '.join(parts)}."
    judged = any(gap and gap.verdict.startswith("not shown") for _, gap in told)
    none = "no difference is more than noise"
    return f"{arm} beside {base}: {none if judged else 'not enough sessions to tell'}."
