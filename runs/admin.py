"""Captured requests and journal incidents in the admin: to look at, never to
change. Alerts, which are edited.

What was captured is evidence; only retention removes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from runs.models import Alert, AuditEntry, CapturedRequest, Facet, JournalIncident

if TYPE_CHECKING:  # generic only for the type checker
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class ReadOnly(ModelAdmin):
    """Nothing to add, change or delete, not even for a superuser."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FacetFilter(admin.SimpleListFilter):
    """Offers the known values of a column, without a scan for them."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = Facet.objects.filter(kind=self.parameter_name).order_by("value")
        return [(value, value) for value in known.values_list("value", flat=True)[:100]]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Any]
    ) -> QuerySet[Any] | None:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else None


class ProviderFilter(FacetFilter):
    title = parameter_name = "provider"


class ModelFilter(FacetFilter):
    title = parameter_name = "model"


@admin.register(CapturedRequest)
class CapturedRequestAdmin(ReadOnly):
    """The rows of the request list; bodies and headers are on the request's page."""

    list_display = (
        *("started_at", "method", "endpoint", "provider", "model", "status"),
        *("outcome", "duration_ms", "total_tokens", "cost_usd", "page"),
    )
    list_filter = ("outcome", ProviderFilter, ModelFilter, "is_stream")
    ordering = ("-id",)
    list_per_page = 50
    # Each would count or sort a table of millions.
    show_full_result_count = False
    sortable_by = ()
    search_fields = ("uid",)
    search_help_text = "Start of a request id, or part of a model name or endpoint."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        text = search_term.strip()
        if not text or not hasattr(queryset, "search"):
            return queryset, False
        return queryset.search(text), False

    def get_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[Any]:
        return ["page", *(field.name for field in CapturedRequest._meta.fields)]

    @admin.display(description="Page")
    def page(self, row: CapturedRequest) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.uid)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "who", "via", "action", "kind", "name")
    list_filter = ("via", "action", "kind")
    search_fields = ("name", "who")
    ordering = ("-id",)
    list_per_page = 50


@admin.register(JournalIncident)
class JournalIncidentAdmin(ReadOnly):
    list_display = ("at", "kind", "count", "segment", "offset", "message")
    list_filter = ("kind",)
    ordering = ("-id",)


@admin.register(Alert)
class AlertAdmin(ModelAdmin):
    list_display = ("name", "condition", "where", "active")
    search_fields = ("name",)
