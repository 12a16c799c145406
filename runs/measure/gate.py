"""Does a run keep its limits, and which requests broke them? Pure.

`runs/api/statistics.py` hands in statistics and `runs/measure/culprits.py` to find the
requests; `weir run` and `weir gate` turn a failed result into exit code 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from runs.measure.figures import Cost, Statistics, as_plain, money

DEFAULT_TOLERANCE = Decimal("0.1")
"""How much worse than the baseline a run may be, when nobody says."""

Blame = Literal["cost", "requests", "tokens", "duration", "ttft", "errors", "unpriced"]
Value = Decimal | float | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """None: not limited."""

    max_cost_usd: Decimal | None = None
    max_requests: int | None = None
    max_tokens: int | None = None
    """In and out, cached ones too."""
    max_p95_ms: float | None = None
    max_ttft_p95_ms: float | None = None
    max_error_rate: float | None = None
    """Of the finished requests: 0.05 is 5 %."""
    tolerance: Decimal = DEFAULT_TOLERANCE
    """0.1: a run may be 10 % worse than its baseline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Culprit:
    """A request that broke a limit."""

    id: str
    message: str
    """Model, endpoint, status, and the value that counted, for people."""


@dataclass(frozen=True, slots=True)
class Culprits:
    """The worst of them, and how many there are."""

    shown: tuple[Culprit, ...] = ()
    count: int = 0


Find = Callable[[Blame, Value], Culprits]
"""Gives the requests that took a limit of this kind beyond a value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One limit and how it went."""

    limit: str
    """`max_cost_usd`…, or `baseline_cost_usd`…"""
    passed: bool
    allowed: Value
    actual: Value
    message: str
    """A sentence for people."""
    requests: tuple[Culprit, ...] = ()
    """Which broke it; the worst ten at most."""
    request_count: int = 0
    """How many broke it."""


@dataclass(frozen=True, slots=True)
class GateResult:
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        return {"passed": self.passed, "checks": as_plain(self.checks)}


def check(
    run: Statistics, limits: Limits, find: Find, *, baseline: Statistics | None = None
) -> GateResult:
    """Every limit that is set, then every metric of the baseline."""
    checks = list(_limits(run, limits, find))
    if baseline is not None:
        checks += _baseline(run, baseline, limits.tolerance, find)
    return GateResult(tuple(checks))


# --- limits ---------------------------------------------------------------------------


def _limits(run: Statistics, limits: Limits, find: Find) -> Iterator[Check]:
    if limits.max_cost_usd is not None:
        yield _cost(run.cost, limits.max_cost_usd, find)
    for name, blame, what, actual in (
        ("max_requests", "requests", "requests", run.requests),
        ("max_tokens", "tokens", "tokens", run.tokens.total or 0),
        ("max_p95_ms", "duration", "p95 of the duration", run.duration.p95_ms),
        ("max_ttft_p95_ms", "ttft", "p95 of the TTFT", run.ttft.p95_ms),
        ("max_error_rate", "errors", "error rate", run.error_rate),
    ):
        limit = getattr(limits, name)
        if limit is not None:
            yield _judge(Measured(name, blame, what, actual), limit, find)


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    blame: Any
    what: str
    actual: Value


def _cost(cost: Cost, limit: Decimal, find: Find) -> Check:
    """Requests without a price fail it, whatever the others cost."""
    metric = Measured("max_cost_usd", "cost", "cost", cost.usd)
    if not cost.unpriced_requests:
        return _judge(metric, limit, find)
    known = "nothing is known" if cost.usd is None else f"{_told(metric)} is known"
    why = f"The cost can't be told: {_unpriced(cost)}; of the rest {known}."
    return _failed(metric, limit, why, find("unpriced", None))


def _unpriced(cost: Cost) -> str:
    count = cost.unpriced_requests
    requests = "1 request has" if count == 1 else f"{count:,} requests have"
    return f"{requests} no price"


