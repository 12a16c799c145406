"""`POST /api/prices/backfill`: stored costs found anew, as `weir prices backfill`.

A router of its own: it stands before the one that takes its last word for an id.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError
from pydantic import ConfigDict

from pricing.rates import digits
from proxy.setup.backfill import Backfilled, Costing, backfill
from runs.filters.request_filter import RequestFilter
from runs.keeping.prune_lock import AlreadyPruning
from runs.models import CapturedRequest
from runs.schemas.request_query import RequestQuery
from runs.schemas.requests import ErrorAnswer
from runs.store.repricing import Which

router = Router(tags=["prices"])


class BackfillIn(Schema):
    """Whose costs."""

    model_config = ConfigDict(extra="forbid")

    which: Which = Field(
        Which.MISSING,
        description="`missing`: billed ones without a cost; `cached`: whose cached"
        " tokens were billed as input; `all`.",
    )
    filter: RequestQuery | None = Field(
        None, description="As the parameters of the list; null: all requests."
    )
    undo: bool = Field(False, description="Bring the former costs back instead.")
    dry_run: bool = Field(False, description="Only say what would change.")


class BackfillOut(Schema):
    """What changed, or would."""

    dry_run: bool
    requests: int = Field(description="That were looked at.")
    without_bodies: int = Field(description="Which can't be read again.")
    changed: int
    before_usd: str = Field(description="Of those that changed; unknown counts as 0.")
    after_usd: str


@router.post(
    "/prices/backfill",
    response={200: BackfillOut, 409: ErrorAnswer, 422: ErrorAnswer},
    summary="Find stored costs anew",
)
def backfill_costs(request: HttpRequest, asked: BackfillIn) -> dict[str, Any]:
    """Each at the prices of its own time; 409 while another one is at work."""
    query = asked.filter.dict() if asked.filter else {}
    requests = RequestFilter.from_query(query).apply(CapturedRequest.objects.all())
    wish = Costing(which=asked.which, undo=asked.undo, dry_run=asked.dry_run)
    done = Backfilled()
    try:
        for _ in backfill(requests, wish, done):
            pass
    except AlreadyPruning:
        why = "A reread or backfill is at work on this database."
        raise HttpError(409, why) from None
    return {
        "dry_run": asked.dry_run,
        "requests": done.requests,
        "without_bodies": done.without_bodies,
        "changed": done.changed,
        "before_usd": digits(done.before_usd),
        "after_usd": digits(done.after_usd),
    }
