"""`/api/sessions`: begin, look up, score and end sessions of experiments.

Joined in `observe/api.py`; `runs/experiments/sessions.py` does the work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.params.functions import Path, Query

from runs import lifecycle
from runs.api.paths import RUN
from runs.api.requests import BYTES
from runs.api.run_counts import counted
from runs.experiments import export, sessions, versions
from runs.experiments.sessions import About, Begun
from runs.models import Session, SessionStatus
from runs.schemas.experiments import (
    AccessOut,
    BegunOut,
    FinalIn,
    ScoreIn,
    SessionIn,
    TrialOut,
)
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["experiments"])
EXPERIMENT = Query("", max_length=100, description="Only of this one.")
NAME = Path(..., max_length=100, description="What the score is called.")
STATUS = Query(None, description="Only these.")
ERRORS = {404: ErrorAnswer, 409: ErrorAnswer, 422: ErrorAnswer}
MOST = 5000
Table = Literal["csv", "json"]
FORMAT = Query("csv", description="CSV unless told.")
TABLES: dict[Table, tuple[str, Callable[[str], str]]] = {
    "csv": ("text/csv; charset=utf-8", export.as_csv),
    "json": ("application/json", export.as_json),
}


@router.get(
    "/sessions",
    response={200: list[TrialOut], 422: ErrorAnswer},
    summary="List sessions",
)
def list_sessions(
    request: HttpRequest,
    experiment: str = EXPERIMENT,
    status: SessionStatus | None = STATUS,
    limit: int = Query(200, ge=1, le=MOST),
) -> list[Session]:
    """The newest first."""
    rows = Session.objects.whole().order_by("-pk")
    if experiment:
        rows = rows.of_experiment(experiment)
    if status:
        rows = rows.filter(status=status)
    found = list(rows[:limit])
    counted([each.run for each in found])
    return found


@router.get(
    "/sessions/export",
    response=ERRORS,
    openapi_extra=BYTES,
    summary="Download sessions",
)
def export_sessions(
    request: HttpRequest, experiment: str = EXPERIMENT, format: Table = FORMAT
) -> HttpResponse:
    """A line each, oldest first, with the columns of the view `weir_sessions`."""
    kind, write = TABLES[format]
    answer = HttpResponse(write(experiment), content_type=kind)
    name = f'attachment; filename="weir-sessions.{format}"'
    answer.headers["Content-Disposition"] = name
    return answer


@router.post("/sessions", response={201: BegunOut, **ERRORS}, summary="Begin a session")
def create_session(request: HttpRequest, asked: SessionIn) -> Status[Any]:
    """A run with a key of its own, which is told once."""
    where = {"experiment", "variant", "task_card", "harness", "repeat"}
    begun = sessions.create(
        asked.experiment,
        asked.variant,
        asked.task_card,
        About(**asked.dict(exclude=where)),
        harness=asked.harness,
        repeat=asked.repeat,
    )
    return Status(201, begun_out(begun))


@router.get(
    "/sessions/{run}", response={200: TrialOut, **ERRORS}, summary="One session"
)
def get_session(request: HttpRequest, run: str = RUN) -> Session:
    return _shown(sessions.find(run))


@router.post(
    "/sessions/{run}/access",
    response={200: AccessOut, **ERRORS},
    summary="A new key of a session, and its profile",
)
def session_access(request: HttpRequest, run: str = RUN) -> dict[str, Any]:
    """Keys are told once: who needs the environment again gets a further one."""
    session = sessions.find(run)
    asked = versions.experiment(session.experiment)
    issued = lifecycle.issue_key(session.run, keeps_content=asked.content == "full")
    return {"key": issued.text, **_definitions(session)}


@router.post(
    "/sessions/{run}/finalize",
    response={200: TrialOut, **ERRORS},
    summary="End a session",
)
def finalize_session(request: HttpRequest, asked: FinalIn, run: str = RUN) -> Session:
    """With a status that stays; its keys are refused from then on."""
    found = sessions.find(run)
    told = asked.dict(exclude={"status"})
    return _shown(sessions.finalize(found, SessionStatus(asked.status), **told))


@router.post(
    "/sessions/{run}/scores",
    response={200: TrialOut, **ERRORS},
    summary="Score a session",
)
def score_session(
    request: HttpRequest, asked: list[ScoreIn], run: str = RUN
) -> Session:
    """Also one that is over; a score of the same name is replaced."""
    found = sessions.find(run)
    for each in asked:
        sessions.score(found, **each.dict())
    return _shown(sessions.find(run))


@router.delete(
    "/sessions/{run}/scores/{path:name}",  # JUnit's have slashes
    response={204: None, **ERRORS},
    summary="Remove a score of a session",
)
def unscore_session(
    request: HttpRequest, run: str = RUN, name: str = NAME
) -> Status[Any]:
    sessions.unscore(sessions.find(run), name)
    return Status(204, None)


@router.delete(
    "/sessions/{run}", response={204: None, **ERRORS}, summary="Delete a session"
)
def delete_session(
    request: HttpRequest,
    run: str = RUN,
    with_requests: bool = Query(
        True, description="Also its requests; else they stay, in no run."
    ),
) -> Status[Any]:
    sessions.delete(sessions.find(run), with_requests=with_requests)
    return Status(204, None)


def begun_out(begun: Begun) -> dict[str, Any]:
    session = _shown(sessions.find(str(begun.session.run.uid)))
    return {"session": session, "key": begun.key, **_definitions(session)}


def _definitions(session: Session) -> dict[str, Any]:
    return {
        "harness": versions.harness(session.harness).model_dump(mode="json"),
        "variant": session.variant.content,
        "task_card": session.task_card.content,
    }


def _shown(session: Session) -> Session:
    counted([session.run])
    return session