def _judge(metric: Measured, limit: Value, find: Find, than: str = "") -> Check:
    if metric.actual is None:
        why = f"No request tells the {metric.what}."
        return _passed(metric, limit, why)
    told, bound = _told(metric), _told(metric, limit)
    if _at_most(metric.actual, limit):
        why = f"The {metric.what} is {told}, within {than or 'the limit of'} {bound}."
        return _passed(metric, limit, why)
    why = f"The {metric.what} is {told}, over {than or 'the limit of'} {bound}."
    return _failed(metric, limit, why, find(metric.blame, limit))


def _at_most(actual: Value, limit: Value) -> bool:
    """Exactly: 0.1 as a limit means a tenth, though no float is one."""
    return Decimal(str(actual)) <= Decimal(str(limit))


def _passed(metric: Measured, limit: Value, why: str) -> Check:
    return Check(
        limit=metric.name,
        passed=True,
        allowed=limit,
        actual=metric.actual,
        message=why,
    )


def _failed(metric: Measured, limit: Value, why: str, found: Culprits) -> Check:
    return Check(
        limit=metric.name,
        passed=False,
        allowed=limit,
        actual=metric.actual,
        message=why,
        requests=found.shown,
        request_count=found.count,
    )


def _told(metric: Measured, value: Value = None) -> str:
    """A value with its unit, as the metric's name tells it."""
    value = metric.actual if value is None else value
    number = Decimal(str(value))
    if metric.name.endswith("_usd"):
        return f"${money(number)}"
    if metric.name.endswith("_ms"):
        return f"{number:,.0f} ms"
    if metric.name.endswith("_rate"):
        return f"{money(round(number * 100, 2))} %"
    return f"{number:,.0f}"


# --- baseline -------------------------------------------------------------------------


def _baseline(
    run: Statistics, baseline: Statistics, tolerance: Decimal, find: Find
) -> Iterator[Check]:
    yield _cost_beside(run.cost, baseline.cost, tolerance, find)
    for metric, before in _pairs(run, baseline):
        if before is None:
            yield _passed(metric, None, f"The baseline tells no {metric.what}.")
        else:
            limit = float(_worse(before, tolerance))
            yield _judge(metric, limit, find, _beside(tolerance))


def _pairs(run: Statistics, base: Statistics) -> Sequence[tuple[Measured, Value]]:
    rows: tuple[tuple[str, str, str, Value, Value], ...] = (
        ("requests", "requests", "number of requests", run.requests, base.requests),
        ("tokens", "tokens", "tokens", run.tokens.total or 0, base.tokens.total or 0),
        (
            *("p95_ms", "duration", "p95 of the duration"),
            *(run.duration.p95_ms, base.duration.p95_ms),
        ),
        (
            *("ttft_p95_ms", "ttft", "p95 of the TTFT"),
            *(run.ttft.p95_ms, base.ttft.p95_ms),
        ),
        ("error_rate", "errors", "error rate", run.error_rate, base.error_rate),
    )
    return [
        (Measured(f"baseline_{name}", blame, what, actual), before)
        for name, blame, what, actual, before in rows
    ]


def _cost_beside(cost: Cost, before: Cost, tolerance: Decimal, find: Find) -> Check:
    metric = Measured("baseline_cost_usd", "cost", "cost", cost.usd)
    if before.unpriced_requests or before.usd is None:
        why = f"Costs are not compared: in the baseline {_unpriced(before)}."
        return _passed(metric, None, why)
    limit = _worse(before.usd, tolerance)
    if cost.unpriced_requests:
        why = f"The cost can't be told: {_unpriced(cost)}."
        return _failed(metric, limit, why, find("unpriced", None))
    return _judge(metric, limit, find, _beside(tolerance))


def _worse(before: Value, tolerance: Decimal) -> Decimal:
    return Decimal(str(before)) * (1 + tolerance)


def _beside(tolerance: Decimal) -> str:
    return f"the baseline and {money(tolerance * 100)} %, that is"
