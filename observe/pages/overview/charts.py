"""The drawings of the overview: columns over time, a column a step.

Places are percent across and pixels down, so that a drawing fits any width; each column
has its exact values as a title, and the same numbers stand in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from observe import formats
from observe.pages.overview.asked import Asked
from observe.templatetags.weir import when
from runs.measure.over_time import OverTime
from runs.rollups import histogram
from runs.rollups.figures import Figures
from runs.rollups.histogram import Counts

HEIGHT = 104
BASE = HEIGHT - 1
NOTHING = Figures()


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """A piece of a column: its kind says its colour, and what it is."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepColumn:
    """What one step of time came to."""

    start: datetime
    blocks: list[ColumnPart]
    values: list[str]
    """As the table tells them, in the order of the chart's keys."""
    is_empty: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A step in every chart, in HTML, spelled once: there are hundreds of each."""

    opening: str
    """A link to the page narrowed to its time, up to the words of its title."""
    across: str
    """Where its column stands."""
    head: str
    """Of its row in the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What `templates/overview/_chart.html` draws."""

    name: str
    label: str
    unit: str
    keys: list[tuple[str, str]]
    """(Kind, what it is), as in the legend and above the table."""
    top: str
    """What the full height is."""
    columns: list[StepColumn] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)
    height: int = HEIGHT

    @property
    def drawn(self) -> SafeString:
        """The columns. A template would take longer for them than for the page."""
        return mark_safe("".join(map(_drawn, self.columns, self.spots)))

    @property
    def rows(self) -> SafeString:
        """Of the table."""
        told = zip(self.columns, self.spots, strict=True)
        return mark_safe("".join(_row(*each) for each in told if not each[0].is_empty))


def _drawn(column: StepColumn, spot: Spot) -> str:
    words = "".join(f"\n{escape(value)}" for value in column.values)
    blocks = "".join(
        f'<rect class="{block.kind}" {spot.across} y="{block.y}"'
        f' height="{block.height}"/>'
        for block in column.blocks
    )
    return f"{spot.opening}{words}</title></rect>{blocks}</a>\n"


def _row(column: StepColumn, spot: Spot) -> str:
    cells = "".join(f"<td>{escape(value)}</td>" for value in column.values)
    return f"<tr>{spot.head}{cells}</tr>\n"


Steps = Sequence[tuple[datetime, Figures, int]]
"""When each begins, what happened in it, how much of that failed."""
Parts = Callable[[Figures, int], Sequence[tuple[str, float, str]]]
"""From a step's figures and errors: (kind, size, exact words), from below."""


def charts(asked: Asked, found: OverTime) -> list[Chart]:
    steps = _steps(found)
    drawn = [
        _stacked(steps, "requests", "Requests", "", _requests, formats.count),
        _stacked(steps, "cost", "Cost", "USD", _cost, formats.usd),
        _stacked(steps, "tokens", "Tokens", "", _tokens, formats.count),
        _times(steps, "duration", "Duration", lambda each: each.durations),
        _times(steps, "ttft", "TTFT", lambda each: each.ttfts),
    ]
    spots = [_spot(asked, found, at) for at in range(found.range.steps)]
    return [replace(chart, spots=spots) for chart in drawn]


def _spot(asked: Asked, found: OverTime, at: int) -> Spot:
    start, end = found.range.start_of(at), found.range.start_of(at + 1)
    step = 100 / found.range.steps
    return Spot(
        opening=(
            f'<a href="{escape(asked.of_step(start, end))}" tabindex="-1"'
            f' data-start="{start.timestamp():.0f}" data-end="{end.timestamp():.0f}">'
            f'<rect class="hit" x="{at * step:.3f}%" width="{step:.3f}%"'
            f' height="{HEIGHT}"><title>{start:%Y-%m-%d %H:%M} UTC'
        ),
        across=f'x="{(at + 0.12) * step:.3f}%" width="{step * 0.76:.3f}%"',
        head=f'<th scope="row">{when(start, "long")}</th>',
    )


def _requests(of: Figures, errors: int) -> Sequence[tuple[str, float, str]]:
    fine = of.requests - errors
    return (("flow", fine, f"{fine:,} fine"), ("failed", errors, f"{errors:,} failed"))


