"""One request's page: a header that never changes and a tab from the address."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observe import rendering
from observe.chunks import read_chunks
from observe.pages.connect.view import base_address
from observe.pages.request import curl, waterfall
from observe.pages.request.captured import Captured
from observe.pages.rows import Row
from observe.rendering.difference import difference
from observe.rendering.turns import tie
from proxy.journal.masking import FINGERPRINT
from runs.models import CapturedRequest
from runs.record import Side

TABS = (
    ("conversation", "Conversation"),
    ("request", "Request"),
    ("response", "Response"),
    ("headers", "Headers"),
    ("usage", "Usage & cost"),
    ("timing", "Timing"),
)
SHOWN_TURNS = 30

Context = dict[str, object]


@require_safe
def request_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    rows = CapturedRequest.objects.select_related("detail", "conversation")
    try:
        captured = Captured(rows.get(uid=uid))
    except CapturedRequest.DoesNotExist:
        raise Http404("No such request is stored; it may have been pruned.") from None
    tab = request.GET.get("tab", "")
    tab = tab if tab in READERS else "conversation"
    context = {**_frame(request, captured), "tab": tab, "tabs": TABS}
    context |= READERS[tab](request, captured)
    return render(request, "request/page.html", context)


def _frame(request: HttpRequest, captured: Captured) -> Context:
    newer, older = captured.neighbours()
    row = Row(captured.request)
    return {
        "row": row,
        "r": captured.request,
        "detail": captured.detail,
        "newer": newer,
        "older": older,
        "live": row.is_pending,
        "curl": _curl(request, captured),
    }


def _curl(request: HttpRequest, captured: Captured) -> str:
    detail, base = captured.detail, base_address(request)
    query = f"?{detail.query}" if detail.query else ""
    size = captured.bodies[Side.REQUEST].size if captured.has(Side.REQUEST) else 0
    # A large body is only named, so it needn't be read.
    body = b"\0" if size > curl.MAX_INLINE else captured.raw(Side.REQUEST)
    return curl.command(
        method=captured.request.method,
        url=f"{base}{captured.request.path}{query}",
        headers=[(str(name), str(value)) for name, value in detail.request_headers],
        body=body,
        body_url=f"{base}/api/requests/{captured.request.uid}/request",
    )


def _conversation(request: HttpRequest, captured: Captured) -> Context:
    try:
        messages = [*captured.asked.messages, *captured.answered.messages]
        turns = tie(messages)
    except Exception as error:  # captured text may be anything
        return {"turns": [], "problem": f"This conversation can't be read: {error}"}
    shown = turns if request.GET.get("all") else turns[-SHOWN_TURNS:]
    return {
        "turns": shown,
        "hidden_turns": len(turns) - len(shown),
        "is_plain": request.GET.get("plain") == "1",
        "finish_reason": captured.request.finish_reason,
    }


def _request(request: HttpRequest, captured: Captured) -> Context:
    return _body(request, captured, Side.REQUEST, Side.SENT)


def _response(request: HttpRequest, captured: Captured) -> Context:
    return _body(request, captured, Side.RESPONSE, Side.RECEIVED)


def _body(request: HttpRequest, captured: Captured, own: Side, far: Side) -> Context:
    """The client's side of a body, and the provider's where it differs."""
    subject = captured.subject(own)
    context: Context = {
        "body": captured.bodies.get(own),
        "side": own.value,
        "views": rendering.choices(subject),
        "rendered": rendering.render(subject, request.GET.get("as", "")),
        "far_name": "sent to the provider" if far is Side.SENT else "received",
    }
    if captured.has(far):
        other = captured.subject(far)
        pair = (subject, other) if far is Side.SENT else (other, subject)
        context["far_body"] = captured.bodies[far]
        context["difference"] = difference(pair[0].data, pair[1].data)
    return context


def _headers(request: HttpRequest, captured: Captured) -> Context:
    detail = captured.detail
    groups = [
        ("From the client", detail.request_headers),
        ("To the provider", detail.sent_headers),
        ("From the provider", detail.response_headers),
    ]
    return {
        "groups": [
            (title, [(n, v, bool(FINGERPRINT.search(v))) for n, v in pairs])
            for title, pairs in groups
        ]
    }


def _usage(request: HttpRequest, captured: Captured) -> Context:
    found = captured.request
    return {
        "quote": captured.quote,
        "buckets": [
            ("Input, not cached", found.input_tokens),
            ("Read from cache", found.cache_read_tokens),
            ("Written to cache, 5 min", found.cache_write_5m_tokens),
            ("Written to cache, 1 h", found.cache_write_1h_tokens),
            ("Output", found.output_tokens),
            ("of which reasoning", found.reasoning_tokens),
            ("Total", found.total_tokens),
        ],
    }


def _timing(request: HttpRequest, captured: Captured) -> Context:
    found, detail = captured.request, captured.detail
    duration = found.duration_ms or 0.0
    chunks = read_chunks(bytes(detail.chunk_times))
    spans = waterfall.waterfall(
        duration_ms=duration,
        upstream_ms=detail.upstream_ms,
        first_byte_ms=found.first_byte_ms,
        ttft_ms=found.ttft_ms,
    )
    ticks_y = len(spans) * waterfall.ROW + 6
    axis_y = ticks_y + (18 if chunks else 0)
    return {
        "spans": spans if found.duration_ms is not None else [],
        "ticks": waterfall.ticks(chunks, duration),
        "marks": waterfall.scale_marks(duration),
        "chunks": len(chunks),
        "ticks_y": ticks_y,
        "axis_y": axis_y,
        "chart_height": axis_y + 20,
    }


READERS: dict[str, Callable[[HttpRequest, Captured], Context]] = {
    "conversation": _conversation,
    "request": _request,
    "response": _response,
    "headers": _headers,
    "usage": _usage,
    "timing": _timing,
}
