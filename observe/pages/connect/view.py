"""How to connect: snippets with the address at which the viewer reached Weir."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
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
    wants_token: bool


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
    wants_token = bool(settings.WEIR_TOKEN)
    offered = clients(base, wants_token=wants_token)
    asked = request.GET.get("client", "")
    chosen = next((one for one in offered if one.slug == asked), offered[0])
    return Snippets(base=base, clients=offered, chosen=chosen, wants_token=wants_token)


def base_address(request: HttpRequest) -> str:
    """Scheme, host and port as the browser sees them, so that they work for it.

    A load balancer may have told us another name than its visitors use.
    """
    seen = f"{request.scheme}://{request.get_host()}"
    trusted = settings.WEIR_TRUSTED_ORIGINS
    return seen if seen in trusted or not trusted else str(trusted[0])
