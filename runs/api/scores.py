"""`POST /api/scores`: scores of other programs, each matched to its session.

Joined in `observe/api.py`; `runs/experiments/matching.py` does the work.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Router

from runs.experiments.matching import Given, Matcher, give
from runs.experiments.results import Result
from runs.schemas.experiments import GivenOut, ResultsIn
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["experiments"])


@router.post(
    "/scores",
    response={200: list[GivenOut], 422: ErrorAnswer},
    summary="Score sessions from a file of results",
)
def give_scores(request: HttpRequest, asked: ResultsIn) -> list[dict[str, Any]]:
    """By session id, by run key, else by task; the same again changes nothing."""
    results = [
        Result(
            **each.dict(exclude={"hints", "session"}),
            hints=tuple(each.hints),
            session=each.session or asked.session,
        )
        for each in asked.results
    ]
    with transaction.atomic():
        given = give(results, Matcher(asked.experiment, asked.variant))
    return [_out(each) for each in given]


def _out(given: Given) -> dict[str, Any]:
    session = given.session.run.uid if given.session else None
    return {"session": session, "why": given.why, "new": given.is_new}
