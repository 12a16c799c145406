"""Providers: where they are, whether they answer and take the key, and when that was.

A look at one is the API's and the command line's (`proxy/setup/health.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from observe.pages.settings.addresses import with_query
from observe.pages.settings.drawer import Drawer
from observe.pages.settings.editor import Editor
from observe.pages.settings.forms import ProviderForm
from observe.pages.settings.menu import MenuLink, menu
from observe.pages.settings.section import LastChange, Section, answer, done
from observe.rendering.template_context import TemplateContext
from proxy.api.changing_providers import values_of
from proxy.models import Provider, ProviderSign
from proxy.schemas import HealthState
from proxy.setup import health, listing

COLOURS = {
    HealthState.OK: "ok",
    HealthState.UNAUTHORISED: "bad",
    HealthState.UNREACHABLE: "bad",
    HealthState.MISSING_KEY: "warn",
}
"""A state's tag; the word says it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What the last look showed."""

    state: str
    colour: str
    message: str
    at: datetime | None
    """None: nobody has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLine:
    told: dict[str, Any]
    """As the API lists it."""
    sign: Sign
    edit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvidersPage(TemplateContext):
    template: ClassVar[str] = "settings/providers.html"

    menu: list[MenuLink]
    q: str
    rows: list[ProviderLine]
    new: str
    done: LastChange | None
    drawer: Drawer | None


@require_http_methods(["GET", "HEAD", "POST"])
def providers_page(request: HttpRequest) -> HttpResponse:
    return answer(request, SECTION)


def _draw(request: HttpRequest, drawer: Drawer | None) -> ProvidersPage:
    q = request.GET.get("q", "").replace("\0", "").strip()[:160]
    return ProvidersPage(
        menu=menu("providers"),
        q=q,
        rows=list(_rows(request, q)),
        new=with_query(request, edit="", did="", new="1"),
        done=done(request),
        drawer=drawer,
    )


def _rows(request: HttpRequest, q: str) -> Iterator[ProviderLine]:
    signs = {sign.provider.slug: sign for sign in _signs()}
    for told in listing.provider_rows(q):
        yield ProviderLine(
            told=told,
            sign=_sign(signs.get(told["slug"])),
            edit=with_query(request, new="", did="", edit=told["slug"]),
        )


def _signs() -> Any:
    return ProviderSign.objects.select_related("provider")


def _sign(found: ProviderSign | None) -> Sign:
    if found is None:
        return Sign(state=HealthState.NOT_CHECKED, colour="", message="", at=None)
    state = HealthState(found.state)
    return Sign(
        state=state,
        colour=COLOURS.get(state, ""),
        message=found.message,
        at=found.checked_at,
    )


def _check(request: HttpRequest) -> HttpResponse:
    """One, or all that are switched on."""
    slug = request.POST.get("slug", "")
    rows = Provider.objects.filter(slug=slug) if slug else Provider.objects.active()
    health.look_at_all(rows)
    there = with_query(request, did="")
    return HttpResponseRedirect(f"{there}#r-{slug}" if slug else there)


def _find(slug: str) -> Provider | None:
    return Provider.objects.filter(slug=slug).first()


def _goes_with(row: Provider) -> str:
    count = row.routes.count()
    return f"Its {count} route{'s' if count > 1 else ''} go, too." if count else ""


EDITOR = Editor(
    param="edit",
    kind="provider",
    noun="provider",
    form=ProviderForm,
    find=_find,
    values=values_of,
    goes_with=_goes_with,
)
SECTION = Section(editors=(EDITOR,), draw=_draw, acts={"look": _check})
