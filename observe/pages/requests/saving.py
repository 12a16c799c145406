"""Saves what the request list shows under a name, and forgets it; plain forms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from observe.pages.errors import refusal
from observe.pages.requests.listing import address
from runs.filters import BadFilter
from runs.keeping.saved_views import save
from runs.models import SavedView


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    posted = request.POST
    hidden = [name for name in posted.get("hide", "").split(",") if name]
    try:
        view = save(
            posted.get("name", ""),
            posted.get("where", ""),
            hidden,
            posted.get("order", ""),
        )
    except BadFilter as error:
        return refusal(request, 422, "INVALID_VALUE", str(error))
    return HttpResponseRedirect(address(view.as_query()))


@require_POST
def delete_view(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("name", "").replace("\0", "")
    SavedView.objects.filter(name=name).delete()
    return HttpResponseRedirect("/requests")
