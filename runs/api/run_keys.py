"""`/api/runs/{run}/keys`: keys whose bearer's requests belong to the run.

Joined in `observe/api.py`; `runs/lifecycle/keys.py` does the work.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.errors import HttpError

from runs import lifecycle
from runs.api.paths import ID, RUN
from runs.models import RunKey
from runs.schemas.requests import ErrorAnswer
from runs.schemas.runs import KeyIn, KeyOut, NewKeyOut

router = Router(tags=["runs"])
ERRORS = {404: ErrorAnswer, 400: ErrorAnswer, 422: ErrorAnswer}


@router.get(
    "/runs/{run}/keys", response={200: list[KeyOut], **ERRORS}, summary="A run's keys"
)
def list_keys(request: HttpRequest, run: str = RUN) -> list[RunKey]:
    """Never the keys themselves: they are told once, when they are made."""
    return list(lifecycle.find(run).keys.order_by("pk"))


@router.post(
    "/runs/{run}/keys", response={201: NewKeyOut, **ERRORS}, summary="Make a run key"
)
def issue_key(
    request: HttpRequest, asked: KeyIn | None = None, run: str = RUN
) -> Status[Any]:
    """Requests that carry it, where a provider's key goes, belong to the run."""
    found = lifecycle.find(run)
    issued = lifecycle.issue_key(found, expires_at=asked.expires_at if asked else None)
    row = KeyOut.from_orm(issued.key)
    return Status(201, {**row.dict(), "key": issued.text})


@router.delete(
    "/runs/{run}/keys/{key}",
    response={204: None, **ERRORS},
    summary="Revoke a run key",
)
def revoke_key(request: HttpRequest, run: str = RUN, key: int = ID) -> Status[Any]:
    """It is refused from the next request on."""
    found = lifecycle.find(run).keys.filter(pk=key).first()
    if found is None:
        raise HttpError(404, f"The run has no key {key}.")
    lifecycle.revoke_key(found)
    return Status(204, None)
