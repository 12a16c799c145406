"""What is in force on this server, and where each value came from.

Settings are variables and flags: they are read at the start, and nothing here changes
them. The sums are the API's, `GET /api/settings/summary`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.settings.in_force import SettingGroup, groups
from observe.pages.settings.menu import MenuLink, menu
from observe.rendering.template_context import TemplateContext, show
from proxy.api.summary import summary


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPage(TemplateContext):
    template: ClassVar[str] = "settings/server.html"

    menu: list[MenuLink]
    summary: dict[str, Any]
    groups: list[SettingGroup]


@require_safe
def server_page(request: HttpRequest) -> HttpResponse:
    told = summary(request)
    return show(
        request, ServerPage(menu=menu("server"), summary=told, groups=groups(told))
    )
