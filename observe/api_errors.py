"""Every error of the JSON API in one shape: `{"error": {"code": …, "message": …}}`.

The message is a sentence for people, the code a word for programs.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse

from observe import database_trouble
from runs.bodies import DamagedBody
from runs.filters import BadFilter
from runs.lifecycle.errors import RunError

if TYPE_CHECKING:
    from ninja import NinjaAPI

log = logging.getLogger(__name__)

CODES = {
    400: "BAD_REQUEST",
    401: "NOT_LOGGED_IN",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
    412: "CHANGED_MEANWHILE",
    422: "INVALID_VALUE",
    428: "PRECONDITION_REQUIRED",
}

UNAVAILABLE = "DATABASE_UNAVAILABLE"
"""Of `OperationalError`: nothing is wrong with the request."""

AT_ONCE = "Another change of the same came in between: read it again, then try again."
"""Of `IntegrityError`: what was checked a moment ago isn't so any more."""


def answer_errors(api: NinjaAPI) -> None:
    """Registers an answer for everything an operation may raise."""
    # Pages use this module's words before anybody has asked for the API.
    from ninja.errors import HttpError, ValidationError

    def answer(
        request: HttpRequest, status: int, message: str, code: str = ""
    ) -> HttpResponse:
        error = {"code": code or CODES.get(status, "ERROR"), "message": message}
        return api.create_response(request, {"error": error}, status=status)

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, error.status_code, str(error))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(request, 404, str(error) or "There is nothing here.")

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(request, 422, " ".join(map(_sentence, error.errors)))

    @api.exception_handler(BadFilter)
    def bad_filter(request: HttpRequest, error: BadFilter) -> HttpResponse:
        return answer(request, 422, str(error))

    @api.exception_handler(RunError)
    def bad_run(request: HttpRequest, error: RunError) -> HttpResponse:
        return answer(request, error.status, error.message, error.code)

    @api.exception_handler(DamagedBody)
    def damaged(request: HttpRequest, error: DamagedBody) -> HttpResponse:
        return answer(request, 500, str(error), "DAMAGED_BODY")

    @api.exception_handler(SuspiciousOperation)
    def absurd(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
        return answer(request, 400, f"The request is refused: {str(error)[:200]}")

    @api.exception_handler(IntegrityError)
    def at_once(request: HttpRequest, error: IntegrityError) -> HttpResponse:
        log.info("%s %s met another change: %s", request.method, request.path, error)
        return answer(request, 409, AT_ONCE)

    @api.exception_handler(DatabaseError)
    def unavailable(request: HttpRequest, error: DatabaseError) -> HttpResponse:
        if not (
            isinstance(error, OperationalError) or database_trouble.is_trouble(error)
        ):
            return unexpected(request, error)
        log.warning("%s %s failed: %s", request.method, request.path, error)
        return answer(request, 503, database_trouble.sentence(error), UNAVAILABLE)

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        message = "Weir failed to answer; its log says why."
        return answer(request, 500, message, "INTERNAL_ERROR")


def _sentence(problem: dict[str, object]) -> str:
    """`limit: Input should be less than or equal to 200.`"""
    location = problem.get("loc")
    # The first steps say query, body or path, and ninja's own name of the argument.
    steps = [str(step) for step in location] if isinstance(location, tuple) else []
    return f"{steps[-1] if steps else 'value'}: {problem.get('msg', 'is not valid')}."
