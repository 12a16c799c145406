"""What the frame of every page needs: version, links to the admin, section.

A context processor; `templates/_top.html` draws it.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from observe import preferences
from observe.access_rules import is_loopback
from runs.version import weir_version

ADMIN_PAGES = (
    ("Routes", "admin:proxy_route_changelist"),
    ("Providers", "admin:proxy_provider_changelist"),
    ("Prices", "admin:pricing_modelprice_changelist"),
)


def context(request: HttpRequest) -> dict[str, object]:
    parts = request.path.split("/")
    return {
        "version": f"v{weir_version()}",
        "admin_links": admin_links(request.path),
        "can_log_out": can_log_out(request),
        "section": parts[1] if len(parts) > 1 else "",
        **preferences.context(request),
    }


def can_log_out(request: HttpRequest) -> bool:
    """Looks at the cookie only: an error page must not need the database."""
    if is_loopback(settings.WEIR_HOST):
        return False
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def admin_links(path: str) -> list[dict[str, object]]:
    """Links to those admin pages that are registered; `path` is the page shown."""
    links: list[dict[str, object]] = []
    for label, name in ADMIN_PAGES:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        current = path.startswith(href)
        links.append({"label": label, "href": href, "is_current": current})
    return links
