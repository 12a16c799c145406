"""Weir sends by itself: captured requests again, and tries of an upstream.

`POST /api/requests/{id}/resend`, `POST /api/requests/resend`, `POST …/try`. Each goes
through the proxy as a client's call does, and is captured.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.errors import HttpError

from proxy.api.reading import router
from proxy.api.sending_shapes import RawIn, ResendIn, SentOut, TryIn, TryModelIn
from proxy.headers import replaced
from proxy.models import Provider, Route
from proxy.own_calls import again, tries
from proxy.own_calls.call import CannotSend, OwnCall
from proxy.own_calls.sending import AS_IT_IS, HowToSend, Sent, send, send_again
from proxy.route.bases import DEMO_URL
from proxy.route.resolution import DEMO_MODEL
from runs.api.paths import ID
from runs.models import CapturedRequest
from runs.schemas.requests import ErrorAnswer

ANSWERS = {
    200: SentOut,
    404: ErrorAnswer,
    409: ErrorAnswer,
    422: ErrorAnswer,
    503: ErrorAnswer,
}


@router.post(
    "/requests/resend", response=ANSWERS, summary="Send a request that a file holds"
)
def resend_raw(request: HttpRequest, asked: RawIn) -> dict[str, Any]:
    """Through the proxy, as a client would; its credentials are left out."""
    try:
        body = base64.b64decode(asked.body_base64, validate=True)
    except ValueError as error:  # letters that are not ASCII, too
        raise HttpError(422, f"body_base64: {error}.") from None
    headers = [(each.name, each.value) for each in asked.headers]
    call = OwnCall(
        method=asked.method.upper(),
        path=again.on_the_line(asked.path),
        query=again.open_query(asked.query),
        # Its host is the destination's, to which this machine doesn't answer.
        headers=replaced(again.sendable(headers), b"host", b"localhost"),
        body=body,
        resend_of=asked.resend_of,
    )
    return _sent(call, _wish(asked))


@router.post("/requests/{uid}/resend", response=ANSWERS, summary="Send a request again")
def resend(request: HttpRequest, uid: UUID, asked: ResendIn) -> dict[str, Any]:
    """To where it went, or elsewhere. Keys are added as for a live call; the new answer
    is captured, and `resend_of` of its request names the old one. 409 where its body
    wasn't kept to its end."""
    rows = CapturedRequest.objects.select_related("detail")
    row = rows.filter(uid=uid).first()
    if row is None:
        raise HttpError(404, f"No request has the id '{uid}'.")
    with _refusing():
        return _told(send_again(row, _wish(asked)))


@router.post("/try", response=ANSWERS, summary="Try a model")
def try_model(request: HttpRequest, asked: TryModelIn) -> dict[str, Any]:
    """A small request, as a client would send it, captured as any. 30 s are seldom
    needed; the provider's own timeouts hold."""
    if asked.provider:
        return try_provider(request, asked.provider.strip().lower(), asked)
    if not asked.model:
        raise HttpError(422, "model: Name the model to try.")
    prompt = asked.prompt
    return _sent(tries.try_call(asked.kind, asked.model, prompt=prompt), AS_IT_IS)


@router.post("/providers/{slug}/try", response=ANSWERS, summary="Try a provider")
def try_provider(request: HttpRequest, slug: str, asked: TryIn) -> dict[str, Any]:
    """Words, a tool, a picture or a stream, in the dialect that it speaks."""
    row = Provider.objects.filter(slug=slug).first()
    if row is None:
        raise HttpError(404, f"There is no provider “{slug}”.")
    model = asked.model or (DEMO_MODEL if row.base_url == DEMO_URL else "")
    if not model:
        raise HttpError(422, "model: Name a model that this provider has.")
    call = tries.try_call(
        asked.kind,
        model,
        provider=row.slug,
        speaks=row.wire_formats,
        prompt=asked.prompt,
    )
    return _sent(call, AS_IT_IS)


@router.post("/routes/{pk}/try", response=ANSWERS, summary="Try a route")
def try_route(request: HttpRequest, asked: TryIn, pk: int = ID) -> dict[str, Any]:
    """As `/api/try`, and only if this route is the one that takes it."""
    row = Route.objects.filter(pk=pk).first()
    if row is None:
        raise HttpError(404, f"There is no route {pk}.")
    model = asked.model or (row.match if row.kind == Route.Kind.EXACT else "")
    if not model:
        raise HttpError(422, "model: Name a model that this route takes.")
    call = tries.try_call(asked.kind, model, prompt=asked.prompt)
    return _sent(call, HowToSend(to=str(pk), model=model))


def _sent(call: OwnCall, wish: HowToSend) -> dict[str, Any]:
    with _refusing():
        return _told(send(call, wish))


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except CannotSend as error:
        raise HttpError(error.status, str(error)) from None


def _wish(asked: ResendIn) -> HowToSend:
    return HowToSend(
        to=asked.to,
        model=asked.model,
        run=asked.run,
        dry_run=asked.dry_run,
        wait=asked.wait,
    )


def _told(sent: Sent) -> dict[str, Any]:
    plan, answer, said = sent.plan, sent.answer, sent.said
    return {
        "id": sent.id,
        "resend_of": plan.call.resend_of,
        "method": plan.call.method,
        "path": plan.call.path.decode("latin-1"),
        "upstream_url": plan.url,
        "provider": plan.target.provider,
        "route": plan.target.route,
        "reason": plan.target.reason,
        "status": answer.status if answer else None,
        "ok": sent.is_good,
        "duration_ms": round(answer.duration_ms, 1) if answer else None,
        "text": said.text if said else "",
        "tool_calls": list(said.tool_calls) if said else [],
        "error": said.error if said else "",
        "body": said.body if said else "",
    }
