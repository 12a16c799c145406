"""`/api/figures`: what requests came to over time, from the figures kept by minute and
hour; no request is read, however many there are.
"""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from runs import lifecycle
from runs.filters.grammar import MAX_LENGTH
from runs.filters.request_filter import Where
from runs.measure.narrowing import KNOWN, of_figures
from runs.measure.over_time import By, OverTime, asked_range, read, whole
from runs.models import Run
from runs.schemas.figures import OverTimeOut, shown
from runs.schemas.requests import ErrorAnswer
from runs.schemas.runs import Moment

router = Router(tags=["statistics"])

Last = Literal["1h", "6h", "24h", "7d", "30d"]
LAST = Query("24h", description="The time until now, where no `start` is given.")
START = Query(None, description="From then on.")
END = Query(None, description="Until then; default: now.")
BY = Query("", description="Tells each of its values by itself.")
IN_LANGUAGE = Query(
    "",
    max_length=MAX_LENGTH,
    description=f"The filter language (docs/filters.md), of {KNOWN}:"
    " `model:gpt-5* -provider:openai`.",
)
VALUES = Query([], max_length=20, description="Only these; several times.")


@router.get(
    "/figures",
    response={200: OverTimeOut, 404: ErrorAnswer, 422: ErrorAnswer},
    summary="Requests, tokens, cost and times over time",
)
def figures(
    request: HttpRequest,
    last: Last = LAST,
    start: Moment | None = START,
    end: Moment | None = END,
    by: By = BY,
    provider: list[str] = VALUES,
    model: list[str] = VALUES,
    operation: list[str] = VALUES,
    outcome: list[str] = VALUES,
    where: str = IN_LANGUAGE,
    run: str = Query("", max_length=255, description="Id, start of an id, or name."),
) -> dict[str, Any]:
    """Steps are as narrow as the range allows: 1 minute to 7 days. Minutes are kept for
    two days, hours for ever, also where requests have been pruned."""
    try:
        asked = asked_range(last, start, end)
    except ValueError as error:
        raise HttpError(422, str(error)) from None
    condition = of_figures(Where.read(where))
    only: dict[str, list[Any]] = {
        "provider": provider,
        "model": model,
        "operation": operation,
        "outcome": outcome,
        "run": [lifecycle.find(run).pk] if run else [],
    }
    only = {name: values for name, values in only.items() if values}
    now = read(asked, by, only, condition)
    before = whole(asked.before, only, condition)
    return shown(now, before, _names(by, now) if by else None)


def _names(by: By, found: OverTime) -> dict[str, str]:
    """Runs are told by their ids; what belongs to none by nothing."""
    if by != "run":
        return {}
    runs = Run.objects.in_bulk([int(key) for key in found.groups])
    return {"0": ""} | {str(pk): str(run.uid) for pk, run in runs.items()}
