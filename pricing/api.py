"""`/api/prices`: the price table as JSON; `pricing/edit_api.py` changes it."""

from __future__ import annotations

from django.db.models import BigIntegerField, Q, QuerySet
from django.http import HttpRequest
from ninja import Router
from ninja.params.functions import Query

from pricing.models import ModelPrice
from pricing.schemas import PricePage

router = Router(tags=["prices"])

MAX_ID = BigIntegerField.MAX_BIGINT


@router.get("/prices", response=PricePage, summary="List prices")
def list_prices(
    request: HttpRequest,
    search: str = Query("", description="In model, aliases, display name or provider."),
    provider: str = Query("", description="A provider's slug."),
    active: bool | None = Query(None, description="Only active, or only inactive."),
    limit: int = Query(100, ge=1, le=500),
    cursor: int = Query(0, ge=0, le=MAX_ID, description="From `next` or `previous`."),
) -> dict[str, object]:
    """In the order they were made. Follow `next` until it is null."""
    rows = _filtered(search.strip(), provider.strip().lower(), active)
    page = list(rows.filter(pk__gt=cursor).order_by("pk")[: limit + 1])
    has_more = len(page) > limit
    page = page[:limit]
    return {
        "items": page,
        "next": _address(request, page[-1].pk) if has_more else None,
        "previous": _address(request, _before(rows, cursor, limit)) if cursor else None,
    }


def _address(request: HttpRequest, cursor: int) -> str:
    query = request.GET.copy()
    query["cursor"] = str(cursor)
    return f"{request.path}?{query.urlencode()}"


def _before(rows: QuerySet[ModelPrice], cursor: int, limit: int) -> int:
    """The cursor of the page that ends where this one begins."""
    passed = rows.filter(pk__lte=cursor).order_by("-pk").values_list("pk", flat=True)
    return next(iter(passed[limit : limit + 1]), 0)


def _filtered(search: str, provider: str, active: bool | None) -> QuerySet[ModelPrice]:
    rows = ModelPrice.objects.prefetch_related("tiers")
    if provider:
        rows = rows.filter(provider=provider)
    if active is not None:
        rows = rows.filter(active=active)
    if search:
        rows = rows.filter(searched(search))
    return rows


def searched(text: str) -> Q:
    """Rows in which a text occurs; the command line searches alike."""
    return (
        Q(model__icontains=text)
        | Q(display_name__icontains=text)
        | Q(aliases__icontains=text)
        | Q(provider__icontains=text)
    )
