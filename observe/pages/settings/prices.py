"""Prices: searched, edited, and beside their catalogue where an operator edited one.

What is saved counts for the next request; a refresh of the catalogue leaves it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from observe.pages.settings import published
from observe.pages.settings.addresses import with_query
from observe.pages.settings.catalogue import deviations, take_back
from observe.pages.settings.drawer import Drawer
from observe.pages.settings.editor import Editor
from observe.pages.settings.forms import PriceForm, PriceListForm, TierForms
from observe.pages.settings.menu import MenuLink, menu
from observe.pages.settings.pager import PAGE_SIZE, Pager, pager, start_of
from observe.pages.settings.published import Preview, Published
from observe.pages.settings.section import LastChange, Section, answer, done
from observe.rendering.template_context import TemplateContext, show
from pricing import editing
from pricing.api import searched
from pricing.edit_api import values_of
from pricing.edit_schemas import LIST_FIELDS
from pricing.models import ModelPrice, PriceProvider
from runs.filters.kinds import is_id

SHOWN = ("edited", "own", "inactive")
"""What `?show=` narrows to."""
RATES = ("input", "cache_read", "cache_write_5m", "output")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    price: ModelPrice
    rates: list[Decimal | None]
    tiers: int
    edit: str
    place: str
    """Opens its provider's list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChoice:
    word: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesPage(TemplateContext):
    template: ClassVar[str] = "settings/prices.html"

    menu: list[MenuLink]
    q: str
    provider: str
    providers: list[str]
    choices: list[PriceChoice]
    rows: list[PriceLine]
    pager: Pager
    new: str
    published: Published
    done: LastChange | None
    drawer: Drawer | None


@require_http_methods(["GET", "HEAD", "POST"])
def prices_page(request: HttpRequest) -> HttpResponse:
    return answer(request, SECTION)


def _draw(
    request: HttpRequest, drawer: Drawer | None, preview: Preview | None = None
) -> PricesPage:
    q = request.GET.get("q", "").replace("\0", "").strip()[:160]
    provider = request.GET.get("provider", "").replace("\0", "").strip()
    narrowed = request.GET.get("show", "")
    found = _found(q, provider, narrowed)
    total = found.count()
    start = start_of(request, total)
    return PricesPage(
        menu=menu("prices"),
        q=q,
        provider=provider,
        providers=_providers(),
        choices=_choices(request, narrowed),
        rows=list(_lines(request, found[start : start + PAGE_SIZE])),
        pager=pager(request, start, total),
        new=with_query(request, edit="", did="", list="", new="1"),
        published=published.read(request, preview),
        done=done(request),
        drawer=drawer,
    )


def _found(q: str, provider: str, show: str) -> QuerySet[ModelPrice]:
    rows = ModelPrice.objects.prefetch_related("tiers")
    if provider:
        rows = rows.filter(provider=provider)
    for word in q.split():
        rows = rows.filter(searched(word))
    if show == "edited":
        rows = rows.filter(is_edited=True).exclude(source="")
    elif show == "own":
        rows = rows.filter(source="")
    elif show == "inactive":
        rows = rows.filter(active=False)
    return rows.order_by("provider", Lower("model"), "pk")


def _providers() -> list[str]:
    rows = ModelPrice.objects.order_by("provider").distinct()
    return list(rows.values_list("provider", flat=True))


def _choices(request: HttpRequest, show: str) -> list[PriceChoice]:
    return [
        PriceChoice(
            word=word,
            href=with_query(request, show="" if word == show else word, start=""),
            is_current=word == show,
        )
        for word in SHOWN
    ]


def _lines(request: HttpRequest, rows: QuerySet[ModelPrice]) -> Iterator[PriceLine]:
    for price in rows:
        yield PriceLine(
            price=price,
            rates=[getattr(price, f"{name}_usd_per_million") for name in RATES],
            tiers=len(price.tiers.all()),
            edit=with_query(request, new="", did="", list="", edit=str(price.pk)),
            place=with_query(request, new="", did="", edit="", list=price.provider),
        )


def _find(number: str) -> ModelPrice | None:
    return ModelPrice.objects.filter(pk=int(number)).first() if is_id(number) else None


def _place(slug: str) -> PriceProvider:
    """One that no catalogue tells of is made by saving it."""
    return PriceProvider.objects.filter(slug=slug).first() or PriceProvider(slug=slug)


def _place_values(row: PriceProvider) -> dict[str, Any]:
    return editing.values(row, LIST_FIELDS)


def _preview(request: HttpRequest) -> HttpResponse:
    return show(request, _draw(request, None, published.previewed(request)))


def _take_back(request: HttpRequest) -> HttpResponse:
    """As the catalogue has it, and renewed with it again."""
    price = _find(request.GET.get("edit", ""))
    if price is not None:
        take_back(price)
    return HttpResponseRedirect(with_query(request, did=""))


def _goes_with(price: Any) -> str:
    return "The catalogue doesn't make it again." if price.source else ""


EDITOR = Editor(
    param="edit",
    kind="price",
    noun="price",
    form=PriceForm,
    find=_find,
    values=values_of,
    tiers=TierForms,
    goes_with=_goes_with,
    deviations=deviations,
)
PLACE = Editor(
    param="list",
    kind="price_list",
    noun="price list",
    form=PriceListForm,
    find=_place,
    values=_place_values,
    can_make=False,
)
SECTION = Section(
    editors=(EDITOR, PLACE),
    draw=_draw,
    acts={
        "catalogue": _take_back,
        "preview": _preview,
        "take": published.take,
        "untake": published.undo,
    },
)
