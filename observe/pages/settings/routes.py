"""Routes: in the order they are asked, with those marked that nothing comes to.

What takes a model, and why, `trying.py` asks of the code that forwards; default routes
are those of `weir routes seed`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from observe.pages.settings.addresses import with_query
from observe.pages.settings.drawer import Drawer
from observe.pages.settings.editor import Editor
from observe.pages.settings.forms import FallbackForm, RouteForm
from observe.pages.settings.menu import MenuLink, menu
from observe.pages.settings.pager import Pager, cut
from observe.pages.settings.section import LastChange, Section, answer, done
from observe.pages.settings.trying import Seeding, Simulated, seeding, trial
from observe.rendering.template_context import TemplateContext
from proxy.api.changing_providers import defaults_of
from proxy.api.changing_routes import apply_defaults, values_of
from proxy.api.shapes import Mode, SeedIn
from proxy.models import Route, RoutingDefaults
from proxy.route.rules import Fallback, RouteTable
from proxy.setup import listing
from proxy.table import snapshot
from runs.filters.kinds import is_id
from runs.models import CapturedRequest

SHOWN = ("used", "unused", "shadowed", "off", "startup", "seeded")
"""What `?show=` narrows to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLine:
    told: dict[str, Any]
    """As the API lists it."""
    mark: str
    """One of `SHOWN`, but the last two."""
    last_at: datetime | None
    """When a request came to it, of those that are kept."""
    edit: str
    """"" for routes of the start, which are locked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    word: str
    count: int
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutesPage(TemplateContext):
    template: ClassVar[str] = "settings/routes.html"

    menu: list[MenuLink]
    q: str
    narrowings: list[Narrowing]
    rows: list[RouteLine]
    pager: Pager
    new: str
    fallback: Fallback
    upstream_url: str
    edit_fallback: str
    trial: Simulated
    seeding: Seeding
    done: LastChange | None
    drawer: Drawer | None


@require_http_methods(["GET", "HEAD", "POST"])
def routes_page(request: HttpRequest) -> HttpResponse:
    return answer(request, SECTION)


def _draw(request: HttpRequest, drawer: Drawer | None) -> RoutesPage:
    q = request.GET.get("q", "").replace("\0", "").strip()[:160]
    show = request.GET.get("show", "")
    known = snapshot.load()  # once: it reads every route
    found = list(_lines(request, q, known))
    chosen = [line for line in found if not show or show in _words(line)]
    rows, pager = cut(request, chosen)
    return RoutesPage(
        menu=menu("routes"),
        q=q,
        narrowings=_narrowings(request, found, show),
        rows=rows,
        pager=pager,
        new=_opening(request, new="1"),
        fallback=known.fallback,
        upstream_url=known.upstream_url,
        edit_fallback=_opening(request, fallback="1"),
        trial=trial(request, known),
        seeding=seeding(request),
        done=done(request),
        drawer=drawer,
    )


def _opening(request: HttpRequest, **param: str) -> str:
    closed = {"edit": "", "new": "", "fallback": "", "did": ""}
    return with_query(request, **{**closed, **param})


def _lines(request: HttpRequest, q: str, known: RouteTable) -> Iterator[RouteLine]:
    lasts = _lasts()
    for told in listing.route_rows(q, known):
        last = lasts.get(told["id"])
        edit = _opening(request, edit=str(told["id"])) if told["id"] else ""
        yield RouteLine(told=told, mark=_mark(told, last), last_at=last, edit=edit)


def _lasts() -> dict[int, datetime | None]:
    """The newest request of each: one look into an index each."""
    mine = CapturedRequest.objects.filter(route=OuterRef("name")).order_by("-pk")
    newest = Subquery(mine.values("started_at")[:1])
    return dict(Route.objects.annotate(last_at=newest).values_list("pk", "last_at"))


def _mark(told: dict[str, Any], last: datetime | None) -> str:
    if not told["active"]:
        return "off"
    if told["shadowed"] or not told["used"]:
        return "shadowed"
    return "used" if last or told["id"] is None else "unused"


def _words(line: RouteLine) -> tuple[str, str]:
    return line.mark, line.told["source"]


def _narrowings(
    request: HttpRequest, lines: list[RouteLine], show: str
) -> list[Narrowing]:
    counts = Counter(word for line in lines for word in _words(line))
    return [
        Narrowing(
            word=word,
            count=counts[word],
            href=with_query(request, show="" if word == show else word, start=""),
            is_current=word == show,
        )
        for word in SHOWN
        if counts[word] or word == show
    ]


def _apply(request: HttpRequest) -> HttpResponse:
    """Make the default routes that the page shows."""
    refresh = "refresh" in request.POST
    mode: Mode = "refresh_seeded" if refresh else "missing_only"
    told = apply_defaults(request, SeedIn(provider="", mode=mode))
    made = f"{told['inserted']},{told['updated']}"
    return HttpResponseRedirect(with_query(request, defaults="", made=made))


def _find(number: str) -> Route | None:
    rows = Route.objects.select_related("provider")
    return rows.filter(pk=int(number)).first() if is_id(number) else None


def _fallback(_: str) -> RoutingDefaults:
    return RoutingDefaults.objects.first() or RoutingDefaults(pk=1)


ROUTE = Editor(
    param="edit",
    kind="route",
    noun="route",
    form=RouteForm,
    find=_find,
    values=values_of,
)
FALLBACK = Editor(
    param="fallback",
    kind="defaults",
    noun="fallback",
    form=FallbackForm,
    find=_fallback,
    values=defaults_of,
    can_make=False,
)
SECTION = Section(editors=(ROUTE, FALLBACK), draw=_draw, acts={"seed": _apply})
