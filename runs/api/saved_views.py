"""`/api/views`: views of the request list that have a name."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError

from runs.filters.grammar import MAX_LENGTH
from runs.filters.orders import ORDERS
from runs.keeping import saved_views
from runs.keeping.saved_views import MOST_HIDDEN
from runs.models import SavedView
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["requests"])


class ViewIn(Schema):
    where: str = Field("", max_length=MAX_LENGTH, description="The filter language.")
    hidden: Annotated[list[str], Field(max_length=MOST_HIDDEN)] = Field(
        [], description="Columns that are not shown; `!calls` and `!spent` are shown."
    )
    order: str = Field(
        "",
        description="As in `?order=`; empty: the newest first.",
        json_schema_extra={"enum": ["", *ORDERS]},
    )


class ViewOut(Schema):
    """A saved view."""

    name: str
    where: str
    hidden: list[str]
    order: str
    address: str = Field(description="Of the page that shows it; to be shared.")

    @staticmethod
    def resolve_address(view: SavedView) -> str:
        query = urlencode(view.as_query())
        return f"/requests?{query}" if query else "/requests"


@router.get("/views", response=list[ViewOut], summary="List saved views")
def list_views(request: HttpRequest) -> list[SavedView]:
    """By name."""
    return list(SavedView.objects.in_order())


@router.put(
    "/views/{name}",
    response={200: ViewOut, 404: ErrorAnswer, 422: ErrorAnswer},
    summary="Save a view",
)
def save_view(request: HttpRequest, name: str, view: ViewIn) -> SavedView:
    """A new one, or in the place of the one of this name."""
    return saved_views.save(name, view.where, view.hidden, view.order)


@router.delete(
    "/views/{name}", response={204: None, 404: ErrorAnswer}, summary="Delete a view"
)
def delete_view(request: HttpRequest, name: str) -> Status[None]:
    """Its requests are not touched."""
    gone, _ = SavedView.objects.filter(name=name.replace("\0", "")).delete()
    if not gone:
        raise HttpError(404, f"No view has the name {name!r}.")
    return Status(204, None)
