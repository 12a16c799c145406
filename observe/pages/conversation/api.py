"""`/api/conversations/{conversation}/tree`: what the page's tree shows, as JSON.

Joined in `observe/api.py`, before the router that would take its last word for an id.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from observe.pages.conversation.calls import Call, CallGroup, read_calls
from observe.pages.conversation.shapes import (
    GoesOnOut,
    ShrunkOut,
    TreeCallOut,
    TreeGroupOut,
    TreePage,
)
from observe.pages.conversation.threads import (
    GoesOn,
    Thread,
    Threads,
    origins,
    straight,
    threads,
    walk,
)
from runs.api.paging import CURSOR, Cursor, places
from runs.api.paths import ID
from runs.models import Conversation
from runs.schemas.requests import ErrorAnswer, plain

router = Router(tags=["conversations"])
Item = TreeCallOut | TreeGroupOut
ERRORS = {404: ErrorAnswer, 422: ErrorAnswer}
DEEPEST = 30
"""Sub-agents and branches within each other; JSON can't be nested without end, so all
that lies in the last of them stands there side by side."""
LIMIT = Query(50, ge=1, le=200, description="Calls in a page, those below included.")


@router.get(
    "/conversations/{conversation}/tree",
    response={200: TreePage, **ERRORS},
    summary="A conversation as a tree",
)
def conversation_tree(
    request: HttpRequest,
    conversation: int = ID,
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> TreePage:
    """Its calls, sub-agents under the call that started them, branches and compactions.

    A page is read by itself: what began before it stands at its beginning.
    """
    found = Conversation.objects.filter(pk=conversation).first()
    if found is None:
        raise HttpError(404, f"No conversation has the id {conversation}.")
    page = places(cursor, limit, found.request_count)
    size = max(page.end - page.start, 0)
    calls = read_calls(found, page.start, size).calls if size else []
    held = threads(straight(calls, origins(calls)))
    items = [*_below(held, 0, 0), *(_call(held, call, 0) for call in held.main.calls)]
    return TreePage(items=items, total=page.total, **page.links(request, {}))


def _below(held: Threads, key: int, depth: int) -> Iterator[Item]:
    for each in held.under.get(key, ()):
        if isinstance(each, Call):
            yield _call(held, each, depth)
        else:
            yield _group(held, each, depth + 1)


def _group(held: Threads, thread: Thread, depth: int) -> TreeGroupOut:
    all_of_it = CallGroup([*walk(held, thread)])
    calls = thread.calls if depth < DEEPEST else all_of_it.calls
    is_agent = thread.kind == "agent"
    return TreeGroupOut(
        type="sub-agent" if is_agent else "branch",
        told=thread.told,
        name=(thread.calls[0].request.agent or "") if is_agent else "",
        calls=len(all_of_it.calls),
        errors=all_of_it.errors,
        total_tokens=all_of_it.total_tokens,
        cost_usd=plain(all_of_it.known_usd) or "0",
        unpriced_requests=all_of_it.unpriced,
        duration_ms=all_of_it.took_ms,
        items=[_call(held, call, depth) for call in calls],
    )


def _call(held: Threads, call: Call, depth: int) -> TreeCallOut:
    row = call.request
    return TreeCallOut(
        number=call.number,
        request=row.uid,
        turn=row.turn_id,
        purpose=row.purpose or "",
        model=row.model,
        preview=row.preview,
        started_at=row.started_at,
        duration_ms=row.duration_ms,
        success=row.is_success,
        input_tokens=call.input_tokens,
        cached_tokens=row.cache_read_tokens,
        output_tokens=row.output_tokens,
        total_tokens=row.total_tokens,
        cost_usd=plain(row.cost_usd),
        unpriced=row.is_unpriced,
        missed_tokens=call.missed_tokens,
        goes_on_from=_goes_on(held.origins.get(row.pk)),
        shrunk=_shrunk(call),
        below=list(_below(held, row.pk, depth)) if depth < DEEPEST else [],
    )


def _goes_on(told: GoesOn | None) -> GoesOnOut | None:
    if told is None:
        return None
    return GoesOnOut(kind=told.kind, call=told.number)


def _shrunk(call: Call) -> ShrunkOut | None:
    told = call.shrinking
    if told is None:
        return None
    return ShrunkOut(
        is_compaction=told.is_compaction,
        before_tokens=told.before,
        after_tokens=told.after,
    )
