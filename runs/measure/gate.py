"""Does a run keep its limits, and which requests broke them? Pure.

`runs/api/statistics.py` hands in statistics and what finds the requests; `weir run` and
`weir gate` turn a failed result into exit code 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pricing.rates import digits
from runs.measure.checks import (
    Check,
    Find,
    Measured,
    judge,
    measured,
    not_judged,
    required,
    unpriced,
)
from runs.measure.figures import Statistics, as_plain
from runs.measure.limits import LIMITS, MIN_REQUESTS, REQUIREMENTS, Limit
from runs.measure.metrics import COST, Value

DEFAULT_TOLERANCE = Decimal("0.1")
"""How much worse than the baseline a run may be, when nobody says: 10 %."""
STORED = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class GateResult:
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        return {"passed": self.passed, "checks": as_plain(self.checks)}


def check(
    run: Statistics,
    limits: Mapping[str, Value],
    find: Find,
    *,
    min_requests: int | None = None,
    baseline: Statistics | None = None,
    tolerance: Decimal = DEFAULT_TOLERANCE,
    table: Sequence[Limit] = LIMITS,
) -> GateResult:
    """Did requests come at all; then every limit that is set, then every limit's metric
    beside the baseline's."""
    checks = [
        judge(measured(each.name, each, run), bound, find)
        for each in table
        if (bound := limits.get(each.name)) is not None
    ]
    checks += [
        required(each, run, find) for each in REQUIREMENTS if limits.get(each.name)
    ]
    if baseline is not None:
        checks += _beside_all(table, run, baseline, tolerance, find)
    implied = 1 if checks and limits.get("max_requests") != 0 else 0
    return GateResult((*_came(run.requests, min_requests, implied), *checks))


def _came(count: int, least: int | None, implied: int) -> Iterator[Check]:
    """A run without requests keeps every limit, and shows nothing by it: a limit wants
    one, unless a number is told. Silent where nobody asked and one came."""
    allowed = implied if least is None else least
    if least is None and count >= implied:
        return
    yield Check(
        limit=MIN_REQUESTS,
        passed=count >= allowed,
        verdict="kept" if count >= allowed else "broken",
        allowed=allowed,
        actual=count,
        message=_arrived(count, allowed),
    )


def _arrived(count: int, allowed: int) -> str:
    came = "1 request" if count == 1 else f"{count:,} requests"
    return f"{came} came, at least {allowed:,} had to."


def _beside_all(
    table: Sequence[Limit],
    run: Statistics,
    baseline: Statistics,
    tolerance: Decimal,
    find: Find,
) -> Iterator[Check]:
    if not baseline.successes:
        yield Check(
            limit="baseline",
            passed=False,
            verdict="broken",
            allowed=None,
            actual=None,
            message="No request of the baseline succeeded: nothing can be held to it.",
        )
        return
    for each in table:
        yield _beside(each, run, baseline, tolerance, find)


def _beside(
    limit: Limit, run: Statistics, baseline: Statistics, tolerance: Decimal, find: Find
) -> Check:
    it, before = measured(limit.beside, limit, run), limit.metric.read(baseline)
    if before is None:
        return not_judged(it, None, _without(limit, baseline))
    if limit.is_total and _differ(run.successes, baseline.successes, tolerance):
        it, before = _each(it, before, baseline)
    worse = Decimal(str(before)) * (1 + tolerance)
    bound = worse if limit.metric.unit == "usd" else float(worse)
    than = f"the baseline and {digits(tolerance * 100)} %, that is"
    return judge(it, bound, find, than)


def _differ(successes: int, before: int, tolerance: Decimal) -> bool:
    """Runs of another size, whose totals say nothing of each other."""
    return bool(successes) and abs(successes - before) > before * tolerance


def _each(it: Measured, before: Value, baseline: Statistics) -> tuple[Measured, Value]:
    """Both by their successes: failures cost nothing and would thin it out."""
    count, base = it.run.successes, baseline.successes
    of = f" per success ({count:,}, in the baseline {base:,})"
    return replace(it, actual=_by(it.actual, count), of=of), _by(before, base)


def _by(value: Value, count: int) -> Value:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return (value / count).quantize(STORED)
    return value / count


def _without(limit: Limit, baseline: Statistics) -> str:
    if limit.metric is COST:
        return f"Costs are not compared: in the baseline {unpriced(baseline.cost)}."
    return f"The baseline tells no {limit.words}."
