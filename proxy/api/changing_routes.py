"""Routes, written: `POST /api/routes`, `PATCH /api/routes/{id}`, default routes.

Validated as in the admin, with the same sentences. An edit makes a seeded route the
operator's own. What is saved counts for the next request in every process.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Status
from ninja.errors import HttpError

from pricing import editing
from proxy.api.changing_providers import ERRORS, with_provider
from proxy.api.reading import router
from proxy.api.shapes import (
    ROUTE_FIELDS,
    RouteFull,
    RouteIn,
    SampleIn,
    SeedIn,
    SeedOut,
)
from proxy.models import Route
from proxy.route.rules import RuleKind
from proxy.schemas import SampleOut
from proxy.setup.default_routes import Item, seed_routes
from proxy.setup.simulation import simulate
from runs.api.paths import ID
from runs.keeping import audit
from runs.models import AuditEntry
from runs.schemas.requests import ErrorAnswer

MOST_SHOWN = 200


@router.post(
    "/routes", response={201: RouteFull, 422: ErrorAnswer}, summary="Make a route"
)
def create_route(
    request: HttpRequest, response: HttpResponse, asked: RouteIn
) -> Status[Any]:
    """`{"model": "gpt-5", "match": "exact", "provider": "openai"}` is enough."""
    with transaction.atomic():
        return Status(201, _saved(response, Route(), asked))


@router.post("/routes/sample-request", response=SampleOut, summary="Snippets to try")
def sample_request(request: HttpRequest, asked: SampleIn) -> Any:
    """curl, Python and JavaScript for a model, and what would go upstream. No key is
    in it."""
    if not asked.provider:
        return simulate(asked.model).sample
    path = f"/{asked.provider.strip().lower()}/chat/completions"
    return simulate(asked.model, path=path).sample


@router.post(
    "/routes/defaults/preview", response=SeedOut, summary="Show default routes"
)
def preview_defaults(request: HttpRequest, asked: SeedIn) -> dict[str, Any]:
    """What `apply` would do: a route for each model that has a price."""
    refresh = asked.mode == "refresh_seeded"
    return _seeded(seed_routes(asked.provider, dry_run=True, refresh=refresh))


@router.post("/routes/defaults/apply", response=SeedOut, summary="Make default routes")
def apply_defaults(request: HttpRequest, asked: SeedIn) -> dict[str, Any]:
    """Routes of an operator's own are never touched."""
    refresh = asked.mode == "refresh_seeded"
    with transaction.atomic():
        told = _seeded(seed_routes(asked.provider, refresh=refresh))
        counts = {name: told[name] for name in ("inserted", "updated")}
        applied = AuditEntry.Action.APPLIED
        audit.write(applied, "routes", "default routes", {}, counts)
    return told


@router.get(
    "/routes/{route}",
    response={200: RouteFull, 404: ErrorAnswer, 422: ErrorAnswer},
    summary="Read a route",
)
def read_route(
    request: HttpRequest, response: HttpResponse, route: int = ID
) -> dict[str, Any]:
    """As it is saved; its `ETag` is for `If-Match`. Startup routes have no id."""
    return _told(response, _route(route))


@router.api_operation(
    ["PUT", "PATCH"],
    "/routes/{route}",
    response={200: RouteFull, **ERRORS},
    summary="Change a route",
    openapi_extra=editing.WITH_TAG,
)
def change_route(
    request: HttpRequest, response: HttpResponse, asked: RouteIn, route: int = ID
) -> dict[str, Any]:
    """Only what is named, and nothing that others changed since `If-Match`."""
    with transaction.atomic():
        row = _route(route, lock=True)
        editing.must_match(request, values_of(row))
        return _saved(response, row, asked)


@router.delete(
    "/routes/{route}",
    response={204: None, **ERRORS},
    summary="Delete a route",
    openapi_extra=editing.WITH_TAG,
)
def delete_route(request: HttpRequest, route: int = ID) -> Status[Any]:
    with transaction.atomic():
        row = _route(route, lock=True)
        editing.must_match(request, values_of(row))
        row.delete()
    return Status(204, None)


def _route(pk: int, *, lock: bool = False) -> Route:
    rows = Route.objects.select_for_update() if lock else Route.objects.all()
    row = rows.filter(pk=pk).first()
    if row is None:
        raise HttpError(404, f"No route has the id {pk}.")
    return row


def _saved(response: HttpResponse, row: Route, asked: RouteIn) -> dict[str, Any]:
    given = with_provider(asked)
    editing.change(row, {**given, **_by_model(given), "managed_by": ""})
    row.save()
    return _told(response, row)


def _by_model(given: dict[str, Any]) -> dict[str, Any]:
    """`model` with `match` as a word, in the columns that a route has."""
    model = given.pop("model", None)
    if model is None:
        return {}
    word = given.get("match") or RuleKind.EXACT.value
    if word not in (RuleKind.EXACT, RuleKind.PREFIX):
        raise HttpError(422, "match: With `model` it is `exact` or `prefix`.")
    is_open = word == RuleKind.PREFIX and not model.endswith("*")
    return {"kind": word, "match": f"{model}*" if is_open else model}


def values_of(row: Route) -> dict[str, Any]:
    slug = row.provider.slug if row.provider else None
    return {**editing.values(row, ROUTE_FIELDS), "provider": slug}


def _told(response: HttpResponse, row: Route) -> dict[str, Any]:
    editing.tell_tag(response, values := values_of(row))
    return {**values, "id": row.pk, "managed": bool(row.managed_by)}


def _seeded(items: list[Item]) -> dict[str, Any]:
    counts = Counter(item.status for item in items)
    return {
        "inserted": counts["insert"],
        "updated": counts["update_seeded_route"],
        "skipped_existing": counts["skip_existing"],
        "skipped_user": counts["skip_user_route"],
        "items": [asdict(item) for item in items[:MOST_SHOWN]],
        "truncated": len(items) > MOST_SHOWN,
    }
