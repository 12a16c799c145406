"""Questions about providers and routes, as chainable query sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from proxy.models import Provider, Route  # noqa: F401


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def matching(self, text: str) -> Self:
        """For search boxes."""
        return self.filter(
            Q(slug__icontains=text)
            | Q(name__icontains=text)
            | Q(base_url__icontains=text)
        )

    def with_route_count(self) -> Self:
        return self.annotate(route_count=models.Count("routes"))


class RouteQuerySet(models.QuerySet["Route"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def seeded(self) -> Self:
        """Default routes that nobody has edited since."""
        return self.exclude(managed_by="")

    def matching(self, text: str) -> Self:
        return self.filter(
            Q(name__icontains=text)
            | Q(match__icontains=text)
            | Q(upstream_url__icontains=text)
            | Q(upstream_model__icontains=text)
            | Q(provider__slug__icontains=text)
            | Q(provider__name__icontains=text)
        )
