"""`/api/runs/…/stats`, `/compare` and `/gate`: runs in numbers, held against others.

Joined in `observe/api.py`, before the router that would take `compare` for a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from runs import lifecycle
from runs.api.paths import ID, RUN
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import WHERE, RequestFilter
from runs.measure import gate, statistics
from runs.measure.compare import compare
from runs.measure.culprits import Finder
from runs.measure.figures import Statistics
from runs.measure.of_run import statistics_of
from runs.models import CapturedRequest, Conversation, Run, Turn
from runs.models.request_set import CapturedRequestQuerySet
from runs.schemas.requests import ErrorAnswer
from runs.schemas.statistics import (
    MOST_SIDES,
    PRIMARY_WORDS,
    ComparisonOut,
    GateOut,
    LimitsIn,
    Primary,
    SidesIn,
    StatisticsOut,
)

router = Router(tags=["statistics"])

# A list, as JSON schema wants it; ninja's annotation says dict.
PAIRS: Any = [["main", "branch"]]
RUNS = Query(
    ...,
    min_length=2,
    max_length=MOST_SIDES,
    description="Twice or more: ids, starts of ids, or names.",
    examples=PAIRS,
)
PRIMARY = Query("", description=PRIMARY_WORDS)
ONLY = Query(
    "",
    max_length=MAX_LENGTH,
    description="Only these of its requests, in the filter language (docs/filters.md).",
)
ERRORS = {404: ErrorAnswer, 409: ErrorAnswer, 422: ErrorAnswer}
MISSING = {404: ErrorAnswer, 422: ErrorAnswer}


@router.get(
    "/runs/compare",
    response={200: ComparisonOut, **ERRORS},
    summary="Compare runs, one a side",
)
def compare_runs(
    request: HttpRequest,
    run: list[str] = RUNS,
    primary: Primary = PRIMARY,
) -> dict[str, Any]:
    """Everything is held against the first one."""
    return _compared([[each] for each in run], primary)


@router.post(
    "/runs/compare",
    response={200: ComparisonOut, **ERRORS},
    summary="Compare runs, several a side",
)
def compare_sides(request: HttpRequest, asked: SidesIn) -> dict[str, Any]:
    """With several runs a side there are intervals, and with four or more a verdict
    whether a difference is more than noise: over all metrics at once, by task where
    the runs' metadata tell a `task` each."""
    return _compared(asked.sides, asked.primary)


@router.get(
    "/runs/{run}/stats",
    response={200: StatisticsOut, **ERRORS},
    summary="A run in numbers",
)
def run_statistics(
    request: HttpRequest, run: str = RUN, where: str = ONLY
) -> dict[str, Any]:
    """Exact, of all its requests, those under way included as pending."""
    return numbers_of(lifecycle.find(run), where).as_dict()


@router.post(
    "/runs/{run}/gate",
    response={200: GateOut, **ERRORS},
    summary="Hold a run to limits",
)
def run_gate(request: HttpRequest, asked: LimitsIn, run: str = RUN) -> dict[str, Any]:
    """Answers 200 either way; `passed` says how it went."""
    found = lifecycle.find(run)
    baseline = lifecycle.find(asked.baseline) if asked.baseline else None
    numbers = numbers_of(found, asked.where)
    before = numbers_of(baseline, asked.where) if baseline else None
    result = gate.check(
        numbers,
        asked.limits(),
        Finder(requests_of(found, asked.where)),
        min_requests=asked.min_requests,
        baseline=before,
        tolerance=Decimal(str(asked.tolerance)),
    )
    return {
        "run": found.uid,
        "name": found.name,
        "baseline": baseline.uid if baseline else None,
        "pending": numbers.pending,
        **result.as_dict(),
    }


@router.get(
    "/conversations/{conversation}/stats",
    response={200: StatisticsOut, **MISSING},
    summary="A conversation in numbers",
)
def conversation_statistics(
    request: HttpRequest, conversation: int = ID
) -> dict[str, Any]:
    """As `/runs/{run}/stats`."""
    if not Conversation.objects.filter(pk=conversation).exists():
        raise HttpError(404, f"No conversation has the id {conversation}.")
    return _of(conversation=conversation)


@router.get(
    "/turns/{turn}/stats",
    response={200: StatisticsOut, **MISSING},
    summary="A turn in numbers",
)
def turn_statistics(request: HttpRequest, turn: int = ID) -> dict[str, Any]:
    """As `/runs/{run}/stats`."""
    if not Turn.objects.filter(pk=turn).exists():
        raise HttpError(404, f"No turn has the id {turn}.")
    return _of(turn=turn)


def _compared(sides: Sequence[Sequence[str]], primary: str) -> dict[str, Any]:
    found = [[lifecycle.find(each) for each in side] for side in sides]
    return compare(found, primary).as_dict()


def requests_of(run: Run, where: str) -> CapturedRequestQuerySet:
    """Of a run, those that the filter leaves."""
    chosen = RequestFilter.from_query({WHERE: where})
    return chosen.apply(CapturedRequest.objects.filter(run=run))


def numbers_of(run: Run, where: str) -> Statistics:
    """Of those."""
    return statistics.of(requests_of(run, where)) if where else statistics_of(run.pk)


def _of(**chosen: Any) -> dict[str, Any]:
    return statistics.of(CapturedRequest.objects.filter(**chosen)).as_dict()
