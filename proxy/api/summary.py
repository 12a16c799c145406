"""`/api/settings/summary`: where Weir listens, where calls go, how much there is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Schema

from pricing.models import ModelPrice
from proxy.api.reading import router
from proxy.models import Provider, Route
from proxy.setup.simulation import root
from proxy.table import snapshot
from runs.models import CapturedRequest


class ListenerOut(Schema):
    host: str
    port: int
    client_base_url: str = Field(examples=["http://127.0.0.1:8080/v1"])


class UpstreamOut(Schema):
    """Where a `/v1` call goes that no route takes."""

    url: str = Field(description="WEIR_UPSTREAM_URL; empty: unset.")
    fallback_enabled: bool
    default_provider: str
    default_model: str
    default_fixes: list[str]
    in_force: str = Field(examples=["WEIR_UPSTREAM_URL", "fallback"])


class SummaryOut(Schema):
    """The installation at a glance."""

    listener: ListenerOut
    upstream: UpstreamOut
    stored_requests: int
    active_routes: int
    startup_routes: int
    active_providers: int
    active_prices: int
    retention: str = Field(description="WEIR_RETENTION; empty: kept for ever.")


@router.get("/settings/summary", response=SummaryOut, summary="Settings at a glance")
def summary(request: HttpRequest) -> dict[str, Any]:
    fallback = snapshot.load().fallback
    in_force = "fallback" if fallback.enabled else "recognised"
    return {
        "listener": {
            "host": settings.WEIR_HOST,
            "port": settings.WEIR_PORT,
            "client_base_url": f"{root()}/v1",
        },
        "upstream": {
            "url": settings.WEIR_UPSTREAM_URL,
            "fallback_enabled": fallback.enabled,
            "default_provider": fallback.provider,
            "default_model": fallback.model,
            "default_fixes": list(fallback.fixes),
            "in_force": "WEIR_UPSTREAM_URL" if settings.WEIR_UPSTREAM_URL else in_force,
        },
        "stored_requests": CapturedRequest.objects.count(),
        "active_routes": Route.objects.active().count(),
        "startup_routes": len(snapshot.startup_rules()),
        "active_providers": Provider.objects.active().count(),
        "active_prices": ModelPrice.objects.filter(active=True).count(),
        "retention": str(settings.WEIR_RETENTION or ""),
    }
