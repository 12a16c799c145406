"""What people and programs see when something can't be done.

A page for browsers, `{"error": {"code": …, "message": …}}` for the API and for
everyone who didn't ask for HTML.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse

from observe import database_trouble
from observe.access_rules import is_api
from observe.api_errors import UNAVAILABLE
from observe.rendering.template_context import TemplateContext, show

TITLES = {
    400: "That request makes no sense",
    401: "A token is needed",
    403: "Not allowed",
    404: "Nothing here",
    413: "That is too large",
    422: "That value can't be used",
    500: "Weir made a mistake",
    501: "Not installed here",
    503: "The database can't be used",
}
TWO_SLASHES = (
    "The address begins with two slashes. A base URL that ends with one and a path that"
    " begins with one make two: take the last one off the base URL."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(TemplateContext):
    template: ClassVar[str] = "error.html"

    status: int
    title: str
    why: str


def refusal(request: HttpRequest, status: int, code: str, why: str) -> HttpResponse:
    """The answer to a request that isn't served, in the shape its sender reads."""
    if not wants_page(request):
        body = {"error": {"code": code, "message": why}}
        return JsonResponse(body, status=status)
    page = ErrorPage(status=status, title=TITLES.get(status, "Error"), why=why)
    return show(request, page, status=status)


def wants_page(request: HttpRequest) -> bool:
    if is_api(request.path):
        return False
    return "text/html" in request.headers.get("accept", "")


class ApiErrorPages:
    """Middleware: an error of the API is a page for who opened its address in a tab.

    Downloads are links to the API; what a script fetches gets JSON as ever.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not _is_opened(request):
            return response
        try:
            why = json.loads(response.content)["error"]["message"]
        except (AttributeError, ValueError, LookupError, TypeError):
            return response
        title = TITLES.get(response.status_code, "That did not work")
        page = ErrorPage(status=response.status_code, title=title, why=why)
        return show(request, page, status=response.status_code)


def _is_opened(request: HttpRequest) -> bool:
    is_html = "text/html" in request.headers.get("accept", "")
    mode = request.headers.get("sec-fetch-mode", "navigate")
    return is_api(request.path) and is_html and mode == "navigate"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 400, "BAD_REQUEST", "Weir can't read this request.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    why = "The form's security token is missing or old. Reload the page, try again."
    return refusal(request, 403, "CSRF_FAILED", why)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal(request, 403, "FORBIDDEN", "This account may not do that.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Http404 raised by our views says what is missing; the resolver's is a dict dump.
    said = exception.args[0] if exception.args else ""
    why = said if isinstance(said, str) and said else "There is no such page."
    if request.path.startswith("//"):
        why = TWO_SLASHES
    return refusal(request, 404, "NOT_FOUND", why)


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if error is not None and (
        isinstance(error, OperationalError) or database_trouble.is_trouble(error)
    ):
        return refusal(request, 503, UNAVAILABLE, database_trouble.sentence(error))
    why = "The log has the traceback. Captured traffic isn't affected."
    return refusal(request, 500, "INTERNAL_ERROR", why)
