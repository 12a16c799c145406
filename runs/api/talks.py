"""`/api/conversations` and `/api/turns`: what belongs together, without set-up.

Their requests are lists like any other: `/api/requests?conversation=7`, `?turn=12`.
Joined in `observe/api.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from runs import lifecycle
from runs.api.paging import CURSOR, Cursor, links, page_by_id
from runs.api.paths import ID
from runs.measure.totals import RunTotals, of_conversations, short_enough
from runs.models import CapturedRequest, Conversation, Turn
from runs.schemas.requests import ErrorAnswer
from runs.schemas.talks import (
    MAX_ID,
    ConversationOut,
    ConversationPage,
    TurnOut,
    TurnPage,
)

router = Router(tags=["conversations"])

LIMIT = Query(50, ge=1, le=200, description="Items in a page.")
RUN = Query("", description="Of this run: its id, the start of one, or its name.")
LIST_ERRORS = {404: ErrorAnswer, 422: ErrorAnswer}


@router.get(
    "/conversations",
    response={200: ConversationPage, **LIST_ERRORS},
    summary="List conversations",
)
def list_conversations(
    request: HttpRequest,
    run: str = RUN,
    q: str = Query("", max_length=160, description="Part of the title."),
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, object]:
    """Newest first. Agents' sessions, told apart by what their requests carry."""
    rows = Conversation.objects.all()
    if q := q.replace("\0", "").strip():
        rows = rows.filter(title__icontains=q)
    if run:
        asked = CapturedRequest.objects.in_run(lifecycle.find(run).pk)
        rows = rows.filter(Exists(asked.filter(conversation=OuterRef("pk"))))
    page = page_by_id(rows, cursor, limit)
    _sum(page.rows)
    query = _query(run=run, q=q, limit=limit)
    return {"items": page.rows, **links(request, query, page)}


@router.get(
    "/conversations/{conversation}",
    response={200: ConversationOut, **LIST_ERRORS},
    summary="One conversation",
)
def get_conversation(request: HttpRequest, conversation: int = ID) -> Conversation:
    """Its turns are at `/api/turns?conversation=…`."""
    found: Conversation = _one(Conversation.objects.all(), conversation)
    _sum([found])
    return found


@router.get("/turns", response={200: TurnPage, **LIST_ERRORS}, summary="List turns")
def list_turns(
    request: HttpRequest,
    run: str = RUN,
    conversation: int | None = Query(
        None, ge=1, le=MAX_ID, description="Of this conversation."
    ),
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, object]:
    """Newest first: what each message of a user set off."""
    rows = Turn.objects.select_related("run")
    if run:
        rows = rows.filter(run=lifecycle.find(run))
    if conversation is not None:
        rows = rows.filter(conversation=conversation)
    return turn_page(
        request, rows, _query(run=run, conversation=conversation), limit, cursor
    )


@router.get("/turns/{turn}", response={200: TurnOut, **LIST_ERRORS}, summary="One turn")
def get_turn(request: HttpRequest, turn: int = ID) -> Turn:
    """Its requests are at `/api/requests?turn=…`."""
    found: Turn = _one(Turn.objects.select_related("run"), turn)
    _count_requests([found])
    return found


def turn_page(
    request: HttpRequest,
    rows: QuerySet[Turn],
    query: dict[str, Any],
    limit: int,
    cursor: str,
) -> dict[str, object]:
    page = page_by_id(rows, cursor, limit)
    _count_requests(page.rows)
    return {"items": page.rows, **links(request, {**query, "limit": limit}, page)}


def _sum(rows: Sequence[Any]) -> None:
    """Puts `totals` on each conversation; None on one that is too long for a list."""
    keys = short_enough(rows)
    totals = of_conversations(keys) if keys else {}
    for row in rows:
        row.totals = totals.get(row.pk, RunTotals()) if row.pk in keys else None


def _count_requests(rows: Sequence[Any]) -> None:
    """Puts `request_count` on each turn; of one page only, so it stays cheap."""
    ids = [row.pk for row in rows]
    requests = CapturedRequest.objects.filter(turn__in=ids).order_by()
    counts = dict(requests.values_list("turn").annotate(Count("pk")))
    for row in rows:
        row.request_count = counts.get(row.pk, 0)


def _one(rows: QuerySet[Any], pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise HttpError(404, f"No {rows.model._meta.verbose_name} has the id {pk}.")
    return found


def _query(**values: Any) -> dict[str, Any]:
    """What a link repeats: the given ones."""
    return {name: value for name, value in values.items() if value not in (None, "")}
