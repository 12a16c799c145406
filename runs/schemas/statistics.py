"""What the statistics, comparison and gate operations take and answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from runs.measure.differences import Comparison
from runs.measure.figures import Statistics
from runs.measure.gate import DEFAULT_TOLERANCE, Check, Limits
from runs.schemas.described import schema_of

StatisticsOut: Any = schema_of(Statistics)
ComparisonOut: Any = schema_of(Comparison)
CheckOut: Any = schema_of(Check)

MOST_SIDES = 20
MOST_RUNS = 50
"""On one side."""
Reference = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Side = Annotated[list[Reference], Field(min_length=1, max_length=MOST_RUNS)]
Dollars = Annotated[
    Decimal,
    Field(ge=0, le=10**12, allow_inf_nan=False, decimal_places=12, max_digits=24),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=2**63 - 1)]


class SidesIn(Schema):
    """Runs to compare; the first side is the one that the others stand beside."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"sides": [["main"], ["branch"]]}}
    )

    sides: list[Side] = Field(
        min_length=2,
        max_length=MOST_SIDES,
        description="Each side: ids, starts of ids, or names of runs.",
    )


class LimitsIn(Schema):
    """Limits of a run; what is left out is not limited."""

    model_config = ConfigDict(
        extra="forbid",  # a misspelt limit would never be broken
        json_schema_extra={"example": {"max_cost_usd": "0.50", "max_requests": 40}},
    )

    max_cost_usd: Dollars | None = Field(
        None, description="Fails too while a request has no known price."
    )
    max_requests: Count | None = Field(None, description="All of them.")
    max_tokens: Count | None = Field(None, description="In and out, cached ones too.")
    max_p95_ms: Milliseconds | None = Field(None, description="95 % of the durations.")
    max_ttft_p95_ms: Milliseconds | None = Field(None, description="95 % of the TTFTs.")
    max_error_rate: Share | None = Field(
        None, description="Of the finished requests; 0.05 is 5 %."
    )
    baseline: Reference | None = Field(
        None, description="A run that this one may not be worse than."
    )
    tolerance: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = Field(
        float(DEFAULT_TOLERANCE),
        description="How much worse than the baseline it may be; 0.1 is 10 %.",
    )

    def limits(self) -> Limits:
        given = self.model_dump(exclude={"baseline", "tolerance"})
        return Limits(**given, tolerance=Decimal(str(self.tolerance)))


class GateOut(Schema):
    """Whether the run kept every limit, and if not, which requests broke it."""

    run: UUID = Field(description="Id of the run.")
    name: str
    baseline: UUID | None = Field(description="Id of the run it was held against.")
    passed: bool
    pending: int = Field(description="Requests not finished; judged as far as known.")
    checks: list[CheckOut]
