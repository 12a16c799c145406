"""Providers, routes and the fallback in Django's admin: where an operator edits them.

What is saved here is used by the next request in every process. Editing a route that
Weir seeded makes it the operator's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join

from proxy.models import Provider, Route, RoutingDefaults
from proxy.schemas import HealthState
from proxy.setup import health
from proxy.setup.simulation import key_state, simulate

if TYPE_CHECKING:  # Django's admin classes take no types when they run
    ProviderAdminBase = admin.ModelAdmin[Provider]
    RouteAdminBase = admin.ModelAdmin[Route]
    DefaultsAdminBase = admin.ModelAdmin[RoutingDefaults]
else:
    ProviderAdminBase = RouteAdminBase = DefaultsAdminBase = admin.ModelAdmin

_LEVELS = {
    HealthState.OK: messages.SUCCESS,
    HealthState.NOT_CHECKED: messages.INFO,
    HealthState.MISSING_KEY: messages.WARNING,
}


@admin.register(Provider)
class ProviderAdmin(ProviderAdminBase):
    list_display = (
        *("slug", "name", "base_url", "api_key_env", "key_state"),
        *("active", "capture", "route_total"),
    )
    list_filter = ("active", "auth_style", "capture")
    search_fields = ("slug", "name", "base_url")
    ordering = ("slug",)
    actions = ("test_selected", "switch_on", "switch_off")
    readonly_fields = ("key_state",)
    fieldsets = (
        (None, {"fields": ("slug", "name", "active", "notes")}),
        ("Addresses", {"fields": ("base_url", "base_urls", "wire_formats")}),
        ("Key", {"fields": ("auth_style", "api_key_env", "key_state", "key_use")}),
        (
            "Connection",
            {"fields": (("connect_timeout_s", "read_timeout_s"), "proxy_url")},
        ),
        ("Capture", {"fields": ("capture", "ask_usage", "drain_on_disconnect")}),
        ("Answers", {"fields": ("fixes",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        return super().get_queryset(request).annotate(route_total=Count("routes"))

    @admin.display(description="key")
    def key_state(self, provider: Provider) -> str:
        return key_state(provider.api_key_env, None).replace("_", " ")

    @admin.display(description="routes", ordering="route_total")
    def route_total(self, provider: Provider) -> str:
        return str(getattr(provider, "route_total", 0) or "")

    @admin.action(description="Test selected providers")
    def test_selected(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        """One after another; each says how it went."""
        for provider in queryset:
            found = health.look_at(provider)
            took = "" if found.latency_ms is None else f" ({found.latency_ms:.0f} ms)"
            text = f"“{provider.slug}”: {found.state}{took}. {found.message}"
            level = _LEVELS.get(found.state, messages.ERROR)
            self.message_user(request, text, level)

    @admin.action(description="Switch the selected providers on")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        self.message_user(request, f"{_switched(queryset, True)} are on now.")

    @admin.action(description="Switch the selected providers off")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Provider]) -> None:
        self.message_user(request, f"{_switched(queryset, False)} are off now.")


@admin.register(Route)
class RouteAdmin(RouteAdminBase):
    list_display = (
        *("name", "kind", "match", "destination", "upstream_model"),
        *("priority", "active", "seeded"),
    )
    list_filter = ("active", "kind", "provider", "managed_by")
    list_select_related = ("provider",)
    list_per_page = 50
    search_fields = (
        *("name", "match", "upstream_url", "upstream_model"),
        *("provider__slug", "provider__name"),
    )
    autocomplete_fields = ("provider",)
    actions = ("switch_off",)
    readonly_fields = ("explained",)
    fieldsets = (
        ("What it takes", {"fields": ("kind", "match", "priority", "active", "name")}),
        (
            "Where it goes",
            {"fields": ("provider", "upstream_url", "upstream_model", "explained")},
        ),
        ("Key", {"fields": ("api_key_env",)}),
        ("Capture", {"fields": ("capture", "raw_files", "ask_usage", "drain")}),
        ("Answers", {"fields": ("fixes", "on_failure")}),
    )

    def save_model(
        self, request: HttpRequest, obj: Route, form: Any, change: bool
    ) -> None:
        obj.managed_by = ""
        super().save_model(request, obj, form, change)

    @admin.display(description="goes to")
    def destination(self, route: Route) -> str:
        return route.upstream_url or str(route.provider)

    @admin.display(description="seeded", boolean=True)
    def seeded(self, route: Route) -> bool:
        return bool(route.managed_by)

    @admin.display(description="a request for it")
    def explained(self, route: Route) -> str:
        """What the simulator says about a request that this route is made for, as it
        is saved now."""
        if not route.pk or route.kind == Route.Kind.PATTERN:
            return "–"
        told = simulate(route.as_value().literal)
        steps = format_html_join("", "<li>{}</li>", ((step,) for step in told.steps))
        where = told.upstream_url or f"Refused: {told.error_code}"
        return format_html("<p>{}</p><ol>{}</ol>", where, steps)

    @admin.action(description="Switch the selected routes off")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Route]) -> None:
        self.message_user(request, f"{_switched(queryset, False)} are off now.")


@admin.register(RoutingDefaults)
class RoutingDefaultsAdmin(DefaultsAdminBase):
    """One row: the list leads straight to it."""

    fields = ("enabled", "provider", "model", "fixes")
    autocomplete_fields = ("provider",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row, _ = RoutingDefaults.objects.get_or_create(pk=1)
        return redirect("admin:proxy_routingdefaults_change", row.pk)


def _switched(rows: QuerySet[Any], active: bool) -> int:
    """One by one: the audit log hears of rows that are saved."""
    changed = list(rows.exclude(active=active))
    for row in changed:
        row.active = active
        row.save(update_fields=["active"])
    return rows.count()
