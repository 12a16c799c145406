"""`GET /api/saved/{kind}`: what an operator has saved, whole, as it can be saved again.

`weir routes export`, `import` and their likes read it (observe/remote/saved.py): a
row's fields as they were entered, not as routing makes use of them. Keys are variables'
names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Model
from django.http import HttpRequest
from ninja import Field, Schema

from pricing import edit_api as prices, editing
from pricing.edit_schemas import PRICE_FIELDS
from pricing.models import ModelPrice
from pricing.rates import digits
from proxy.api import changing_providers as providers, changing_routes as routes
from proxy.api.reading import router
from proxy.models import Provider, Route
from runs.schemas.requests import ErrorAnswer


class Saved(StrEnum):
    """What can be read, written to a file, and read from it again."""

    PROVIDERS = "providers"
    ROUTES = "routes"
    PRICES = "prices"


class SavedRow(Schema):
    """One of them."""

    id: str = Field(description="What its own address ends with.")
    own: bool = Field(description="False: Weir made it, and nobody has edited it.")
    tag: str = Field(description="For `If-Match`.")
    values: dict[str, Any]


class SavedOut(Schema):
    """All of a kind."""

    usual: dict[str, Any] = Field(description="What a field has that nobody sets.")
    items: list[SavedRow]


class _Table(NamedTuple):
    new: Callable[[], Model]
    rows: Callable[[], Iterable[Any]]
    values: Callable[[Any], dict[str, Any]]
    key: Callable[[Any], object]
    is_own: Callable[[Any], bool]


_TABLES = {
    Saved.PROVIDERS: _Table(
        Provider,
        lambda: Provider.objects.order_by("slug"),
        providers.values_of,
        lambda row: row.slug,
        lambda row: True,
    ),
    Saved.ROUTES: _Table(
        Route,
        lambda: Route.objects.select_related("provider").order_by(
            "priority", "kind", "match", "-active", "pk"
        ),
        routes.values_of,
        lambda row: row.pk,
        lambda row: not row.managed_by,
    ),
    Saved.PRICES: _Table(
        ModelPrice,
        lambda: ModelPrice.objects.prefetch_related("tiers").order_by(
            "provider", "model", "-active", "pk"
        ),
        prices.values_of,
        lambda row: row.pk,
        lambda row: bool(row.is_edited),
    ),
}


@router.get(
    "/saved/{kind}",
    response={200: SavedOut, 404: ErrorAnswer},
    summary="Read all that is saved",
)
def read_saved(request: HttpRequest, kind: Saved) -> dict[str, Any]:
    """Providers, routes or prices as they were entered: for files in version control.
    Startup routes are in a file already."""
    table = _TABLES[kind]
    return {
        "usual": _plain(_usual(kind)),
        "items": [
            {
                "id": str(table.key(row)),
                "own": table.is_own(row),
                "tag": editing.tag(values := table.values(row)),
                "values": _plain(values),
            }
            for row in table.rows()
        ],
    }


def _usual(kind: Saved) -> dict[str, Any]:
    if kind is Saved.PRICES:  # a price that isn't saved has no tiers to ask for
        return {**editing.values(ModelPrice(), PRICE_FIELDS), "tiers": []}
    table = _TABLES[kind]
    return table.values(table.new())


def _plain(value: Any) -> Any:
    """As JSON holds it, money with all its digits."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return digits(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
