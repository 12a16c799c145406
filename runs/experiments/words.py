"""A report in words: values with units, differences, the method and its limits. Pure.

Used by the formats in `runs/experiments/reports/` and by the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runs.experiments.findings import Arm, ExperimentReport
from runs.measure.differences import Difference, MetricComparison, SideValues
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
METHOD = (
    "The unit is the session, a repeat of a task; requests within one are no witnesses"
    " of their own. With six tasks or more on both sides the differences within tasks"
    " are tested, else repeats are dealt anew within their task, and what is said is"
    " said of these tasks.",
    "Of all ways to deal, at most 5 % give any metric of any arm a difference as large"
    " as one that is called more than noise (Westfall and Young's stepwise maxT over"
    " the metrics, the level shared between the arms). The primary metric, chosen"
    " beforehand, is judged alone first. “Not shown” is not “no difference”: beside it"
    " stands what eight of ten such experiments would have shown. “Not enough” is said"
    " below four sessions a side.",
    "Intervals are 95 % bootstrap intervals of one metric each, drawn within tasks;"
    " with few repeats they are often too narrow. Percentiles are nearest rank. A cost"
    " that isn't known in full is not compared.",
    "Sessions that the outage rule names, and aborted and open ones, are counted and"
    " not measured.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A metric as it is shown: a cell an arm."""

    name: str
    is_primary: bool
    cells: tuple[str, ...]
    differences: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """An arm beside the baseline."""

    text: str
    verdict: str
    mark: str
    """`better`, `worse`, or "" where nothing is shown or wanted."""


def lines(report: ExperimentReport) -> list[Line]:
    """The primary metric first; those that nothing tells are left out."""
    by_name = {each.metric: each for each in report.metrics}
    scores = [name for name in by_name if name.startswith("score:")]
    names = dict.fromkeys((report.primary, *SHOWN[:1], *scores, *SHOWN))
    return [
        _line(by_name[name], report.primary)
        for name in names
        if name in by_name and any(s.mean is not None for s in by_name[name].sides)
    ]


def _line(metric: MetricComparison, primary: str) -> Line:
    return Line(
        metric.metric,
        metric.metric == primary,
        tuple(_cell(metric, side) for side in metric.sides),
        tuple(
            _gap(metric, each, waits=bool(primary) and metric.metric != primary)
            for each in metric.differences
        ),
    )


def _cell(metric: MetricComparison, side: SideValues) -> str:
    told = value(metric.unit, side.mean)
    if side.low is None or side.high is None or side.low == side.high:
        return told
    low, high = value(metric.unit, side.low), value(metric.unit, side.high)
    return f"{told} ({low} to {high})"


def _gap(metric: MetricComparison, gap: Difference, *, waits: bool) -> Gap:
    if gap.absolute is None:
        return Gap("–", VERDICTS[Verdict.NOT_JUDGED], "")
    sign = "+" if gap.absolute > 0 else ""
    percent = "" if gap.percent is None else f"{sign}{gap.percent:.0f} %"
    told = percent or f"{sign}{value(metric.unit, gap.absolute)}"
    if gap.low is not None and gap.high is not None:
        low, high = value(metric.unit, gap.low), value(metric.unit, gap.high)
        told += f" ({low} to {high})"
    verdict = VERDICTS[gap.verdict]
    enough = all(sum(v is not None for v in s.values) >= FEWEST for s in metric.sides)
    if gap.verdict is Verdict.NOT_JUDGED and waits and enough:
        verdict = "waits for the primary"
    if gap.verdict is Verdict.NOT_SHOWN and gap.smallest_seen is not None:
        verdict += f"; {value(metric.unit, gap.smallest_seen)} would be"
    shown = gap.verdict is Verdict.MORE_THAN_NOISE and gap.is_better is not None
    mark = ("better" if gap.is_better else "worse") if shown else ""
    return Gap(told, verdict, mark)


def value(unit: str, number: float | None) -> str:
    if number is None:
        return "–"
    if unit == "usd":
        return usd(number)
    if unit == "share":
        return f"{number:.0%}"
    if unit == "ms":
        return f"{number / 1000:.2f} s" if abs(number) >= 1000 else f"{number:.0f} ms"
    if unit == "tokens_per_s":
        return f"{number:.1f}/s"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def usd(number: float | None) -> str:
    if number is None:
        return "unknown"
    sign, size = ("−" if number < 0 else ""), abs(number)
    return f"{sign}${size:,.2f}" if size >= 10 else f"{sign}${size:.3g}"


def passes(arm: Arm) -> str:
    return f"{arm.passed} of {arm.judged}" if arm.judged else "not judged"


def standing(report: ExperimentReport) -> str:
    """How far it is, in a sentence."""
    parts = [f"{report.measured} of {report.wanted} sessions are measured"]
    for number, what in (
        (report.outages, "apart as outages"),
        (report.open, "open"),
        (report.aborted, "aborted"),
    ):
        if number:
            parts.append(f"{number} {what}")
    return ", ".join(parts) + "."


def method(report: ExperimentReport) -> Iterator[str]:
    yield from METHOD
    yield f"An outage: {report.outage_rule}."
