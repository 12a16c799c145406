"""`/api/runs`: start, look up, change and end runs; what is in them.

Joined in `observe/api.py`; statistics, exports and the gate are routers of their own.
`runs/lifecycle/changes.py` does the work.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.params.functions import Query

from runs import lifecycle
from runs.api.paging import CURSOR, Cursor, links, page_by_id
from runs.api.paths import RUN
from runs.api.requests import page_of
from runs.api.run_counts import counted, summed
from runs.api.talks import LIMIT, turn_page
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest, Run, RunState, Turn
from runs.schemas.request_query import RequestQuery
from runs.schemas.requests import ErrorAnswer, RequestPage
from runs.schemas.runs import (
    MovedOut,
    MoveIn,
    NewRunIn,
    RunAnswer,
    RunChange,
    RunIn,
    RunOut,
    RunPage,
)
from runs.schemas.talks import TurnPage

router = Router(tags=["runs"])

STATE = Query(None, description="Only these.")
BAD = {400: ErrorAnswer, 422: ErrorAnswer}
ERRORS = {404: ErrorAnswer, **BAD}


# --- the list -------------------------------------------------------------------------


@router.get("/runs", response={200: RunPage, 422: ErrorAnswer}, summary="List runs")
def list_runs(
    request: HttpRequest,
    state: RunState | None = STATE,
    is_global: bool | None = Query(None, description="Only global ones, or others."),
    q: str = Query("", max_length=200, description="Part of the name."),
    tag: str = Query("", max_length=100, description="With this tag."),
    totals: bool = Query(False, description="What each came to, too."),
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, object]:
    """Newest first."""
    rows = Run.objects.all()
    given: dict[str, Any] = {"limit": limit}
    if totals:
        given["totals"] = 1
    if state is not None:
        rows, given["state"] = rows.filter(state=state), state.value
    if is_global is not None:
        rows, given["is_global"] = rows.filter(is_global=is_global), int(is_global)
    if q := q.replace("\0", "").strip():
        rows, given["q"] = rows.filter(name__icontains=q), q
    if tag := tag.replace("\0", "").strip():
        rows, given["tag"] = rows.tagged(tag), tag
    page = page_by_id(rows, cursor, limit)
    items = summed(page.rows) if totals else counted(page.rows)
    return {"items": items, **links(request, given, page)}


@router.post("/runs", response={201: RunOut, **BAD}, summary="Start a run")
def create_run(request: HttpRequest, asked: NewRunIn) -> Status[Any]:
    """Beside others, unless it is global. Requests come to it by its key
    (`/runs/{run}/keys`) or by an `X-Weir-Run` header with its id or name."""
    run = lifecycle.start(
        asked.name,
        notes=asked.notes,
        tags=asked.tags,
        metadata=asked.metadata,
        is_global=asked.is_global,
        source=asked.source,
    )
    return Status(201, _one(run))


# --- the global run -------------------------------------------------------------------


@router.post(
    "/runs/start", response={200: RunAnswer, **BAD}, summary="Start the global run"
)
def start_global(request: HttpRequest, asked: RunIn) -> dict[str, object]:
    """Takes every request that names no run. Ends the global run that is active."""
    run = lifecycle.start(
        asked.name, notes=asked.notes, tags=asked.tags, metadata=asked.metadata
    )
    return {"run": _one(run)}


@router.post("/runs/pause", response=RunAnswer, summary="Pause the global run")
def pause_global(request: HttpRequest) -> dict[str, object]:
    """The active one; null when there is none."""
    run = lifecycle.active_global()
    if run is not None:
        lifecycle.pause(run)
    return {"run": _one(run) if run else None}


@router.post("/runs/end", response=RunAnswer, summary="End the global run")
def end_global(request: HttpRequest) -> dict[str, object]:
    """The active one; null when there is none."""
    run = lifecycle.active_global()
    if run is not None:
        lifecycle.end(run)
    return {"run": _one(run) if run else None}


# --- one run --------------------------------------------------------------------------


@router.get("/runs/{run}", response={200: RunOut, **ERRORS}, summary="One run")
def get_run(request: HttpRequest, run: str = RUN) -> Run:
    return _one(lifecycle.find(run))


@router.patch("/runs/{run}", response={200: RunOut, **ERRORS}, summary="Change a run")
def change_run(request: HttpRequest, change: RunChange, run: str = RUN) -> Run:
    """Name, notes, tags, metadata, at any time."""
    found = lifecycle.find(run)
    lifecycle.edit(
        found,
        name=change.name,
        notes=change.notes,
        tags=change.tags,
        metadata=change.metadata,
    )
    return _one(found)


@router.delete("/runs/{run}", response={204: None, **ERRORS}, summary="Delete a run")
def delete_run(
    request: HttpRequest,
    run: str = RUN,
    with_requests: bool = Query(
        False, description="Also its requests; else they stay, in no run."
    ),
) -> Status[Any]:
    lifecycle.delete(lifecycle.find(run), with_requests=with_requests)
    return Status(204, None)


@router.post(
    "/runs/{run}/pause", response={200: RunOut, **ERRORS}, summary="Pause a run"
)
def pause_run(request: HttpRequest, run: str = RUN) -> Run:
    """Requests that began before still belong to it."""
    found = lifecycle.find(run)
    lifecycle.pause(found)
    return _one(found)


@router.post(
    "/runs/{run}/resume", response={200: RunOut, **ERRORS}, summary="Resume a run"
)
def resume_run(request: HttpRequest, run: str = RUN) -> Run:
    """Another active global run is paused, when this one is global. 400: it ended."""
    found = lifecycle.find(run)
    lifecycle.resume(found)
    return _one(found)


@router.post("/runs/{run}/end", response={200: RunOut, **ERRORS}, summary="End a run")
def end_run(request: HttpRequest, run: str = RUN) -> Run:
    """Also a paused one. An ended run stays as it is."""
    found = lifecycle.find(run)
    lifecycle.end(found)
    return _one(found)


# --- what is in it --------------------------------------------------------------------


@router.get(
    "/runs/{run}/requests",
    response={200: RequestPage, **ERRORS},
    summary="A run's requests",
)
def list_run_requests(
    request: HttpRequest,
    filters: Annotated[RequestQuery, Query()],
    run: str = RUN,
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, object]:
    """Newest first, narrowed as `/api/requests` is."""
    requests = CapturedRequest.objects.in_run(lifecycle.find(run).pk)
    chosen = RequestFilter.from_query(filters.dict())
    return page_of(request, chosen, requests, limit, cursor)


@router.get(
    "/runs/{run}/turns", response={200: TurnPage, **ERRORS}, summary="A run's turns"
)
def list_run_turns(
    request: HttpRequest, run: str = RUN, limit: int = LIMIT, cursor: Cursor = CURSOR
) -> dict[str, object]:
    """Newest first, of all its conversations."""
    rows = Turn.objects.filter(run=lifecycle.find(run)).select_related("run")
    return turn_page(request, rows, {}, limit, cursor)


@router.post(
    "/requests/move",
    response={200: MovedOut, **ERRORS},
    summary="Move requests to a run",
)
def move_requests(request: HttpRequest, asked: MoveIn) -> dict[str, int]:
    """By ids or by a filter, one of them; never everything at once."""
    chosen = RequestFilter.from_query(asked.filter.dict() if asked.filter else {})
    if bool(asked.ids) is not chosen.is_empty:
        raise BadFilter("Say which requests: either ids, or a filter that narrows.")
    requests = CapturedRequest.objects.all()
    if asked.ids:
        requests = requests.filter(uid__in=asked.ids)
    target = lifecycle.find(asked.run) if asked.run is not None else None
    return {"moved": lifecycle.move(chosen.apply(requests), target)}


def _one(run: Run) -> Run:
    run.refresh_from_db()
    return counted([run])[0]
