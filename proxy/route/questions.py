"""What one request asks the routing table, its steps written down. Pure.

Used by `proxy/route/resolution.py`. The table is one immutable picture of all rules and
providers (`proxy/route/rules.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from proxy.errors import RoutingError
from proxy.exchange import Asked, Dialect
from proxy.route import bases
from proxy.route.bases import Base
from proxy.route.rules import RouteTable, Rule, UpstreamProvider


@dataclass(slots=True, kw_only=True)
class Questions:
    """One request's questions; each may leave a step behind."""

    asked: Asked
    table: RouteTable
    steps: list[str] = field(default_factory=list)

    def rule(self, model: str | None) -> Rule | None:
        """The first that takes this model; the steps say why."""
        if model is None:
            self.steps.append("No model is known, so no model route can match.")
            return None
        if passed_over := self.table.passed_over.taking(model):
            for rule, why in self.table.skipped:
                if rule in passed_over:
                    self.steps.append(f"Route “{rule.name}” would match, but {why}.")
        found = self.table.rule_for(model)
        if found is None:
            self.steps.append(f"No route takes model “{model}”.")
        else:
            self.steps.append(
                f"Route “{found.name}” ({found.kind}, priority {found.priority}, "
                f"{found.source}) is the first to match."
            )
        return found

    def usable(self, slug: str) -> UpstreamProvider | None:
        """That provider, unless it is missing or switched off."""
        provider = self.table.providers.get(slug)
        return provider if provider is not None and provider.active else None

    def named(self, slug: str) -> UpstreamProvider:
        """The provider that an address names; raises RoutingError."""
        provider = self.table.providers.get(slug)
        if provider is None:
            raise RoutingError(
                "INVALID_PROVIDER_PREFIX",
                f"This path belongs to the provider “{slug}”, which doesn't exist.",
            )
        if not provider.active:
            raise RoutingError(
                "PROVIDER_INACTIVE", f"The provider “{slug}” is switched off."
            )
        return provider

    def at(self, base: Base, path: bytes, dialect: Dialect) -> UpstreamProvider | None:
        """Whose host this is, if a provider's."""
        slug = self.table.owners.of(base.origin, path, dialect)
        return self.table.providers.get(slug)

    def rule_base(
        self, rule: Rule, provider: UpstreamProvider | None, dialect: Dialect
    ) -> Base:
        """A route's own upstream, else its provider's for this dialect."""
        if rule.upstream_url or provider is None:
            return bases.split(rule.upstream_url)
        return provider.base(dialect)
