"""The part of the overview that says what stands out: dearest, slowest, error kinds.

It reads requests, where the rest of the page reads figures alone: of more than `FEW` it
loads by itself, after the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.overview.asked import Asked
from observe.rendering.template_context import TemplateContext, show
from runs import lifecycle
from runs.filters import BadFilter
from runs.filters.request_filter import RequestFilter, Where
from runs.lifecycle.errors import RunError
from runs.measure.outliers import MOST, ErrorGroup, Outliers, outliers_of
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Outcome
from runs.rollups.figures import REFUSED, SUCCESS

FEW = 2_000
"""Requests of a range, of which the page itself tells what stands out."""


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A kind of errors, and where its requests are."""

    kind: ErrorGroup
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutliersPart(TemplateContext):
    template: ClassVar[str] = "overview/_outliers.html"

    found: Outliers
    errors: Sequence[ErrorLine]
    dearest: str
    """All of them, in this order."""
    slowest: str
    most: int = MOST


@require_safe
def outliers_part(request: HttpRequest) -> HttpResponse:
    try:
        return show(request, read(Asked.read(request.GET)))
    except (BadFilter, RunError):
        return HttpResponse(status=204)  # the page says what is wrong


def read(asked: Asked) -> OutliersPart:
    found = outliers_of(_asked_for(asked))
    return OutliersPart(
        found=found,
        errors=[ErrorLine(kind, _href(asked, kind)) for kind in found.errors],
        dearest=asked.requests(order="cost-desc"),
        slowest=asked.requests(order="duration-desc"),
    )


def _href(asked: Asked, kind: ErrorGroup) -> str:
    if kind.status is not None:
        return asked.requests(error="1", status=str(kind.status))
    return asked.requests(outcome=kind.outcome)


def _asked_for(asked: Asked) -> CapturedRequestQuerySet:
    """The requests that the page's figures are of."""
    within = asked.range
    rows = CapturedRequest.objects.between(within.start, within.end)
    for name, value in asked.where.items():
        rows = rows.filter(_condition(name, value))
    return RequestFilter(where=Where.read(asked.said)).apply(rows)


def _condition(name: str, value: str) -> Q:
    if name == "run":
        return Q(run=lifecycle.find(value).pk)
    if name == "outcome" and value in (SUCCESS, REFUSED):
        return Q(outcome=Outcome.COMPLETED, is_success=value == SUCCESS)
    return Q(**{name: value})
