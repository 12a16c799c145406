"""The one menu of the settings' pages, and what each of them is drawn with.

Every section is a module beside this one, or a few; `observe/urls.py` leads there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

SECTIONS = (
    ("server", "Server"),
    ("providers", "Providers"),
    ("routes", "Routes"),
    ("prices", "Prices"),
    ("data", "Data"),
    ("alerts", "Alerts"),
)
"""The last word of its address, and its label, in the menu's order."""


@dataclass(frozen=True, slots=True)
class MenuLink:
    label: str
    href: str
    is_current: bool


def menu(section: str) -> list[MenuLink]:
    """With the section that is shown marked."""
    return [
        MenuLink(label, f"/settings/{name}", name == section)
        for name, label in SECTIONS
    ]


@require_safe
def first_section(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/settings/{SECTIONS[0][0]}")
