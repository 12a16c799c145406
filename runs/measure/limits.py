"""The limits that a run can be held to, a row each: the one place to add one. Pure.

`gate.py` judges by them, `runs/schemas/statistics.py` and the flags of the command line
(`observe/remote/limits.py`) are made from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from runs.measure.figures import Statistics
from runs.measure.metrics import COST, METRICS, Metric


@dataclass(frozen=True, slots=True)
class Blame:
    """Which requests break a limit, as `culprits.py` finds them."""

    how: Literal[
        "sum", "each", "number", "errors", "pending", "unpriced", "marked", "told"
    ]
    """By what they add up to, by what each has, by how many there are, those that
    failed, go on or have no known cost, or those with a mark, or about which the mark
    says something."""
    column: str = ""
    """Of `CapturedRequest`: what is summed, or what each has too much of."""


UNPRICED = Blame("unpriced")
ERRORS = Blame("errors")
PENDING = Blame("pending")
MIN_REQUESTS = "min_requests"
"""The one limit that is a least: `gate.py` judges it by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so much of a metric."""

    name: str
    """In the API; the flag is made of it."""
    metric: Metric
    blame: Blame
    words: str
    """The metric in a sentence: "The … is 12"."""
    help: str
    """A sentence for the API's description and for `--help`."""
    counted: Callable[[Statistics], int] | None = None
    """How many requests it is of, where those are not all."""

    @property
    def is_open(self) -> bool:
        """A request that is under way may still break it."""
        return self.blame.how != "number"

    @property
    def is_total(self) -> bool:
        """It grows with the work that a run does."""
        return self.blame.how == "sum"

    @property
    def beside(self) -> str:
        """Its name where a run is held against a baseline."""
        return "baseline_" + self.name.removeprefix("max_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What no request of a run may have."""

    name: str
    """In the API; the flag is made of it."""
    column: str
    """Of `CapturedRequest`: the mark; null where nothing tells."""
    label: str
    """What is required, for a form."""
    words: str
    """"3 requests were …"."""
    help: str


REQUIREMENTS = (
    Requirement(
        name="require_model",
        column="is_other_model",
        label="Model as asked for",
        words="answered by another model than was asked for",
        help="No request may be answered by another model than it asked for; an alias"
        " that became a dated snapshot is the same model.",
    ),
    Requirement(
        name="require_tier",
        column="is_other_tier",
        label="Tier and speed as asked for",
        words="served in another tier, or at another speed, than was asked for",
        help="No request may be served in another service tier, or at another speed,"
        " than it asked for.",
    ),
)

_METRIC = {metric.name: metric for metric in METRICS}

LIMITS = (
    Limit(
        name="max_cost_usd",
        metric=COST,
        blame=Blame("sum", "cost_usd"),
        words="cost",
        help="All requests together; fails too while a billed one has no known cost.",
    ),
    Limit(
        name="max_requests",
        metric=_METRIC["requests"],
        blame=Blame("number"),
        words="number of requests",
        help="How many there may be, failed ones too.",
    ),
    Limit(
        name="max_tokens",
        metric=_METRIC["total_tokens"],
        blame=Blame("sum", "total_tokens"),
        words="number of tokens",
        help="In and out, cached ones too.",
    ),
    Limit(
        name="max_p95_ms",
        metric=_METRIC["duration_p95_ms"],
        blame=Blame("each", "duration_ms"),
        words="p95 of the duration",
        counted=lambda run: run.duration.count,
        help="95 % of the durations of successes; fails when nothing succeeded.",
    ),
    Limit(
        name="max_ttft_p95_ms",
        metric=_METRIC["ttft_p95_ms"],
        blame=Blame("each", "ttft_ms"),
        words="p95 of the TTFT",
        counted=lambda run: run.ttft.count,
        help="95 % of the times to the first token of streamed successes; fails when"
        " nothing succeeded.",
    ),
    Limit(
        name="max_error_rate",
        metric=_METRIC["error_rate"],
        blame=ERRORS,
        words="error rate",
        help="Of the finished requests: 0.05 is 5 %.",
    ),
)