def _cost(of: Figures, errors: int) -> Sequence[tuple[str, float, str]]:
    told = formats.usd(of.cost_usd)
    if of.unpriced:
        told += f" and {of.unpriced:,} requests of unknown cost"
    return (("flow", float(of.cost_usd or 0), told),)


def _tokens(of: Figures, errors: int) -> Sequence[tuple[str, float, str]]:
    return (
        ("read", of.cache_read, f"{of.cache_read:,} from cache"),
        ("fresh", of.new_input, f"{of.new_input:,} new input"),
        ("out", of.output, f"{of.output:,} out"),
    )


LEGENDS = {
    "requests": [("flow", "fine"), ("failed", "failed")],
    "cost": [("flow", "known cost")],
    "tokens": [("read", "from cache"), ("fresh", "new input"), ("out", "output")],
}
TIMES = [("band", "p50 to p95"), ("mid", "p50")]


def _stacked(
    steps: Steps,
    name: str,
    label: str,
    unit: str,
    parts: Parts,
    words: Callable[[float], str],
) -> Chart:
    told = [parts(figures, errors) for _, figures, errors in steps]
    most = max((sum(size for _, size, _ in each) for each in told), default=0) or 1
    columns = [
        _column(start, _piled(each, most), [text for *_, text in each])
        for (start, *_), each in zip(steps, told, strict=True)
    ]
    legend = LEGENDS[name]
    top = words(most) if any(each.blocks for each in columns) else ""
    return Chart(
        name=name, label=label, unit=unit, keys=legend, top=top, columns=columns
    )


def _piled(parts: Sequence[tuple[str, float, str]], most: float) -> list[ColumnPart]:
    y, blocks = float(BASE), list[ColumnPart]()
    for kind, size, _ in parts:
        if size <= 0:
            continue
        # What is there is seen, however little it is.
        height = max(size / most * (HEIGHT - 6), 1.0)
        y -= height
        blocks.append(ColumnPart(kind, round(max(y, 0), 1), round(height, 1)))
    return blocks


def _times(
    steps: Steps, name: str, label: str, counts: Callable[[Figures], Counts]
) -> Chart:
    pairs = [_pair(counts(figures)) for _, figures, _ in steps]
    most = max((high for _, high in filter(None, pairs)), default=0.0) or 1.0
    columns = [
        _column(start, _band(pair, most), _band_words(pair))
        for (start, *_), pair in zip(steps, pairs, strict=True)
    ]
    top = formats.duration(most) if any(pairs) else ""
    return Chart(name=name, label=label, unit="", keys=TIMES, top=top, columns=columns)


def _pair(counts: Counts) -> tuple[float, float] | None:
    low, high = (histogram.percentile(counts, share) for share in (0.5, 0.95))
    return None if low is None or high is None else (low, high)


def _band(pair: tuple[float, float] | None, most: float) -> list[ColumnPart]:
    if pair is None:
        return []
    low, high = (BASE - value / most * (HEIGHT - 6) for value in pair)
    return [
        ColumnPart("band", round(high, 1), round(max(low - high, 1.0), 1)),
        ColumnPart("mid", round(low - 1, 1), 2.0),
    ]


def _band_words(pair: tuple[float, float] | None) -> list[str]:
    if pair is None:
        return ["–", "–"]
    return [f"p95 {formats.duration(pair[1])}", f"p50 {formats.duration(pair[0])}"]


def _steps(found: OverTime) -> Steps:
    """Every step of the range, those in which nothing happened too."""
    sums: dict[int, Figures] = {}
    errors: dict[int, int] = {}
    for (at, group), figures in found.points.items():
        sums.setdefault(at, Figures()).add(figures)
        errors[at] = errors.get(at, 0) + found.point_errors[at, group]
    return [
        (found.range.start_of(at), sums.get(at, NOTHING), errors.get(at, 0))
        for at in range(found.range.steps)
    ]


def _column(start: datetime, blocks: list[ColumnPart], values: list[str]) -> StepColumn:
    return StepColumn(start=start, blocks=blocks, values=values, is_empty=not blocks)
