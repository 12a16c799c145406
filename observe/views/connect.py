"""How to connect: snippets with the address at which the viewer reached Weir."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observe.connect import clients


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("client", "")
    context = {
        "clients": clients(base_address(request)),
        "chosen_client": chosen,
        "base": base_address(request),
    }
    return render(request, "connect/connect.html", context)


def base_address(request: HttpRequest) -> str:
    """Scheme, host and port as the browser sees them, so that they work for it."""
    return f"{request.scheme}://{request.get_host()}"
