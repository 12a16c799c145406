"""Routes, models and providers as rows for the API and the command line.

What the database says and what routing makes of it, side by side: a row tells whether
a route is used and, when not, why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from proxy.models import Provider, Route
from proxy.route import bases, checks, credentials
from proxy.route.rules import RouteTable, Rule, RuleKind, Source
from proxy.setup.simulation import key_state, root
from proxy.table import snapshot


def route_rows(
    search: str = "", known: RouteTable | None = None
) -> list[dict[str, Any]]:
    """Startup routes, then those of the database, in the order they are asked."""
    searched = ("name", "match", "provider", "upstream_url")
    rows = _route_rows(known or snapshot.load())
    return [row for row in rows if _has(row, search, searched)]


def _route_rows(known: RouteTable) -> list[dict[str, Any]]:
    inactive = Route.objects.filter(active=False).select_related("provider")
    listed = [
        *(_Listed(rule) for rule in known.rules),
        *(_Listed(rule, why) for rule, why in known.skipped),
        *(_Listed(row.as_value(), "it is switched off", False) for row in inactive),
    ]
    listed.sort(key=lambda each: each.rule.order)
    shadowed = checks.shadowed(known.rules)
    return [
        {**_route_row(each, known), "shadowed": shadowed.get(each.rule, "")}
        for each in listed
    ]


class _Listed(NamedTuple):
    rule: Rule
    why_not: str = ""
    """Why it isn't used, for people; "" when it is."""
    active: bool = True


def _route_row(listed: _Listed, known: RouteTable) -> dict[str, Any]:
    rule, why_not, active = listed
    upstream_url = _upstream_url(rule, known)
    origin = bases.split(upstream_url).origin
    provider = known.providers.get(rule.provider)
    variable = credentials.key_variable(origin, rule, provider)
    return {
        "id": rule.pk,
        "name": rule.name,
        "kind": rule.kind,
        "match": rule.match,
        "provider": rule.provider,
        "upstream_url": upstream_url,
        "upstream_model": rule.upstream_model,
        "api_key_env": variable,
        "api_key_state": key_state(variable, rule),
        "priority": rule.priority,
        "active": active,
        "used": not why_not,
        "status": f"not used: {why_not}" if why_not else "used",
        "capture": rule.capture or "",
        "ask_usage": rule.ask_usage,
        "fixes": rule.fixes,
        "on_failure": rule.on_failure,
        "source": rule.source,
    }


def _upstream_url(rule: Rule, known: RouteTable) -> str:
    provider = known.providers.get(rule.provider)
    return rule.upstream_url or (provider.base_url if provider else "")


def model_rows(
    search: str = "", provider: str = "", status: str = "active"
) -> list[dict[str, Any]]:
    """The model names that routes take."""
    known = snapshot.load()
    rows = []
    for route in _route_rows(known):
        row_status = "active" if route["used"] else "inactive"
        if route["kind"] == RuleKind.PATTERN or status not in ("all", row_status):
            continue
        owner = known.providers.get(route["provider"])
        rows.append(
            {
                **route,
                "client_model": route["match"],
                "status": row_status,
                "route": route["name"],
                "match_type": route["kind"],
                "provider_name": owner.name if owner else "",
                "managed": route["source"] == Source.SEEDED,
            }
        )
    if provider:
        rows = [row for row in rows if row["provider"] == provider]
    searched = ("client_model", "upstream_model", "route")
    return [row for row in rows if _has(row, search, searched)]


def provider_rows(search: str = "") -> list[dict[str, Any]]:
    known = snapshot.load()
    found = Provider.objects.with_route_count()
    rows = found.matching(search) if search else found
    return [_provider_row(row, known) for row in rows]


def _provider_row(provider: Provider, known: RouteTable) -> dict[str, Any]:
    value = provider.as_value()
    fallback = known.fallback
    return {
        "slug": value.slug,
        "name": value.name,
        "base_url": value.base_url,
        "base_urls": dict(value.base_urls),
        "client_base_url": f"{root()}/{value.slug}",
        "wire_formats": list(value.wire_formats),
        "auth_style": value.auth_style,
        "api_key_env": value.api_key_env,
        "api_key_state": key_state(value.api_key_env, None),
        "key_use": value.key_use,
        "active": value.active,
        "is_fallback": fallback.enabled and fallback.provider == value.slug,
        "route_count": getattr(provider, "route_count", 0),
        "capture": value.capture,
        "connect_timeout_s": value.connect_timeout_s or known.connect_timeout_s,
        "read_timeout_s": value.read_timeout_s or known.read_timeout_s,
        "ask_usage": value.ask_usage,
        "drain_on_disconnect": value.drain,
        "fixes": list(value.fixes),
        "notes": provider.notes,
    }


def _has(row: dict[str, Any], search: str, names: Sequence[str]) -> bool:
    text = search.strip().lower()
    return not text or any(text in str(row[name]).lower() for name in names)
