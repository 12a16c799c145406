"""HTML: one self-contained page, for people who have no Weir.

Everything captured is untrusted: escaped, under a policy that forbids scripts and any
load. Long bodies are cut here; the other formats have them whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import ClassVar

from django.db.models import Count, Max, Min, Q, Sum
from django.template.loader import get_template
from django.utils import timezone

from runs.detail import HeaderPairs
from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.text import Text
from runs.models import CapturedRequest, Run, Turn
from runs.record import Side
from runs.schemas.requests import plain

SHOWN = 200_000
"""Bytes of a body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Of all that is exported."""

    requests: int
    errors: int
    unpriced: int
    tokens: int | None
    cost: str | None
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadPart:
    template: ClassVar[str] = "export/_head.html"

    title: str
    run: Run | None
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBody:
    label: str
    text: str
    is_base64: bool
    left_out: int
    """Bytes that are not shown."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPart:
    template: ClassVar[str] = "export/_request.html"

    number: int
    row: CapturedRequest
    cost: str | None
    turn: Turn | None
    request_headers: HeaderPairs
    response_headers: HeaderPairs
    bodies: list[ShownBody]


@dataclass(frozen=True, slots=True, kw_only=True)
class FootPart:
    template: ClassVar[str] = "export/_foot.html"

    made: datetime


PARTS = (HeadPart, RequestPart, FootPart)
"""Their fields are the names that their templates may use."""


def write(export: Export) -> Iterator[bytes]:
    made = timezone.now()
    yield _drawn(HeadPart(title=export.title, run=export.run, totals=_totals(export)))
    for number, exchange in enumerate(export.exchanges(), 1):
        yield _drawn(_shown(number, exchange))
    yield _drawn(FootPart(made=made))


def _drawn(part: HeadPart | RequestPart | FootPart) -> bytes:
    names = {field.name: getattr(part, field.name) for field in fields(part)}
    return get_template(part.template).render(names).encode("utf-8", "replace")


def _totals(export: Export) -> Totals:
    found = export.requests.order_by().aggregate(
        requests=Count("pk"),
        errors=Count("pk", filter=Q(is_success=False)),
        unpriced=Count("pk", filter=Q(is_unpriced=True)),
        tokens=Sum("total_tokens"),
        usd=Sum("cost_usd"),
        first=Min("started_at"),
        last=Max("started_at"),
    )
    return Totals(cost=plain(found.pop("usd")), **found)


def _shown(number: int, exchange: Exchange) -> RequestPart:
    return RequestPart(
        number=number,
        row=exchange.row,
        cost=plain(exchange.row.cost_usd),
        turn=exchange.turn,
        request_headers=exchange.detail.request_headers,
        response_headers=exchange.detail.response_headers,
        bodies=[
            _body(label, text)
            for label, side in (("Request", Side.REQUEST), ("Response", Side.RESPONSE))
            if (text := exchange.text(side)) is not None
        ],
    )


def _body(label: str, text: Text) -> ShownBody:
    return ShownBody(
        label=label,
        text=text.plain(SHOWN).replace("\0", "\ufffd"),
        is_base64=text.is_base64,
        left_out=max(len(text.data) - SHOWN, 0),
        note=text.note,
    )


EXPORTER = Exporter(
    name="html",
    suffix=".html",
    content_type="text/html; charset=utf-8",
    about="one page to read and pass on",
    write=write,
)
