"""`…/what-if`: what stored requests would cost at other models' prices.

Joined in `observe/api.py`, before the router that would take its last word for an id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from pricing.what_if import WhatIf
from runs import lifecycle
from runs.api.paths import ID, RUN
from runs.filters.request_filter import RequestFilter
from runs.measure import what_if
from runs.measure.figures import as_plain
from runs.models import CapturedRequest, Conversation
from runs.schemas.described import schema_of
from runs.schemas.request_query import RequestQuery
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["statistics"])

MOST_MODELS = 20
WhatIfOut: Any = schema_of(WhatIf)
# A list, as JSON schema wants it; ninja's annotation says dict.
EXAMPLES: Any = [["openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"]]
KEYS = Query(
    ...,
    min_length=1,
    max_length=MOST_MODELS,
    description="provider/model; once or more.",
    examples=EXAMPLES,
)
ERRORS = {404: ErrorAnswer, 409: ErrorAnswer, 422: ErrorAnswer}


@router.get(
    "/what-if",
    response={200: WhatIfOut, 422: ErrorAnswer},
    summary="Price requests at other models' rates",
)
def requests_what_if(
    request: HttpRequest,
    filters: Annotated[RequestQuery, Query()],
    key: list[str] = KEYS,
) -> dict[str, Any]:
    """Of the requests that the filters leave. Each is priced for itself, at today's
    prices; nothing is written."""
    chosen = RequestFilter.from_query(filters.dict())
    requests = chosen.apply(CapturedRequest.objects.all())
    return _told(lambda: what_if.of(requests, key))


@router.get(
    "/runs/{run}/what-if",
    response={200: WhatIfOut, **ERRORS},
    summary="Price a run at other models' rates",
)
def run_what_if(
    request: HttpRequest, run: str = RUN, key: list[str] = KEYS
) -> dict[str, Any]:
    """As `/what-if`, of a run's requests."""
    found = lifecycle.find(run)
    return _told(lambda: what_if.of_run(found.pk, key))


@router.get(
    "/conversations/{conversation}/what-if",
    response={200: WhatIfOut, 404: ErrorAnswer, 422: ErrorAnswer},
    summary="Price a conversation at other models' rates",
)
def conversation_what_if(
    request: HttpRequest, conversation: int = ID, key: list[str] = KEYS
) -> dict[str, Any]:
    """As `/what-if`, of a conversation's requests."""
    if not Conversation.objects.filter(pk=conversation).exists():
        raise HttpError(404, f"No conversation has the id {conversation}.")
    requests = CapturedRequest.objects.filter(conversation=conversation)
    return _told(lambda: what_if.of(requests, key))


def _told(priced: Callable[[], WhatIf]) -> dict[str, Any]:
    try:
        return dict(as_plain(priced()))
    except ValueError as error:
        raise HttpError(422, str(error)) from None
