"""How to connect: snippets with the address at which the viewer reached Weir."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observe.pages.connect.clients import clients


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    return render(request, "connect/connect.html", snippets(request))


def snippets(request: HttpRequest) -> dict[str, object]:
    """What `connect/_clients.html` draws; `?client=` picks the tab."""
    base = base_address(request)
    offered = clients(base)
    asked = request.GET.get("client", "")
    known = {client.slug for client in offered}
    chosen = asked if asked in known else offered[0].slug
    return {"base": base, "clients": offered, "chosen_client": chosen}


def base_address(request: HttpRequest) -> str:
    """Scheme, host and port as the browser sees them, so that they work for it."""
    return f"{request.scheme}://{request.get_host()}"
