"""`/api/requests`: captured requests as JSON, their bodies as the bytes they were.

Joined in `observe/api.py`. Lists take the filters of the pages
(`runs/filters/request_filter.py`).
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query
from pydantic import WithJsonSchema

from pricing.rates import digits
from runs.api.body_response import body_response
from runs.api.paging import CURSOR, Cursor, edges, links
from runs.detail import Detail
from runs.filters.orders import NEWEST, ORDERS, Order, read_order
from runs.filters.request_filter import RequestFilter
from runs.measure.of_filter import FilterFigures, figures_of
from runs.models import Body, CapturedRequest, RequestDetail, Run
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Side
from runs.schemas.figures import FilterFiguresOut
from runs.schemas.request_query import RequestQuery
from runs.schemas.requests import (
    ErrorAnswer,
    RequestFull,
    RequestPage,
)

router = Router(tags=["requests"])

BYTES = {
    "responses": {
        200: {
            "description": "The bytes, whatever they are.",
            "content": {"*/*": {"schema": {}}},
        }
    }
}
InOrder = Annotated[
    str,
    # Described, not checked: `read_order` says in words what is wrong.
    WithJsonSchema({"type": "string", "enum": ["", *ORDERS]}),
]
IN_ORDER = Query(
    "",
    description=f"Default: {NEWEST.text}. Requests that have no cost stand in no order"
    " of costs, and so on.",
)
HEADERS = ("request_headers", "sent_headers", "response_headers")


@router.get(
    "/requests",
    response={200: RequestPage, 422: ErrorAnswer},
    summary="List captured requests",
)
def list_requests(
    request: HttpRequest,
    filters: Annotated[RequestQuery, Query()],
    limit: int = Query(50, ge=1, le=200, description="Requests in a page."),
    order: InOrder = IN_ORDER,
    cursor: Cursor = CURSOR,
) -> dict[str, object]:
    """Newest first, if not asked otherwise. Follow `next` until it is null to read
    everything; a page in another order may have fewer requests than asked for."""
    chosen = RequestFilter.from_query(filters.dict())
    everything = CapturedRequest.objects.all()
    return page_of(request, chosen, everything, limit, cursor, read_order(order))


@router.get(
    "/requests/figures",
    response={200: FilterFiguresOut, 422: ErrorAnswer},
    summary="What the requests of a filter came to",
)
def list_figures(
    request: HttpRequest, filters: Annotated[RequestQuery, Query()]
) -> FilterFigures:
    """Exact up to 10,000 requests. Of more, all are told where the filter is of time,
    provider, model, outcome, success and run; the newest of them otherwise."""
    return figures_of(RequestFilter.from_query(filters.dict()))


@router.get(
    "/requests/{uid}",
    response={200: RequestFull, 404: ErrorAnswer},
    summary="One captured request",
)
def get_request(request: HttpRequest, uid: str) -> SimpleNamespace:
    """Everything but the bytes of its bodies."""
    found = _find(uid)
    bodies = Body.objects.filter(request=found).defer("data").order_by("pk")
    columns = (field.attname for field in CapturedRequest._meta.concrete_fields)
    row = {name: getattr(found, name) for name in columns}
    row["cost_difference_usd"] = found.cost_difference_usd
    row["resent_as"] = found.resent_as()
    return SimpleNamespace(**row, **_detail(found), run=found.run, bodies=list(bodies))


@router.get(
    "/requests/{uid}/request",
    response={404: ErrorAnswer},
    openapi_extra=BYTES,
    summary="The request body, byte for byte",
)
def get_request_body(
    request: HttpRequest,
    uid: str,
    side: Literal[Side.REQUEST, Side.SENT] = Query(
        Side.REQUEST, description="As the client sent it, or as it went upstream."
    ),
) -> HttpResponseBase:
    """The captured bytes with the captured Content-Type and Content-Encoding."""
    return body_response(request, _body(uid, side, Side.REQUEST))


@router.get(
    "/requests/{uid}/response",
    response={404: ErrorAnswer},
    openapi_extra=BYTES,
    summary="The response body, byte for byte",
)
def get_response_body(
    request: HttpRequest,
    uid: str,
    side: Literal[Side.RESPONSE, Side.RECEIVED] = Query(
        Side.RESPONSE, description="As the client got it, or as it came from upstream."
    ),
) -> HttpResponseBase:
    """The captured bytes with the captured Content-Type and Content-Encoding."""
    return body_response(request, _body(uid, side, Side.RESPONSE))


def page_of(
    request: HttpRequest,
    chosen: RequestFilter,
    requests: CapturedRequestQuerySet,
    limit: int,
    cursor: str,
    order: Order = NEWEST,
) -> dict[str, object]:
    """A page of the requests that pass a filter, as `RequestPage`."""
    after, before = edges(cursor)
    found = chosen.apply(requests)
    page = found.listed(order, after=after, before=before, size=limit)
    prefetch_related_objects(page.rows, Prefetch("run", Run.objects.only("uid")))
    query = {**chosen.as_query(), **order.as_query(), "limit": limit}
    return {"items": page.rows, **links(request, query, page)}


def _find(uid: str) -> CapturedRequest:
    try:
        return CapturedRequest.objects.select_related("detail", "run").get(
            uid=UUID(uid)
        )
    except (ValueError, CapturedRequest.DoesNotExist):
        raise HttpError(404, f"No request has the id {uid!r}.") from None


def _detail(found: CapturedRequest) -> dict[str, object]:
    try:
        detail = found.detail.facts
    except RequestDetail.DoesNotExist:
        detail = Detail()
    values = {name: getattr(detail, name) for name in Detail.__struct_fields__}
    for name in HEADERS:
        values[name] = [{"name": key, "value": value} for key, value in values[name]]
    values["pieces"] = {kind: digits(count) for kind, count in detail.pieces.items()}
    return {**values, "quote": msgspec.to_builtins(detail.quote)}


def _body(uid: str, side: Side, otherwise: Side) -> Body:
    """A body; where nothing was changed on the way, both sides are one."""
    found = _find(uid)
    bodies = {body.side: body for body in Body.objects.filter(request=found)}
    body = bodies.get(side) or bodies.get(otherwise)
    if body is None:
        raise HttpError(404, f"No {otherwise} body of this request was captured.")
    return body
