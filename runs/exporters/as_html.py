"""HTML: one self-contained page, for people who have no Weir.

Everything captured is untrusted: escaped, under a policy that forbids scripts and any
load. Long bodies are cut here; the other formats have them whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum
from django.template.loader import get_template
from django.utils import timezone

from runs.exporters.base import Exchange, Export, Exporter
from runs.exporters.text import Text
from runs.record import Side
from runs.schemas.requests import plain

SHOWN = 200_000
"""Bytes of a body."""


def write(export: Export) -> Iterator[bytes]:
    page = {"title": export.title, "run": export.run, "made": timezone.now()}
    yield _rendered("export/_head.html", {**page, "totals": _totals(export)})
    row = get_template("export/_request.html")
    for number, exchange in enumerate(export.exchanges(), 1):
        yield row.render(_shown(number, exchange)).encode("utf-8", "replace")
    yield _rendered("export/_foot.html", page)


def _rendered(template: str, context: dict[str, Any]) -> bytes:
    return get_template(template).render(context).encode("utf-8", "replace")


def _totals(export: Export) -> dict[str, Any]:
    found = export.requests.order_by().aggregate(
        requests=Count("pk"),
        errors=Count("pk", filter=Q(is_success=False)),
        unpriced=Count("pk", filter=Q(is_unpriced=True)),
        tokens=Sum("total_tokens"),
        cost=Sum("cost_usd"),
        first=Min("started_at"),
        last=Max("started_at"),
    )
    return {**found, "cost": plain(found["cost"])}


def _shown(number: int, exchange: Exchange) -> dict[str, Any]:
    return {
        "number": number,
        "row": exchange.row,
        "cost": plain(exchange.row.cost_usd),
        "turn": exchange.turn,
        "request_headers": exchange.detail.request_headers,
        "response_headers": exchange.detail.response_headers,
        "bodies": [
            body
            for label, side in (("Request", Side.REQUEST), ("Response", Side.RESPONSE))
            if (body := _body(label, exchange.text(side)))
        ],
    }


def _body(label: str, text: Text | None) -> dict[str, Any] | None:
    if text is None:
        return None
    left_out = max(len(text.data) - SHOWN, 0)
    return {
        "label": label,
        "text": text.plain(SHOWN).replace("\0", "\ufffd"),
        "is_base64": text.is_base64,
        "left_out": left_out,
        "note": text.note,
    }


EXPORTER = Exporter(
    name="html",
    suffix=".html",
    content_type="text/html; charset=utf-8",
    about="one page to read and pass on",
    write=write,
)
