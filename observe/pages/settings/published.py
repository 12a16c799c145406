"""Published catalogues on the page of prices: what they would change, taken and undone.

Called by `prices.py`. Each act is the API's (`proxy/api/catalogues.py`): a catalogue is
asked at its own address, and what breaks a rule or leaps is named. A saved document is
for the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from ninja.errors import HttpError

from observe.pages.errors import refusal
from observe.pages.settings.addresses import with_query
from pricing.book import PriceBook
from pricing.catalogues.disagreements import Disagreement, disagreements
from pricing.models import PriceImport
from proxy.api import catalogues
from proxy.api.catalogue_shapes import ApplyIn, CataloguePreviewIn
from runs.filters.kinds import is_id

MOST_ITEMS = 200
MOST_DISAGREEMENTS = 50
COUNTS = ("new", "changed", "unchanged", "kept", "refused", "doubted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one of them would change."""

    source: str
    only: str
    problem: str = ""
    """Why it could not be read."""
    told: dict[str, Any]
    """As the API tells it."""
    counts: list[tuple[str, int]]
    takeable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The part of the page that is open with `?catalogues=1`."""

    is_open: bool
    open: str
    close: str
    listed: list[dict[str, Any]]
    preview: Preview | None
    batch: PriceImport | None
    """What has just been taken."""
    disagreements: list[Disagreement]
    more: int
    most: ClassVar[int] = MOST_DISAGREEMENTS


def read(request: HttpRequest, preview: Preview | None = None) -> Published:
    is_open = "catalogues" in request.GET
    now = timezone.now()
    differ = disagreements(PriceBook.current(), now) if is_open else []
    told = catalogues.list_catalogues(request) if is_open else []
    return Published(
        is_open=is_open,
        open=with_query(request, catalogues="1", edit="", new="", did=""),
        close=with_query(request, catalogues="", batch=""),
        listed=[each for each in told if each["address"]],
        preview=preview,
        batch=_batch(request.GET.get("batch", "")),
        disagreements=differ[:MOST_DISAGREEMENTS],
        more=max(len(differ) - MOST_DISAGREEMENTS, 0),
    )


def previewed(request: HttpRequest) -> Preview:
    source, only = _asked(request)
    try:
        wanted = CataloguePreviewIn.model_validate({"only": only, "limit": MOST_ITEMS})
        told = catalogues.preview(request, wanted, source)
    except HttpError as error:
        return Preview(
            source=source, only=only, problem=str(error), told={}, counts=[], takeable=0
        )
    items = told["items"]
    return Preview(
        source=source,
        only=only,
        told=told,
        counts=[(word, told["counts"][word]) for word in COUNTS],
        takeable=sum(_is_takeable(each) for each in items),
    )


def take(request: HttpRequest) -> HttpResponse:
    """Those that were marked."""
    source, only = _asked(request)
    keys = request.POST.getlist("key")
    try:
        sure = "confirm" in request.POST
        wanted = ApplyIn.model_validate({"only": only, "keys": keys, "confirm": sure})
        told = catalogues.apply(request, wanted, source)
    except HttpError as error:
        return refusal(request, error.status_code, "NOT_TAKEN", str(error))
    batch = told["batch"]
    there = with_query(request, batch=str(batch.pk) if batch else "")
    return HttpResponseRedirect(there)


def undo(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("batch", "")
    try:
        catalogues.undo(request, int(number) if is_id(number) else 0)
    except HttpError as error:
        return refusal(request, error.status_code, "CAN_T_UNDO", str(error))
    return HttpResponseRedirect(with_query(request, batch=number))


def _asked(request: HttpRequest) -> tuple[str, str]:
    posted = request.POST
    return posted.get("source", "")[:64], posted.get("only", "").strip()[:300]


def _is_takeable(item: dict[str, Any]) -> bool:
    return item["status"] in ("new", "changed") and not item["refused"]


def _batch(number: str) -> PriceImport | None:
    return PriceImport.objects.filter(pk=int(number)).first() if is_id(number) else None
