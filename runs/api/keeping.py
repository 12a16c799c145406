"""`/api/storage` and `/api/retention/…`: what is stored, and letting go of it.

Joined in `observe/api.py`. The same as `weir prune`, with a confirmation.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Min
from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError
from ninja.params.functions import Query
from pydantic import ConfigDict

from runs.keeping import retention, space, trimming
from runs.keeping.prune_lock import BUSY, AlreadyPruning
from runs.keeping.retention import Rule
from runs.models import CapturedRequest, Run
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["settings"])

# A list, as JSON schema wants it; ninja's annotation says dict.
AGES: Any = ["30d"]
OLDER_THAN = Query(..., description="An age: `30d`, `12h`, `8w`.", examples=AGES)
CONFIRM = "Confirm deletion before trimming records."


class StorageOut(Schema):
    """What the database holds."""

    database: str = Field(description="`sqlite` or `postgresql`.")
    database_bytes: int | None = Field(description="On the disk; null: not told.")
    requests: int
    runs: int
    oldest_at: datetime | None
    newest_at: datetime | None


class RetentionOut(Schema):
    """What goes, or went."""

    before: datetime = Field(description="Requests that started earlier.")
    requests: int
    bodies: int
    stored_bytes: int = Field(description="Of the bodies, as compressed.")


class TrimIn(Schema):
    """What to let go of."""

    model_config = ConfigDict(extra="forbid")

    older_than: str = Field(..., examples=["30d"])
    bodies_only: bool = Field(False, description="Keep the requests themselves.")
    keep_runs: bool = Field(False, description="Keep what belongs to a run.")
    confirm: bool = Field(False, description="Must be true.")


@router.get("/storage", response=StorageOut, summary="What is stored")
def storage(request: HttpRequest) -> dict[str, Any]:
    rows = CapturedRequest.objects.all()
    # Ids grow with time: the first and the last are found without a scan.
    # Each by itself: SQLite reads a whole index to answer both at once.
    edges = rows.aggregate(first=Min("pk")) | rows.aggregate(last=Max("pk"))
    times = dict(
        rows.filter(pk__in=(edges["first"], edges["last"])).values_list(
            "pk", "started_at"
        )
    )
    return {
        "database": connection.vendor,
        "database_bytes": space.database_bytes(),
        "requests": rows.count(),
        "runs": Run.objects.count(),
        "oldest_at": times.get(edges["first"]),
        "newest_at": times.get(edges["last"]),
    }


@router.get(
    "/retention/preview",
    response={200: RetentionOut, 422: ErrorAnswer},
    summary="What a trim would remove",
)
def preview(
    request: HttpRequest,
    older_than: str = OLDER_THAN,
    bodies_only: bool = False,
    keep_runs: bool = False,
) -> dict[str, Any]:
    """Nothing is changed."""
    rule = _rule(older_than, bodies_only, keep_runs)
    return _told(rule, retention.measure(rule))


@router.post(
    "/retention/trim",
    response={200: RetentionOut, 400: ErrorAnswer, 409: ErrorAnswer, 422: ErrorAnswer},
    summary="Remove old requests",
)
def trim(request: HttpRequest, asked: TrimIn) -> dict[str, Any]:
    """As `weir prune`; 400 without `confirm`, 409 while another one is at work. Runs
    stay."""
    if not asked.confirm:
        raise HttpError(400, CONFIRM)
    rule = _rule(asked.older_than, asked.bodies_only, asked.keep_runs)
    try:
        return _told(rule, trimming.trim(rule, asked.older_than))
    except AlreadyPruning:
        raise HttpError(409, BUSY) from None


def _rule(older_than: str, bodies_only: bool, keep_runs: bool) -> Rule:
    try:
        return Rule.older_than(older_than, bodies_only, keep_runs)
    except ValueError as error:
        raise HttpError(422, f"older_than: {error}") from None


def _told(rule: Rule, found: retention.Removed) -> dict[str, Any]:
    return {
        "before": rule.before,
        "requests": found.requests,
        "bodies": found.bodies,
        "stored_bytes": found.stored_bytes,
    }
