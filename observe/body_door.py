"""Bodies of calls to pages and API: who may send one, and how large it may be.

In front of Django, in `observe/first_page.py`. Django reads a request to its end before
it asks who sent it, large ones into a file: a stranger could fill the disk. So whoever
sends more than a form does is asked first, by the same door, and nobody's body is
larger than what stays in memory.
"""

from __future__ import annotations

import io
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from observe import database_trouble
from observe.access import AccessMiddleware
from observe.api_errors import UNAVAILABLE
from observe.pages.errors import refusal
from proxy.forward.client import Receive, Send
from proxy.forward.upload import declared_size

FORM = 64 * 1024
"""What anybody may send: a login, for one."""


class _TooLarge(Exception):
    """More has come than there may be."""


class BodyDoor:
    """Django's ASGI app, which is called for bodies that may be read."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        size = declared_size(scope["headers"])
        if size == 0:
            await self._app(scope, receive, send)
            return
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if size is None or size > FORM:
            answer = await database_sync_to_async(_refused)(scope)
            if answer is None and size is not None and size > most:
                answer = _too_large(scope, most)
            if answer is not None:
                await _send(answer, send)
                return
        try:
            await self._app(scope, _counted(receive, most), send)
        except _TooLarge:
            await _send(_too_large(scope, most), send)


def _counted(receive: Receive, most: int) -> Receive:
    """Raises _TooLarge once a body without a length is larger than `most`."""
    left = most

    async def read() -> Any:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLarge
        return message

    return read


def _too_large(scope: Any, most: int) -> HttpResponse:
    why = f"Pages and API take bodies of up to {most // (1024 * 1024)} MiB."
    return refusal(_without_body(scope), 413, "BODY_TOO_LARGE", why)


def _refused(scope: Any) -> HttpResponse | None:
    """What the door says to this request, as if it had no body; None: come in."""
    request = _without_body(scope)
    chain = SessionMiddleware(AuthenticationMiddleware(AccessMiddleware(_enter)))
    try:
        answer = chain(request)
    except OperationalError as error:
        return refusal(request, 503, UNAVAILABLE, database_trouble.sentence(error))
    assert isinstance(answer, HttpResponse)  # nothing here streams, or waits
    return None if answer.status_code == _COME_IN else answer


_COME_IN = 299
"""Of no answer that is sent."""


def _enter(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponse(status=_COME_IN)
    # Where nobody is asked (the login), there is nothing large to send.
    why = f"Without a login this takes {FORM // 1024} KiB."
    return refusal(request, 413, "BODY_TOO_LARGE", why)


def _without_body(scope: Any) -> HttpRequest:
    return ASGIRequest(scope, io.BytesIO())


async def _send(answer: HttpResponse, send: Send) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.items()
    ]
    headers.append((b"content-length", str(len(answer.content)).encode()))
    start = {"type": "http.response.start", "status": answer.status_code}
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": answer.content})
