"""`/api/prices/catalogs`, `/imports`, `/disagreements`: published prices beside those
in use. Joined in `observe/api.py`.

A catalogue is asked at its own address, with the key that Weir has for that provider;
a caller may bring a saved document instead. `pricing/catalogues/` does the work.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.errors import HttpError
from ninja.params.functions import Path, Query

from pricing.api import MAX_ID
from pricing.book import PriceBook
from pricing.catalogues import applying, offered, reading
from pricing.catalogues.choosing import by_status, chosen, counts, not_taken
from pricing.catalogues.comparing import Offer
from pricing.catalogues.disagreements import Disagreement, disagreements
from pricing.edit_schemas import Problem
from pricing.models import PriceImport, PriceOffer
from pricing.sources import PUBLISHED
from proxy.api.catalogue_shapes import (
    AppliedOut,
    ApplyIn,
    CatalogueOut,
    CataloguePreviewIn,
    CataloguePreviewOut,
    DisagreementOut,
    ImportOut,
    ReadIn,
    UndoneOut,
    WholeImportOut,
)
from proxy.setup.keys import key_of, variable_of

router = Router(tags=["prices"])

SOURCE = Path(max_length=64, description="Such as `openrouter`.")
BATCH = Path(ge=1, le=MAX_ID)
ERRORS = {404: Problem, 422: Problem, 502: Problem}


@router.get("/prices/catalogs", response=list[CatalogueOut], summary="List catalogues")
def list_catalogues(request: HttpRequest) -> list[dict[str, Any]]:
    """Whose prices can be taken, and when they were last read."""
    grouped = PriceOffer.objects.values_list("source").order_by()
    seen = {
        name: (read_at, offers)
        for name, read_at, offers in grouped.annotate(Max("read_at"), Count("pk"))
    }
    return [
        {
            "source": source.name,
            "about": source.about,
            "address": source.address,
            "key_variable": variable_of(source.provider),
            "read_at": seen.get(source.name, (None, 0))[0],
            "offers": seen.get(source.name, (None, 0))[1],
            "last_import": PriceImport.objects.filter(source=source.name).last(),
        }
        for source in PUBLISHED
    ]


@router.post(
    "/prices/catalogs/{source}/preview",
    response={200: CataloguePreviewOut, **ERRORS},
    summary="What a catalogue would change",
)
def preview(
    request: HttpRequest, asked: CataloguePreviewIn, source: str = SOURCE
) -> dict[str, Any]:
    """No price is changed; what it asks is kept for `/api/prices/disagreements`."""
    found = _read(source, asked)
    offers = chosen(found, asked.only)
    shown = [o for o in by_status(offers) if asked.status in (None, o.status)]
    return {
        "source": source,
        "origin": found.origin,
        "counts": counts(offers),
        "items": list(map(as_told, shown[: asked.limit])),
        "more": max(0, len(shown) - asked.limit),
        "failures": found.failures,
        "left_out": found.catalogue.left_out,
    }


@router.post(
    "/prices/catalogs/{source}/apply",
    response={200: AppliedOut, **ERRORS},
    summary="Take prices of a catalogue",
)
def apply(request: HttpRequest, asked: ApplyIn, source: str = SOURCE) -> dict[str, Any]:
    """In one transaction. Prices that an operator edited stay; what breaks a rule, or
    leaps and isn't confirmed, is named in `not_taken`."""
    found = _read(source, asked)
    offers = chosen(found, asked.only)
    if asked.keys is not None:
        wanted = set(asked.keys)
        if gone := sorted(wanted - {offer.price.key for offer in offers}):
            raise HttpError(422, f"It has no price {gone[0]}: look again.")
        offers = [offer for offer in offers if offer.price.key in wanted]
    taken = [o for o in offers if asked.confirm or not o.doubts]
    batch = applying.take(source, found.origin, taken, asked.valid_from)
    return {
        "batch": batch,
        "not_taken": not_taken(offers, confirm=asked.confirm),
        "failures": found.failures,
    }


@router.get("/prices/imports", response=list[ImportOut], summary="List price imports")
def list_imports(
    request: HttpRequest,
    source: str = Query("", max_length=64),
    limit: int = Query(50, ge=1, le=500),
) -> QuerySet[PriceImport]:
    """What was taken from catalogues, newest first."""
    rows = PriceImport.objects.order_by("-pk")
    if source:
        rows = rows.filter(source=source.replace("\0", ""))
    return rows[:limit]


@router.get(
    "/prices/imports/{batch}",
    response={200: WholeImportOut, 404: Problem, 422: Problem},
    summary="Read a price import",
)
def read_import(request: HttpRequest, batch: int = BATCH) -> dict[str, Any]:
    """With each price as it was before, and after."""
    row = _import(batch)
    own = {name: getattr(row, name) for name in ImportOut.model_fields}
    return {**own, "rows": row.rows.order_by("pk")}


@router.post(
    "/prices/imports/{batch}/undo",
    response={200: UndoneOut, 404: Problem, 409: Problem, 422: Problem},
    summary="Undo a price import",
)
def undo(request: HttpRequest, batch: int = BATCH) -> applying.Undone:
    """Its prices as they were before; what was changed since stays."""
    row = _import(batch)
    if row.undone_at:
        raise HttpError(409, "It is undone already.")
    return applying.undo(row)


@router.get(
    "/prices/disagreements",
    response=list[DisagreementOut],
    summary="Where catalogues differ",
)
def list_disagreements(
    request: HttpRequest,
    provider: str = Query("", max_length=64, description="A provider's slug."),
    limit: int = Query(100, ge=1, le=1000),
) -> list[Disagreement]:
    """By more than a per cent, widest first; of catalogues that were read once."""
    book, slug = PriceBook.current(), provider.replace("\0", "")
    return disagreements(book, timezone.now(), slug)[:limit]


def as_told(offer: Offer) -> dict[str, Any]:
    price = offer.price
    return {
        "key": price.key,
        "provider": price.provider,
        "model": price.model,
        "service_tier": price.service_tier,
        "status": offer.status,
        "price": offer.now.id if offer.now else None,
        "changes": offer.changes,
        "refused": offer.refused,
        "doubts": offer.doubts,
        "source_url": price.source_url,
        "notes": price.notes,
    }


def _read(name: str, asked: ReadIn) -> reading.Reading:
    try:
        source = reading.named(name)
    except reading.UnreadableCatalogueError as error:
        raise HttpError(404, str(error)) from None
    if asked.document is None and not source.address:
        raise HttpError(422, "document: it is read from what you send.")
    try:
        if asked.document is not None:
            found = reading.from_document(source, asked.document)
        else:
            key = key_of(source.provider)
            found = reading.from_network(source, key, asked.only, hosts=asked.hosts)
    except reading.UnreadableCatalogueError as error:
        status = 502 if asked.document is None else 422
        raise HttpError(status, str(error)) from None
    offered.remember(found)
    return found


def _import(pk: int) -> PriceImport:
    row = PriceImport.objects.filter(pk=pk).first()
    if row is None:
        raise HttpError(404, f"No price import has the id {pk}.")
    return row
