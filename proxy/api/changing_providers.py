"""Providers and the fallback, written: `POST /api/providers`, `PATCH /api/defaults`…

Validated as in the admin, with the same sentences. What is saved counts for the next
request in every process.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Status
from ninja.errors import HttpError

from pricing import editing
from proxy.api.reading import router
from proxy.api.shapes import (
    DEFAULTS_FIELDS,
    PROVIDER_FIELDS,
    Changing,
    DefaultsIn,
    DefaultsOut,
    HealthAllOut,
    ProviderFull,
    ProviderIn,
)
from proxy.models import Provider, ProviderSign, RoutingDefaults
from proxy.setup import health
from proxy.setup.simulation import key_state, root
from runs.schemas.requests import ErrorAnswer

ERRORS = dict.fromkeys((404, 412, 422, 428), ErrorAnswer)


@router.post(
    "/providers/health-checks",
    response={200: HealthAllOut},
    summary="Ask all providers for a sign",
)
def check_providers(request: HttpRequest) -> dict[str, Any]:
    """Each active one, several at a time: one GET with its key, 10 s at most."""
    return {"items": health.look_at_all(Provider.objects.active())}


@router.post(
    "/providers",
    response={201: ProviderFull, 409: ErrorAnswer, 422: ErrorAnswer},
    summary="Make a provider",
)
def create_provider(
    request: HttpRequest, response: HttpResponse, asked: ProviderIn
) -> Status[Any]:
    """409 where the slug is taken."""
    with transaction.atomic():
        if Provider.objects.filter(slug=asked.slug).exists():
            raise HttpError(409, f"There is a provider “{asked.slug}” already.")
        return Status(201, _saved(response, Provider(), asked))


@router.get(
    "/providers/{slug}",
    response={200: ProviderFull, 404: ErrorAnswer},
    summary="Read a provider",
)
def read_provider(
    request: HttpRequest, response: HttpResponse, slug: str
) -> dict[str, Any]:
    """As it is saved; its `ETag` is for `If-Match`."""
    return _told(response, _provider(slug))


@router.put(
    "/providers/{slug}",
    response={200: ProviderFull, 201: ProviderFull, **ERRORS},
    summary="Make or change a provider",
    openapi_extra=editing.WITH_TAG,
)
def put_provider(
    request: HttpRequest, response: HttpResponse, slug: str, asked: ProviderIn
) -> Status[Any]:
    """What is left out stays as it is, or has its usual value where it is new."""
    with transaction.atomic():
        row = Provider.objects.select_for_update().filter(slug=slug).first()
        editing.must_match(request, values_of(row) if row else None)
        status = 200 if row else 201
        return Status(status, _saved(response, row or Provider(slug=slug), asked))


@router.patch(
    "/providers/{slug}",
    response={200: ProviderFull, **ERRORS},
    summary="Change a provider",
    openapi_extra=editing.WITH_TAG,
)
def change_provider(
    request: HttpRequest, response: HttpResponse, slug: str, asked: ProviderIn
) -> dict[str, Any]:
    """Only what is named, and nothing that others changed since `If-Match`."""
    with transaction.atomic():
        row = _provider(slug, lock=True)
        editing.must_match(request, values_of(row))
        return _saved(response, row, asked)


@router.delete(
    "/providers/{slug}",
    response={204: None, **ERRORS},
    summary="Delete a provider",
    openapi_extra=editing.WITH_TAG,
)
def delete_provider(request: HttpRequest, slug: str) -> Status[Any]:
    """And the routes to it. A bundled one stays deleted."""
    with transaction.atomic():
        row = _provider(slug, lock=True)
        editing.must_match(request, values_of(row))
        row.delete()
    return Status(204, None)


@router.get("/defaults", response=DefaultsOut, summary="Read the fallback")
def read_defaults(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Where a `/v1` call goes that no route takes, while WEIR_UPSTREAM_URL is unset."""
    return _told_defaults(response, _defaults())


@router.api_operation(
    ["PUT", "PATCH"],
    "/defaults",
    response={200: DefaultsOut, **ERRORS},
    summary="Change the fallback",
    openapi_extra=editing.WITH_TAG,
)
def change_defaults(
    request: HttpRequest, response: HttpResponse, asked: DefaultsIn
) -> dict[str, Any]:
    """Only what is named."""
    with transaction.atomic():
        row = _defaults(lock=True)
        editing.must_match(request, defaults_of(row))
        editing.change(row, with_provider(asked))
        row.save()
    return _told_defaults(response, row)


def with_provider(asked: Changing) -> dict[str, Any]:
    """What was named, with the provider that a slug means."""
    given = asked.dict(exclude_unset=True)
    slug = given.get("provider")
    if "provider" in given:
        given["provider"] = None
    if slug:
        given["provider"] = Provider.objects.filter(slug=slug.strip().lower()).first()
        if given["provider"] is None:
            raise HttpError(422, f"provider: There is no provider “{slug}”.")
    return given


def _provider(slug: str, *, lock: bool = False) -> Provider:
    rows = Provider.objects.select_for_update() if lock else Provider.objects.all()
    row = rows.filter(slug=slug).first()
    if row is None:
        raise HttpError(404, f"There is no provider “{slug}”.")
    return row


def values_of(row: Provider) -> dict[str, Any]:
    return editing.values(row, PROVIDER_FIELDS)


def _saved(response: HttpResponse, row: Provider, asked: ProviderIn) -> dict[str, Any]:
    editing.change(row, asked.dict(exclude_unset=True))
    row.save()
    return _told(response, row)


def _told(response: HttpResponse, row: Provider) -> dict[str, Any]:
    editing.tell_tag(response, values := values_of(row))
    return {
        **values,
        "api_key_state": key_state(row.api_key_env, None),
        "client_base_url": f"{root()}/{row.slug}",
        "routes": row.routes.count(),
        "health": ProviderSign.objects.filter(provider=row).first(),
    }


def _defaults(*, lock: bool = False) -> RoutingDefaults:
    rows = RoutingDefaults.objects.select_related("provider")
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return row or RoutingDefaults(pk=1)


def defaults_of(row: RoutingDefaults) -> dict[str, Any]:
    slug = row.provider.slug if row.provider else None
    return {**editing.values(row, DEFAULTS_FIELDS), "provider": slug}


def _told_defaults(response: HttpResponse, row: RoutingDefaults) -> dict[str, Any]:
    editing.tell_tag(response, values := defaults_of(row))
    return values
