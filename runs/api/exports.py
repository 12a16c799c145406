"""`/api/runs/{id}/export` and `/api/requests/export`: downloads in every format.

Streamed, in constant memory. Joined in `observe/api.py` before the routers whose
`/requests/{uid}` would take the word for an id.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Query

from runs import lifecycle
from runs.api.body_response import UNTRUSTED
from runs.api.paths import RUN
from runs.api.requests import BYTES
from runs.api.streaming import gathered, streamed
from runs.exporters import EXPORTERS, Export, Exporter, Unavailable, exporter
from runs.filters.request_filter import RequestFilter
from runs.models import CapturedRequest
from runs.schemas.request_query import RequestQuery
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["exports"])

Format = Enum("Format", {each.name: each.name for each in EXPORTERS}, type=str)  # type: ignore[misc]
ABOUT = "; ".join(f"`{each.name}`: {each.about}" for each in EXPORTERS)
ANSWERS = {404: ErrorAnswer, 422: ErrorAnswer, 501: ErrorAnswer}
FORMAT = Query(Format(EXPORTERS[0].name), description=f"{ABOUT}.")
CONTENT = Query(True, description="`0` leaves the bodies out.")


@router.get(
    "/requests/export",
    response=ANSWERS,
    openapi_extra=BYTES,
    summary="Download captured requests",
)
def export_requests(
    request: HttpRequest,
    filters: Annotated[RequestQuery, Query()],
    format: Format = FORMAT,
    content: bool = CONTENT,
) -> HttpResponseBase:
    """Oldest first. Takes the filters of the list; 501: the format isn't installed."""
    chosen = RequestFilter.from_query(filters.dict())
    requests = chosen.apply(CapturedRequest.objects.all())
    return _download(request, format, Export(requests, content=content), "requests")


@router.get(
    "/runs/{run}/export",
    response=ANSWERS,
    openapi_extra=BYTES,
    summary="Download a run",
)
def export_run(
    request: HttpRequest,
    run: str = RUN,
    format: Format = FORMAT,
    content: bool = CONTENT,
) -> HttpResponseBase:
    """By id or name. Oldest first; 501: the format isn't installed."""
    found = lifecycle.find(run)
    requests = CapturedRequest.objects.filter(run=found)
    export = Export(requests, title=found.name, content=content, run=found)
    return _download(request, format, export, found.name)


def _download(
    request: HttpRequest, wanted: Enum, export: Export, name: str
) -> HttpResponseBase:
    chosen = exporter(wanted.value)
    assert chosen is not None
    try:
        chosen.check()
    except Unavailable as error:
        raise HttpError(501, str(error)) from None
    response = streamed(request, gathered(chosen.write(export)))
    for header, value in _headers(chosen, name).items():
        response[header] = value
    return response


def _headers(chosen: Exporter, name: str) -> dict[str, str]:
    file = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:80] or "run"
    return {
        "Content-Type": chosen.content_type,
        "Content-Disposition": f'attachment; filename="weir-{file}{chosen.suffix}"',
        **UNTRUSTED,
    }
