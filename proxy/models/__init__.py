"""Tables of the `proxy` room: providers, routes and the fallback."""

from __future__ import annotations

from proxy.models.provider import (
    KeyUseChoice,
    Provider,
    ProviderSign,
    SeededProvider,
    openai_only,
)
from proxy.models.route import Route, RouteRevision, RoutingDefaults

__all__ = [
    "KeyUseChoice",
    "Provider",
    "ProviderSign",
    "Route",
    "RouteRevision",
    "RoutingDefaults",
    "SeededProvider",
    "openai_only",
]
