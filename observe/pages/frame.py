"""What the frame of every page needs: version, links to the pages, section.

A context processor; `templates/_top.html` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest

from observe import preferences
from observe.rendering.template_context import TemplateContext
from proxy.route.hosts import is_loopback
from runs.version import weir_version

PAGES = (
    ("Overview", "/", "o"),
    ("Requests", "/requests", "r"),
    ("Conversations", "/conversations", "c"),
    ("Runs", "/runs", "u"),
    ("Experiments", "/experiments", "x"),
    ("Connect", "/connect", "n"),
    ("Settings", "/settings", "s"),
)
"""Label, address, and the key that goes there after `g`."""
ALSO_BELOW = {"/settings": "/admin/"}
"""The admin edits the same things: there its section is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    label: str
    href: str
    key: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame(TemplateContext):
    """Names that every template may use beside its own."""

    template: ClassVar[str] = "_top.html"

    version: str
    pages: list[PageLink]
    can_log_out: bool
    theme: str
    next_theme: str
    """The one that the switch goes to."""
    live: bool = False
    """A page that is updated while it is looked at says so in its own context."""


def context(request: HttpRequest) -> dict[str, object]:
    theme = preferences.theme(request)
    return Frame(
        version=f"v{weir_version()}",
        pages=page_links(request.path),
        can_log_out=can_log_out(request),
        theme=theme,
        next_theme=preferences.theme_after(theme),
    ).names


def page_links(path: str) -> list[PageLink]:
    """`path` is the page shown, or one below it."""
    return [
        PageLink(
            label=label,
            href=href,
            key=key,
            is_current=_is_below(path, href),
        )
        for label, href, key in PAGES
    ]


def _is_below(path: str, href: str) -> bool:
    also = ALSO_BELOW.get(href)
    return f"{path}/".startswith(f"{href}/") or bool(also and path.startswith(also))


def can_log_out(request: HttpRequest) -> bool:
    """Looks at the cookie only: an error page must not need the database."""
    if is_loopback(settings.WEIR_HOST):
        return False
    return settings.SESSION_COOKIE_NAME in request.COOKIES
