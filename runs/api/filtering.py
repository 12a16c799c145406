"""`/api/filters`: the filter language, and what may come next while one writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.params.functions import Query

from runs.filters import FIELDS, Filter
from runs.filters.completing import MOST, complete
from runs.filters.grammar import MAX_LENGTH
from runs.models import Facet, Run
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["requests"])

TEXT = Query("", max_length=MAX_LENGTH, description="What is written so far.")
CURSOR = Query(-1, description="Where the cursor stands; default: at the end.")


class FieldOut(Schema):
    """A field of the language."""

    name: str
    about: str
    example: str
    compares: bool = Field(description="`<` and `>` compare it.")
    wildcards: bool = Field(description="`*` stands for any part of a value.")
    values: list[str] = Field(description="Some that it may have.")


class SuggestionOut(Schema):
    text: str
    about: str


class CompletionOut(Schema):
    """What may stand between two places of the text."""

    start: int
    end: int
    items: list[SuggestionOut]


@router.get("/filters", response=list[FieldOut], summary="The filter language")
def filters(request: HttpRequest) -> list[dict[str, Any]]:
    """Its fields; docs/filters.md tells the rest."""
    return [
        {
            "name": field.name,
            "about": field.help,
            "example": field.shown,
            "compares": field.is_ordered,
            "wildcards": field.has_facets,
            "values": list(field.values),
        }
        for field in FIELDS
    ]


@router.get(
    "/filters/complete",
    response={200: CompletionOut, 422: ErrorAnswer},
    summary="What may come next in a filter",
)
def completion(
    request: HttpRequest, where: str = TEXT, cursor: int = CURSOR
) -> dict[str, Any]:
    """Fields, or values that requests have; for whoever writes a query bar."""
    return asdict(complete(where, len(where) if cursor < 0 else cursor, _known))


def _known(field: Filter[Any], part: str) -> Iterable[str]:
    part = part.replace("\0", "")[:255]
    if field.name == "run":
        names = Run.objects.filter(name__icontains=part).order_by("-pk")
        return dict.fromkeys(names.values_list("name", flat=True)[: 4 * MOST])
    if not field.has_facets:
        return ()
    values = Facet.objects.filter(kind=field.name, value__icontains=part)
    return values.order_by("value").values_list("value", flat=True)[: 4 * MOST]
