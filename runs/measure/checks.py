"""One limit and one run: is it kept, and who broke it? Pure.

`gate.py` asks for each limit that is set, and for each metric beside a baseline's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from runs.measure.figures import Cost, Statistics
from runs.measure.limits import (
    ERRORS,
    PENDING,
    UNPRICED,
    Blame,
    Limit,
    Requirement,
)
from runs.measure.metrics import COST, Value, told

Kept = Literal["kept", "broken", "not_judged"]


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
    """`max_cost_usd`…, `baseline_cost_usd`…, `min_requests`, or `baseline`"""
    passed: bool
    """Not broken; `verdict` tells whether that means anything."""
    verdict: Kept
    """`kept`, `broken`, or `not_judged` where nothing tells the metric."""
    allowed: Value
    actual: Value
    message: str
    """A sentence for people."""
    requests: tuple[Culprit, ...] = ()
    """Which broke it; the worst ten at most."""
    request_count: int = 0
    """How many broke it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a limit is about, in the run that is judged."""

    name: str
    """Of the check."""
    limit: Limit
    run: Statistics
    actual: Value
    of: str = ""
    """Behind the metric's words: `per successful request`."""

    def told(self, value: Value) -> str:
        return told(value, self.limit.metric.unit)

    @property
    def is_latency(self) -> bool:
        return self.limit.metric.unit == "ms"

    @property
    def words(self) -> str:
        return f"{self.limit.words}{self.of}"

    @property
    def counted(self) -> str:
        """How many requests a percentile is of."""
        counted = self.limit.counted
        return f" (of {counted(self.run):,})" if counted else ""


def measured(name: str, limit: Limit, run: Statistics) -> Measured:
    # What is known of a cost is told, even where it isn't known in full.
    actual = run.cost.usd if limit.metric is COST else limit.metric.read(run)
    return Measured(name=name, limit=limit, run=run, actual=actual)


def judge(it: Measured, bound: Value, find: Find, than: str = "the limit of") -> Check:
    if it.limit.metric is COST and it.run.cost.unpriced_requests:
        # Whatever the others cost.
        return _failed(it, bound, _untold(it), find(UNPRICED, None))
    if it.actual is None and it.is_latency and it.run.errors and not it.run.successes:
        why = f"No request succeeded: nothing tells the {it.words}."
        return _failed(it, bound, why, find(ERRORS, None))
    said = _said(it)
    if it.actual is not None and not _at_most(it.actual, bound):
        why = f"{said}, over {than} {it.told(bound)}."
        return _failed(it, bound, why, find(it.limit.blame, bound))
    if it.run.pending and it.limit.is_open:
        why = f"{said}, but {_unfinished(it.run.pending)}."
        return _failed(it, bound, why, find(PENDING, None))
    if it.actual is None:
        return not_judged(it, bound, f"{said}: the limit is not judged.")
    return passed(it, bound, f"{said}, within {than} {it.told(bound)}.")


def required(each: Requirement, run: Statistics, find: Find) -> Check:
    """Whether no request has what none may have."""
    found = find(Blame("marked", each.column), None)
    verdict: Kept = "kept"
    if found.count:
        were = "1 request was" if found.count == 1 else f"{found.count:,} requests were"
        verdict, why = "broken", f"{were} {each.words}."
    elif run.pending:
        found, verdict = find(PENDING, None), "broken"
        why = f"No request was {each.words}, but {_unfinished(run.pending)}."
    elif count := find(Blame("told", each.column), None).count:
        told = "1 request tells" if count == 1 else f"{count:,} requests tell"
        why = f"No request was {each.words} ({told})."
    else:
        verdict = "not_judged"
        why = f"No request tells whether it was {each.words}: that is not judged."
    return Check(
        limit=each.name,
        passed=verdict != "broken",
        verdict=verdict,
        allowed=0,
        actual=None if verdict == "not_judged" else found.count,
        message=why,
        requests=found.shown,
        request_count=found.count,
    )


def unpriced(cost: Cost) -> str:
    count = cost.unpriced_requests
    requests = "1 request has" if count == 1 else f"{count:,} requests have"
    return f"{requests} no known cost"


def passed(it: Measured, bound: Value, why: str, verdict: Kept = "kept") -> Check:
    return Check(
        limit=it.name,
        passed=True,
        verdict=verdict,
        allowed=bound,
        actual=it.actual,
        message=why,
    )


def not_judged(it: Measured, bound: Value, why: str) -> Check:
    """It breaks nothing, and it isn't kept either: nothing tells."""
    return passed(it, bound, why, "not_judged")


def _said(it: Measured) -> str:
    if it.actual is None:
        return f"No request tells the {it.words}"
    return f"The {it.words} is {it.told(it.actual)}{it.counted}"


def _untold(it: Measured) -> str:
    known = "nothing is" if it.actual is None else f"{it.told(it.actual)}{it.of} is"
    why = unpriced(it.run.cost)
    return f"The cost can't be told: {why}; of the rest {known} known."


def _unfinished(count: int) -> str:
    requests = "1 request has" if count == 1 else f"{count:,} requests have"
    return f"{requests} not finished"


def _at_most(actual: Value, limit: Value) -> bool:
    """Exactly: 0.1 as a limit means a tenth, though no float is one."""
    return Decimal(str(actual)) <= Decimal(str(limit))


def _failed(it: Measured, bound: Value, why: str, found: Culprits) -> Check:
    return Check(
        limit=it.name,
        passed=False,
        verdict="broken",
        allowed=bound,
        actual=it.actual,
        message=why,
        requests=found.shown,
        request_count=found.count,
    )
