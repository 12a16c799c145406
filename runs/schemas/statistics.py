"""What the statistics, comparison and gate operations take and answer."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints, create_model

from runs.cleaning import INT64_MAX
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import WHERE
from runs.measure.checks import Check
from runs.measure.differences import Comparison
from runs.measure.figures import Statistics
from runs.measure.gate import DEFAULT_TOLERANCE
from runs.measure.limits import LIMITS, MIN_REQUESTS, REQUIREMENTS, Limit
from runs.measure.metrics import METRICS, Unit, Value
from runs.schemas.described import schema_of

StatisticsOut: Any = schema_of(Statistics)
ComparisonOut: Any = schema_of(Comparison)
CheckOut: Any = schema_of(Check)

MOST_SIDES = 20
MOST_RUNS = 50
"""On one side."""
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Side = Annotated[list[Reference], Field(min_length=1, max_length=MOST_RUNS)]
PRIMARY_WORDS = (
    "A metric chosen before anything was seen: it gets the 5 % for itself, and the"
    " others are judged once it has shown a difference."
)


def _is_metric(name: str) -> str:
    if name and name not in {metric.name for metric in METRICS}:
        raise ValueError("no metric has this name")
    return name


Primary = Annotated[str, AfterValidator(_is_metric)]
Dollars = Annotated[
    Decimal,
    Field(ge=0, le=10**12, allow_inf_nan=False, decimal_places=12, max_digits=24),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=INT64_MAX)]


class SidesIn(Schema):
    """Runs to compare; the first side is the one that the others stand beside."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"sides": [["main"], ["branch"]]}}
    )

    primary: Primary = Field("", description=PRIMARY_WORDS)
    sides: list[Side] = Field(
        min_length=2,
        max_length=MOST_SIDES,
        description="Each side: ids, starts of ids, or names of runs.",
    )


OF_UNIT: dict[Unit, Any] = {
    "usd": Dollars,
    "count": Count,
    "tokens": Count,
    "share": Share,
    "ms": Milliseconds,
}
"""What a limit may be."""


def limits_of(table: Sequence[Limit]) -> type[Schema]:
    """A field for each limit."""
    fields: dict[str, Any] = {
        each.name: (
            OF_UNIT[each.metric.unit] | None,
            Field(None, description=each.help),
        )
        for each in table
    }
    return create_model("LimitValues", __base__=Schema, **fields)


_REQUIRED = {each.name: each.help for each in REQUIREMENTS}


class LimitsIn(limits_of(LIMITS)):  # type: ignore[misc]
    """Limits of a run; what is left out is not limited."""

    model_config = ConfigDict(
        extra="forbid",  # a misspelt limit would never be broken
        json_schema_extra={"example": {"max_cost_usd": "0.50", "max_requests": 40}},
    )

    min_requests: Count | None = Field(
        None,
        description="So many there must be. Any limit implies 1; 0 allows none.",
    )
    require_model: bool = Field(False, description=_REQUIRED["require_model"])
    require_tier: bool = Field(False, description=_REQUIRED["require_tier"])
    where: Annotated[str, Field(max_length=MAX_LENGTH)] = Field(
        "",
        description="Only these requests of the run, and of the baseline, in the filter"
        " language (docs/filters.md).",
    )
    baseline: Reference | None = Field(
        None, description="A run that this one may not be worse than."
    )
    tolerance: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = Field(
        float(DEFAULT_TOLERANCE),
        description="How much worse than the baseline it may be; 0.1 is 10 %.",
    )

    def limits(self) -> dict[str, Value]:
        left_out = {MIN_REQUESTS, "baseline", "tolerance", WHERE}
        told: dict[str, Value] = self.model_dump(exclude=left_out, exclude_none=True)
        return told


class GateOut(Schema):
    """Whether the run kept every limit, and if not, which requests broke it."""

    run: UUID = Field(description="Id of the run.")
    name: str
    baseline: UUID | None = Field(description="Id of the run it was held against.")
    passed: bool
    pending: int = Field(
        description="Requests not finished: each fails the limits that it may break."
    )
    checks: list[CheckOut]
