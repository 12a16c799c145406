"""Registers the `observe` room with Django."""

from __future__ import annotations

from django.apps import AppConfig


class ObserveConfig(AppConfig):
    name = "observe"

    def ready(self) -> None:
        from django.contrib import admin

        from observe import checks  # noqa: F401 - registers the system checks
        from observe.alerts import checking
        from pricing.models import ModelPrice, PriceImport, PriceProvider, PriceTier
        from proxy.models import Provider, Route, RoutingDefaults
        from runs.keeping import audit
        from runs.models import Alert

        Alert.check_it = staticmethod(checking.check)
        audit.watch(
            {
                Provider: "provider",
                Route: "route",
                RoutingDefaults: "defaults",
                ModelPrice: "price",
                PriceTier: "tier",
                PriceProvider: "price_list",
                PriceImport: "price_import",
                Alert: "alert",
            }
        )

        admin.site.site_header = admin.site.site_title = "Weir"
        admin.site.index_title = "Everything Weir stores"
        admin.site.site_url = "/requests"
        admin.site.enable_nav_sidebar = False  # the top bar leads to what is edited
