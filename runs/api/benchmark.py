"""`/benchmark/*`: the API of benchmark-proxy, on Weir's runs.

A session is a global run of source `benchmark`; a session id is its run id. Mounted at
`/benchmark` by `observe/api.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query
from pydantic import ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from runs import lifecycle
from runs.api import benchmark_turns
from runs.models import Run
from runs.schemas.requests import ErrorAnswer
from runs.schemas.runs import Text

router = Router(tags=["benchmark"])

SessionId = Annotated[Text, StringConstraints(max_length=200)]
SESSION = Query(
    "",
    alias="sessionId",
    max_length=200,
    description="Left out: of the active session; without one, traffic of none.",
)


class Camel(Schema):
    """Names as benchmark-cli reads them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class StartIn(Camel):
    name: Annotated[Text, StringConstraints(max_length=200)] = Field(
        "", description="Of the run; empty: one with the time."
    )


class EndIn(Camel):
    session_id: SessionId | None = Field(
        None, description="Left out: the active session."
    )


class SessionOut(Camel):
    session_id: UUID | None = Field(description="null: there was none.")
    active: bool


class TurnMetrics(Camel):
    """What one message of the user cost."""

    turn_index: int = Field(description="1, 2, 3 … by start, within the session.")
    session_id: UUID | None
    conversation_id: int | None
    user_message: str = Field(description="Its first 160 characters.")
    started_at: datetime
    ended_at: datetime
    duration_ms: float = Field(description="From the first start to the last end.")
    llm_calls: int
    errors: int
    models: list[str]
    input_tokens: int | None = Field(description="With cached input; null: unknown.")
    output_tokens: int | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    total_tokens: int | None
    cost_usd: str | None = Field(description="Of what is known; null: nothing is.")
    unpriced_calls: int = Field(description="Billed, and not in the cost.")


class TurnsOut(Camel):
    session_id: UUID | None
    turns: list[TurnMetrics]


class BenchmarkHealthOut(Camel):
    status: str = Field(examples=["ok"])
    active_session_id: UUID | None


@router.post(
    "/session/start",
    response={200: SessionOut, 400: ErrorAnswer, 422: ErrorAnswer},
    by_alias=True,
    summary="Start a session",
)
def start_session(request: HttpRequest, asked: StartIn | None = None) -> SessionOut:
    """It becomes the global run: every call that names no run belongs to it."""
    name = (asked.name.strip() if asked else "") or benchmark_turns.default_name()
    run = lifecycle.start(name, source="benchmark")
    return SessionOut(session_id=run.uid, active=True)


@router.post(
    "/session/end",
    response={200: SessionOut, 400: ErrorAnswer, 404: ErrorAnswer, 422: ErrorAnswer},
    by_alias=True,
    summary="End a session",
)
def end_session(request: HttpRequest, asked: EndIn | None = None) -> SessionOut:
    """Calls that began before still belong to it."""
    run = _session(asked.session_id if asked else "")
    if run is not None:
        lifecycle.end(run)
    return SessionOut(session_id=run.uid if run else None, active=False)


@router.get(
    "/turns",
    response={200: TurnsOut, 404: ErrorAnswer, 422: ErrorAnswer},
    by_alias=True,
    summary="Metrics of each turn",
)
def list_turns(request: HttpRequest, session_id: str = SESSION) -> TurnsOut:
    """In the order of their start; the newest 1,000 of traffic without a session."""
    run = _session(session_id)
    turns = [
        TurnMetrics(session_id=run.uid if run else None, **row)
        for row in benchmark_turns.metrics(run)
    ]
    return TurnsOut(session_id=run.uid if run else None, turns=turns)


@router.get(
    "/health", response=BenchmarkHealthOut, by_alias=True, summary="Is it there?"
)
def health(request: HttpRequest) -> BenchmarkHealthOut:
    run = lifecycle.active_global()
    return BenchmarkHealthOut(status="ok", active_session_id=run.uid if run else None)


def _session(session_id: str | None) -> Run | None:
    if session_id:
        return lifecycle.find(session_id)
    return lifecycle.active_global()
