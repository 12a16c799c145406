"""`/api/experiments/…`: definitions by version, and the sessions that are missing.

Joined in `observe/api.py`; `runs/experiments/` does the work.
"""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from ninja.params.functions import Path, Query

from runs.api.sessions import begun_out
from runs.experiments import cells, report, sessions, versions
from runs.experiments.findings import ExperimentReport
from runs.experiments.kinds import DefinitionKind
from runs.experiments.planning import Plan
from runs.experiments.reports import BY_NAME
from runs.experiments.sessions import About
from runs.lifecycle.errors import RunError
from runs.measure.figures import as_plain
from runs.models import Definition
from runs.schemas.described import schema_of
from runs.schemas.experiments import (
    ClaimIn,
    ClaimOut,
    DefinitionOut,
    DefinitionsIn,
    LoadedOut,
)
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["experiments"])
ReportOut: Any = schema_of(ExperimentReport)
PlanOut: Any = schema_of(Plan)
EFFECT = Query(..., gt=0, le=10, description="As a share: 0.1 is 10 %.")
METRIC = Query("", max_length=120, description="The primary one, else cost_usd.")
SPREAD = Query(None, gt=0, le=10, description="Of recorded sessions, unless told.")
ReportName = Literal["json", "markdown", "html", "csv"]
FORMAT = Query("json", description="JSON unless told.")
KIND = Query(None, description="Only these.")
ERRORS = {404: ErrorAnswer, 422: ErrorAnswer}
EXPERIMENT = Path(max_length=100, description="Its name.")


@router.post(
    "/experiments/definitions",
    response={200: list[LoadedOut], 422: ErrorAnswer},
    summary="Store definitions",
)
def load(request: HttpRequest, asked: DefinitionsIn) -> list[versions.Loaded]:
    """Each version by its content: what is stored already changes nothing."""
    return versions.load((each.kind, each.content) for each in asked.definitions)


@router.get(
    "/experiments/definitions",
    response={200: list[DefinitionOut], 422: ErrorAnswer},
    summary="List definitions",
)
def list_definitions(
    request: HttpRequest,
    kind: DefinitionKind | None = KIND,
) -> list[Definition]:
    """The current version of each, by kind and name."""
    rows = Definition.objects.all()
    return (rows.filter(kind=kind) if kind else rows).all_current()


@router.get(
    "/experiments/definitions/{kind}/{name}",
    response={200: list[DefinitionOut], **ERRORS},
    summary="A definition's versions",
)
def definition_versions(
    request: HttpRequest,
    kind: DefinitionKind,
    name: str = EXPERIMENT,
) -> list[Definition]:
    """The current one first."""
    rows = Definition.objects.filter(kind=kind, name=name)
    found = list(rows.order_by("-loaded_at", "-pk"))
    if not found:
        raise RunError("NO_DEFINITION", f"No {kind} {name!r} is loaded.")
    return found


@router.get(
    "/experiments/{experiment}/report",
    response={200: ReportOut, **ERRORS},
    summary="An experiment's report",
)
def experiment_report(
    request: HttpRequest,
    experiment: str = EXPERIMENT,
    format: ReportName = FORMAT,
) -> Any:
    """Arms side by side, what differs, and whether that is more than noise."""
    found = report.make(experiment)
    if format == "json":
        return found.as_dict()
    form = BY_NAME[format]
    # A file: beside Weir's pages its own styles would be refused.
    name = f'attachment; filename="weir-{found.name}{form.suffix}"'
    headers = {"Content-Type": form.media_type, "Content-Disposition": name}
    return HttpResponse(form.write(found), headers=headers)


@router.get(
    "/experiments/{experiment}/plan",
    response={200: PlanOut, **ERRORS},
    summary="How many repeats a difference needs",
)
def experiment_plan(
    request: HttpRequest,
    experiment: str = EXPERIMENT,
    effect: float = EFFECT,
    metric: str = METRIC,
    spread: float | None = SPREAD,
) -> dict[str, Any]:
    """To be found eight times of ten, by the spread of the sessions so far."""
    return as_plain(report.plan(experiment, effect, metric, spread))  # type: ignore[no-any-return]


@router.post(
    "/experiments/{experiment}/claim",
    response={200: ClaimOut, **ERRORS},
    summary="Begin the next session that is missing",
)
def claim(
    request: HttpRequest, asked: ClaimIn, experiment: str = EXPERIMENT
) -> Status[Any]:
    """In random order within a repeat; no two callers get the same."""
    about = About(source="cli", **asked.dict(exclude={"repeats", "variant"}))
    begun = sessions.claim(
        experiment, about, repeats=asked.repeats, variant=asked.variant
    )
    row = versions.current(DefinitionKind.EXPERIMENT, experiment)
    wanted = set(cells.wanted(versions.experiment(row), asked.repeats, asked.variant))
    taken = wanted & set(sessions.taken(row.name))
    told = {"wanted": len(wanted), "taken": len(taken)}
    return Status(200, {"begun": begun_out(begun) if begun else None, **told})
