"""`/api/models`, `/api/providers` and `/api/routes`, read and tried out."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import Count
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router
from ninja.params.functions import Query

from proxy.models import Provider
from proxy.route.rules import RuleKind
from proxy.schemas import (
    HealthOut,
    ModelPage,
    ModelSuggestionOut,
    ProviderOut,
    RoutePage,
    SimulateIn,
    SimulationOut,
)
from proxy.setup import health, listing
from proxy.setup.simulation import simulate
from runs.api.paging import CURSOR, Cursor, page_of_list
from runs.models import CapturedRequest
from runs.schemas.requests import ErrorAnswer

router = Router(tags=["routing"])

LIMIT = Query(25, ge=1, le=100, description="Items in a page.")
ERRORS = {422: ErrorAnswer}


@router.get(
    "/models",
    response={200: ModelPage, **ERRORS},
    summary="List the models that routes take",
)
def list_models(
    request: HttpRequest,
    search: str = Query("", description="In model, upstream model or route name."),
    provider: str = Query("", description="A provider's slug."),
    status: Literal["active", "inactive", "all"] = "active",
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, Any]:
    """Model names and prefixes, in the order routing asks for them."""
    rows = listing.model_rows(search, provider.strip().lower(), status)
    given = {"search": search, "provider": provider, "status": status}
    return page_of_list(request, rows, given, cursor, limit)


@router.get(
    "/models/suggest", response=list[ModelSuggestionOut], summary="Complete a name"
)
def suggest_models(
    request: HttpRequest,
    q: str = Query("", description="Beginning of a model's name."),
    limit: int = Query(10, ge=1, le=50),
) -> list[dict[str, Any]]:
    """Names from routes first, then the most asked-for of recent requests."""
    start = q.strip().lower()
    found: dict[str, dict[str, Any]] = {}
    for row in listing.model_rows():
        name = row["client_model"]
        if row["match_type"] == RuleKind.EXACT and name.lower().startswith(start):
            found.setdefault(name, _suggestion(name, "route", row))
    for row in _recent(start, limit):
        found.setdefault(row["model"], _suggestion(row["model"], "recent", row))
    return list(found.values())[:limit]


def _recent(start: str, limit: int) -> list[dict[str, Any]]:
    # Only the newest: counting a million rows for a completion would be slow.
    newest = CapturedRequest.objects.order_by("-pk").values("pk")[:5000]
    asked = CapturedRequest.objects.filter(pk__in=newest, model__istartswith=start)
    counted = asked.exclude(model="").values("model", "provider", "upstream_model")
    rows = counted.annotate(request_count=Count("pk")).order_by("-request_count")
    return [dict(row) for row in rows[:limit]]


def _suggestion(model: str, source: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model,
        "source": source,
        "provider": row["provider"],
        "upstream_model": row["upstream_model"],
        "request_count": row.get("request_count"),
    }


@router.get(
    "/models/lookup",
    response={200: SimulationOut, 404: ErrorAnswer},
    summary="Look up where a model goes",
)
def lookup_model(
    request: HttpRequest,
    model: str = Query(..., description="The name a client would send."),
    provider: str = Query("", description="Ask that provider by name instead."),
) -> Any:
    """The decision for `/v1/chat/completions`, with snippets to try it."""
    if not provider:
        return simulate(model)
    row = get_object_or_404(Provider, slug=provider.strip().lower())
    return simulate(model, path=f"/{row.slug}/chat/completions")


@router.get("/providers", response=list[ProviderOut], summary="List providers")
def list_providers(
    request: HttpRequest,
    search: str = Query("", description="In slug, name or base URL."),
) -> list[dict[str, Any]]:
    return listing.provider_rows(search.strip())


@router.post(
    "/providers/{slug}/test",
    response={200: HealthOut, 404: ErrorAnswer},
    summary="Ask a provider for a sign",
)
def test_provider(request: HttpRequest, slug: str) -> Any:
    """One GET of its model list with its key, 10 s at most; not captured."""
    return health.look_at(get_object_or_404(Provider, slug=slug))


@router.get("/routes", response={200: RoutePage, **ERRORS}, summary="List routes")
def list_routes(
    request: HttpRequest,
    search: str = Query("", description="In name, match, provider or upstream URL."),
    limit: int = LIMIT,
    cursor: Cursor = CURSOR,
) -> dict[str, Any]:
    """Startup routes and those of the database, in the order they are asked."""
    rows = listing.route_rows(search)
    return page_of_list(request, rows, {"search": search}, cursor, limit)


@router.post("/routes/simulate", response=SimulationOut, summary="Simulate a request")
def simulate_request(request: HttpRequest, asked: SimulateIn) -> Any:
    """Where such a request would go and why; nothing is sent."""
    return simulate(
        asked.model,
        path=asked.path,
        method=asked.method,
        host=asked.host,
        key=asked.key,
    )
