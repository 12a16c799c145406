"""`/api/audit`: who changed providers, routes, prices and defaults. Joined in
`observe/api.py`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.errors import HttpError
from ninja.params.functions import Query

from runs.api.paging import CURSOR, Cursor, links, page_by_id
from runs.api.paths import ID
from runs.keeping import undoing
from runs.models import AuditEntry
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["settings"])


class AuditOut(Schema):
    """One change."""

    id: int
    at: datetime
    who: str = Field(description="An account, or a token's name.")
    via: str = Field(description="`api`, `admin`, `page` or `command`.")
    action: AuditEntry.Action
    kind: str = Field(examples=["provider"])
    key: str = Field(description="Its id.")
    name: str
    before: dict[str, Any] = Field(description="Of a change: what differs.")
    after: dict[str, Any]


class AuditPage(Schema):
    """A stretch of the log, newest first."""

    items: list[AuditOut]
    next: str | None = Field(description="Address of the next, older page.")
    previous: str | None = Field(description="Address of the page with newer ones.")


@router.get(
    "/audit", response={200: AuditPage, 422: ErrorAnswer}, summary="List changes"
)
def list_changes(
    request: HttpRequest,
    kind: str = Query("", max_length=32, description="Such as `route`."),
    key: str = Query("", max_length=64, description="The id of one thing."),
    who: str = Query("", max_length=150, description="An account or a token's name."),
    limit: int = Query(50, ge=1, le=200),
    cursor: Cursor = CURSOR,
) -> dict[str, Any]:
    """Changes by admin, API, pages and commands. Keys are never in it."""
    asked = {"kind": kind, "key": key, "who": who}
    given = {name: text.replace("\0", "") for name, text in asked.items() if text}
    page = page_by_id(AuditEntry.objects.filter(**given), cursor, limit)
    query = {**given, "limit": limit}
    return {"items": page.rows, **links(request, query, page)}


@router.post(
    "/audit/{entry}/undo",
    response={200: AuditOut, 404: ErrorAnswer, 409: ErrorAnswer, 422: ErrorAnswer},
    summary="Put back what was deleted",
)
def undo_deletion(request: HttpRequest, entry: int = ID) -> AuditEntry:
    """With its own id, and with what went with it: a provider's routes, a price's
    tiers. 409 where it is there, or something else is in its place. Answers with the
    new entry."""
    found = AuditEntry.objects.filter(pk=entry).first()
    if found is None:
        raise HttpError(404, f"No change has the id {entry}.")
    try:
        undoing.undo(found)
    except undoing.CantUndo as error:
        raise HttpError(409, str(error)) from None
    return AuditEntry.objects.filter(kind=found.kind, key=found.key)[0]
