"""Does a run keep its limits, and which requests broke them? Pure.

`runs/api/statistics.py` hands in statistics and `runs/measure/culprits.py` to find the
requests; `weir run` and `weir gate` turn a failed result into exit code 3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pricing.rates import digits
from runs.measure.figures import Cost, Statistics, as_plain
from runs.measure.limits import ERRORS, LIMITS, UNPRICED, Blame, Limit
from runs.measure.metrics import COST, Value, told

DEFAULT_TOLERANCE = Decimal("0.1")
"""How much worse than the baseline a run may be, when nobody says: 10 %."""


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


@dataclass(frozen=True, slots=True)
class Measured:
    """What a limit is about, in the run that is judged."""

    name: str
    """Of the check."""
    limit: Limit
    actual: Value
    run: Statistics

    @property
    def cost(self) -> Cost:
        return self.run.cost

    @property
    def successes(self) -> int:
        return self.run.successes

    @property
    def of(self) -> str:
        """How many requests a percentile is of."""
        counted = self.limit.counted
        return f" (of {counted(self.run):,})" if counted else ""

    def told(self, value: Value) -> str:
        return told(value, self.limit.metric.unit)


def check(
    run: Statistics,
    limits: Mapping[str, Value],
    find: Find,
    *,
    baseline: Statistics | None = None,
    tolerance: Decimal = DEFAULT_TOLERANCE,
    table: Sequence[Limit] = LIMITS,
) -> GateResult:
    """Every limit that is set, then every limit's metric beside the baseline's."""
    checks = [
        _judge(_measured(each.name, each, run), bound, find)
        for each in table
        if (bound := limits.get(each.name)) is not None
    ]
    if baseline is not None:
        checks += [_beside(each, run, baseline, tolerance, find) for each in table]
    return GateResult(tuple(checks))


def _measured(name: str, limit: Limit, run: Statistics) -> Measured:
    # What is known of a cost is told, even where it isn't known in full.
    actual = run.cost.usd if limit.metric is COST else limit.metric.read(run)
    return Measured(name, limit, actual, run)


def _judge(it: Measured, bound: Value, find: Find, than: str = "the limit of") -> Check:
    if it.limit.metric is COST and it.cost.unpriced_requests:
        # Whatever the others cost.
        return _failed(it, bound, _untold(it), find(UNPRICED, None))
    if it.actual is None and it.limit.metric.unit == "ms" and not it.successes:
        why = f"No request succeeded: nothing tells the {it.limit.words}."
        return _failed(it, bound, why, find(ERRORS, None))
    if it.actual is None:
        return _passed(it, bound, f"No request tells the {it.limit.words}.")
    said = f"The {it.limit.words} is {it.told(it.actual)}{it.of}"
    if _at_most(it.actual, bound):
        return _passed(it, bound, f"{said}, within {than} {it.told(bound)}.")
    why = f"{said}, over {than} {it.told(bound)}."
    return _failed(it, bound, why, find(it.limit.blame, bound))


def _untold(it: Measured) -> str:
    known = f"{it.told(it.actual)} is" if it.actual is not None else "nothing is"
    return f"The cost can't be told: {_unpriced(it.cost)}; of the rest {known} known."


def _unpriced(cost: Cost) -> str:
    count = cost.unpriced_requests
    requests = "1 request has" if count == 1 else f"{count:,} requests have"
    return f"{requests} no known cost"


def _beside(
    limit: Limit, run: Statistics, baseline: Statistics, tolerance: Decimal, find: Find
) -> Check:
    it = _measured(limit.beside, limit, run)
    before = limit.metric.read(baseline)
    if before is None:
        return _passed(it, None, _without(limit, baseline))
    worse = Decimal(str(before)) * (1 + tolerance)
    bound = worse if limit.metric.unit == "usd" else float(worse)
    than = f"the baseline and {digits(tolerance * 100)} %, that is"
    return _judge(it, bound, find, than)


def _without(limit: Limit, baseline: Statistics) -> str:
    if limit.metric is COST:
        return f"Costs are not compared: in the baseline {_unpriced(baseline.cost)}."
    return f"The baseline tells no {limit.words}."


def _at_most(actual: Value, limit: Value) -> bool:
    """Exactly: 0.1 as a limit means a tenth, though no float is one."""
    return Decimal(str(actual)) <= Decimal(str(limit))


def _passed(it: Measured, bound: Value, why: str) -> Check:
    return Check(
        limit=it.name, passed=True, allowed=bound, actual=it.actual, message=why
    )


def _failed(it: Measured, bound: Value, why: str, found: Culprits) -> Check:
    return Check(
        limit=it.name,
        passed=False,
        allowed=bound,
        actual=it.actual,
        message=why,
        requests=found.shown,
        request_count=found.count,
    )
