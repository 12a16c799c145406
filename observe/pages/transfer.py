"""How answers travel: kept by no cache, compressed where that gives nothing away.

Middleware of everything that Django answers, static files included. Proxied answers
never come here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from observe.access_rules import is_api

COMPRESSED = (
    *("text/html", "text/css", "text/javascript", "application/javascript"),
    *("application/json", "image/svg+xml"),
)
OF_OUR_PAGES = (None, "same-origin", "none")
"""`Sec-Fetch-Site` of a request that no page elsewhere has made."""


class KeepingMiddleware:
    """Tells caches to keep nothing: pages hold what was captured.

    What the API says may be kept and asked about again, so that its ETag saves bytes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        may_ask_again = is_api(request.path) and _is(response, ("application/json",))
        kept = "private, no-cache" if may_ask_again else "no-store"
        response.headers.setdefault("Cache-Control", kept)
        return response


class StaticMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Sends a static file in one piece; the largest is a megabyte.

    WhiteNoise's own answer is a plain iterator. An ASGI server gets such a one whole as
    well, and Django warns of it in the terminal at the first page.
    """

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as opened:
                body = opened.read()
        answer = HttpResponse(body, status=int(found.status))
        del answer["content-type"]
        for name, value in found.headers:
            answer[name] = value
        return answer


class CompressionMiddleware(GZipMiddleware):
    """Compresses text for browsers and programs that take gzip.

    The length of a compressed page tells whether words of its address are in it, too
    (BREACH). Whoever listens would need many such pages, and only a page elsewhere
    can make a browser ask for them: its requests are answered uncompressed. Django
    adds random bytes to the others, and masks its form tokens anew in each.
    """

    def process_request(self, request: HttpRequest) -> None:
        # What is compressed has a weak ETag; WhiteNoise knows only its strong one.
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        if known:
            request.META["HTTP_IF_NONE_MATCH"] = known.replace('W/"', '"')

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code != 200 or not _is(response, COMPRESSED):
            return response
        if "Content-Disposition" in response.headers:
            # Exports and exact bodies travel as they are: programs count and hash them.
            return response
        is_ours = request.headers.get("sec-fetch-site") in OF_OUR_PAGES
        if not is_ours and not request.path.startswith("/static/"):
            return response
        return super().process_response(request, response)


def _is(response: HttpResponseBase, kinds: tuple[str, ...]) -> bool:
    return response.headers.get("Content-Type", "").startswith(kinds)
