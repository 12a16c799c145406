"""A captured body as an HTTP answer: the exact bytes, and nothing a browser would run.

What a provider or client sent is untrusted, and served from Weir's own origin: so it
is always a download, never sniffed, and sandboxed should anything show it after all.
"""

from __future__ import annotations

import mimetypes
import re

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from runs import bodies
from runs.api.streaming import streamed
from runs.models import Body
from runs.models.body import Encoding

UNTRUSTED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "no-store",
}
"""With whatever holds captured bytes; exports, too."""
HEADER_VALUE = re.compile(r"[\x20-\x7e]+")


def body_response(request: HttpRequest, body: Body) -> HttpResponseBase:
    """The body as captured; large ones in pieces, in bounded memory."""
    response: HttpResponseBase
    if body.encoding != Encoding.PARTS:
        response = HttpResponse(bodies.read(body))
    else:
        response = streamed(request, bodies.pieces(body))
    for name, value in _headers(body).items():
        response[name] = value
    return response


def _headers(body: Body) -> dict[str, str]:
    content_type = _value(body.content_type) or "application/octet-stream"
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(body.kept),
        "Content-Disposition": f'attachment; filename="{_file_name(body)}"',
        **UNTRUSTED,
        "Weir-Body-Size": str(body.size),
        "Weir-Body-Sha256": bytes(body.sha256).hex(),
    }
    if encoding := _value(body.content_encoding):
        headers["Content-Encoding"] = encoding
    return headers


def _value(text: str) -> str:
    """A captured header value, if it may be one again."""
    return text if HEADER_VALUE.fullmatch(text) else ""


def _file_name(body: Body) -> str:
    media_type = body.content_type.partition(";")[0].strip().lower()
    suffix = mimetypes.guess_extension(media_type) or ".bin"
    return f"{body.request.uid}-{body.side}{suffix}"
