"""The query parameters of an operation of the API; others are refused.

A misspelt filter would give everything. `observe/openapi.py` puts this around every
operation; what it takes is read from its own signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from types import MethodType
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from ninja.errors import HttpError

from observe.nearest import did_you_mean

if TYPE_CHECKING:
    from ninja.operation import Operation

Run = Callable[..., Any]
PAGES = {"page", "per_page"}
"""Lists took them before 0.2; ignored, each page would look like the first."""
MOST_TOLD = 12
LONGEST_NAME = 100


def names_known(run: MethodType) -> Run:
    """Around `run` of an operation: refuses with 422 what it does not take."""
    operation = cast("Operation", run.__self__)
    known = tuple(parameters(operation))

    @wraps(run)
    def checked(request: HttpRequest, **path: Any) -> Any:
        for name in request.GET:
            if name not in known:
                error = HttpError(422, refusal(name, known))
                return operation.api.on_exception(request, error)
        return run(request, **path)

    return checked


def parameters(operation: Operation) -> Iterable[str]:
    """Their names, as they stand in an address."""
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            yield from model.__ninja_flatten_map__


def refusal(name: str, known: tuple[str, ...]) -> str:
    """A sentence that names it and the nearest that there is."""
    if name in PAGES and "cursor" in known:
        return (
            f"{name}: pages have no numbers; follow `next`, or give `limit` and the"
            " `cursor` of `next`."
        )
    told = f"{name[:LONGEST_NAME]}: there is no such query parameter here"
    if near := did_you_mean(name[:LONGEST_NAME], known):
        return f"{told}{near}"
    if not known:
        return f"{told}; it takes none."
    few = len(known) <= MOST_TOLD
    return (
        f"{told}; {'it takes ' + ', '.join(known) if few else '/api/docs lists them'}."
    )
