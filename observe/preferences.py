"""What a viewer prefers, kept in two cookies: theme and time zone.

The server reads them, so that the first paint already has the right colours and local
times. The websocket consumer reads the same cookies.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

THEME_COOKIE = "weir_theme"
ZONE_COOKIE = "weir_tz"
THEMES = ("auto", "light", "dark")
YEAR_S = 365 * 24 * 3600


def theme(request: HttpRequest) -> str:
    value = request.COOKIES.get(THEME_COOKIE, "auto")
    return value if value in THEMES else "auto"


def zone(name: str | None) -> zoneinfo.ZoneInfo | None:
    """The named zone, or None where the cookie holds anything else."""
    if not name or len(name) > 64:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


class TimeZoneMiddleware:
    """Shows times in the viewer's zone; UTC until the browser has told its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone(request.COOKIES.get(ZONE_COOKIE)) or UTC):
            return self.get_response(request)


def theme_after(now: str) -> str:
    """The one that the switch goes to."""
    return THEMES[(THEMES.index(now) + 1) % len(THEMES)]
