"""The API in this process, for commands that work on the data directory.

They ask what they would ask a server, so that each is written once; no server needs
to run, and no token is wanted of whoever may read the files. What is changed is logged
as a command's. Imported where Django is set up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import httpx
from django.core.handlers.wsgi import WSGIRequest
from django.urls import Resolver404, resolve

from observe.remote.address import Address, is_named
from observe.remote.client import Weir, chosen

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

HERE = Address("http://this.weir", is_named=False)


def opened(options: dict[str, Any]) -> Weir:
    """The server that is named, or the data directory where none is."""
    if is_named(options, os.environ):
        return Weir(chosen(options))
    return Weir(HERE, httpx.WSGITransport(app=_answer))


def _answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The operation alone: nobody is at the door of one's own files."""
    request = WSGIRequest(environ)
    try:
        found = resolve(request.path_info)
    except Resolver404:
        start_response("404 Not Found", [])
        return [b""]
    view: Callable[..., Any] = found.func
    answer = view(request, *found.args, **found.kwargs)
    headers = [(name, str(value)) for name, value in answer.items()]
    start_response(f"{answer.status_code} {answer.reason_phrase}", headers)
    return [answer.content]
