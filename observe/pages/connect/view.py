"""How to connect: snippets with the address at which the viewer reached Weir."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from observe.pages.connect.clients import Client, clients
from observe.rendering.template_context import TemplateContext, show


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippets:
    """What `templates/connect/_clients.html` draws; the empty request list, too."""

    base: str
    clients: tuple[Client, ...]
    chosen: Client


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectPage(TemplateContext):
    template: ClassVar[str] = "connect/connect.html"

    snippets: Snippets


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    return show(request, ConnectPage(snippets=read_snippets(request)))


def read_snippets(request: HttpRequest) -> Snippets:
    """`?client=` picks the tab."""
    base = base_address(request)
    offered = clients(base)
    asked = request.GET.get("client", "")
    chosen = next((one for one in offered if one.slug == asked), offered[0])
    return Snippets(base=base, clients=offered, chosen=chosen)


def base_address(request: HttpRequest) -> str:
    """Scheme, host and port as the browser sees them, so that they work for it."""
    return f"{request.scheme}://{request.get_host()}"
