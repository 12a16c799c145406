"""`/api/prices` and `/api/price-lists`, written. Joined in `observe/api.py`.

Validated as in the admin, with the same sentences. What is saved here is an operator's:
no refresh of a catalogue touches it, and the next request is priced by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Status
from ninja.errors import HttpError
from ninja.params.functions import Path

from pricing import editing
from pricing.api import MAX_ID, router
from pricing.edit_schemas import (
    LIST_FIELDS,
    PRICE_FIELDS,
    TIER_FIELDS,
    PriceIn,
    PriceListIn,
    PriceListOut,
    Problem,
    TierIn,
)
from pricing.invariants import jumps
from pricing.models import ModelPrice, PriceProvider, PriceTier
from pricing.models.price_tier import refuse_bad_tiers
from pricing.rates import Rates
from pricing.schemas import PriceOut

__all__ = ["router"]

ID = Path(ge=1, le=MAX_ID)
MADE = {404: Problem, 422: Problem}
ERRORS = {**MADE, 412: Problem, 428: Problem}


@router.post("/prices", response={201: PriceOut, 422: Problem}, summary="Make a price")
def create_price(
    request: HttpRequest, response: HttpResponse, asked: PriceIn
) -> Status[Any]:
    """With its tiers, if it has some. A twin of an active price is refused."""
    with transaction.atomic():
        return Status(201, _saved(response, ModelPrice(), asked))


@router.get("/prices/{price}", response={200: PriceOut, **MADE}, summary="Read a price")
def read_price(
    request: HttpRequest, response: HttpResponse, price: int = ID
) -> ModelPrice:
    """Its `ETag` is for `If-Match`."""
    return _told(response, _price(price))


@router.api_operation(
    ["PUT", "PATCH"],
    "/prices/{price}",
    response={200: PriceOut, **ERRORS},
    summary="Change a price",
    openapi_extra=editing.WITH_TAG,
)
def change_price(
    request: HttpRequest, response: HttpResponse, asked: PriceIn, price: int = ID
) -> ModelPrice:
    """Only what is named, and nothing that others changed since `If-Match`; `tiers`
    replaces them all."""
    with transaction.atomic():
        row = _price(price, lock=True)
        editing.must_match(request, values_of(row))
        return _saved(response, row, asked)


@router.delete(
    "/prices/{price}",
    response={204: None, **ERRORS},
    summary="Delete a price",
    openapi_extra=editing.WITH_TAG,
)
def delete_price(request: HttpRequest, price: int = ID) -> Status[Any]:
    """One of a catalogue is not made again. Stored costs stay."""
    with transaction.atomic():
        row = _price(price, lock=True)
        editing.must_match(request, values_of(row))
        row.delete()
    return Status(204, None)


@router.post(
    "/prices/{price}/tiers",
    response={201: PriceOut, **ERRORS},
    summary="Add a tier to a price",
)
def create_tier(
    request: HttpRequest, response: HttpResponse, asked: TierIn, price: int = ID
) -> Status[Any]:
    with transaction.atomic():
        row = _price(price, lock=True)
        editing.must_match(request, values_of(row))
        tiers = [*_as_given(row), asked.dict(exclude_unset=True)]
        return Status(201, _saved(response, row, PriceIn(), tiers))


@router.delete(
    "/prices/{price}/tiers/{min_input_tokens}",
    response={200: PriceOut, **ERRORS},
    summary="Take a tier from a price",
    openapi_extra=editing.WITH_TAG,
)
def delete_tier(
    request: HttpRequest,
    response: HttpResponse,
    price: int = ID,
    min_input_tokens: int = Path(ge=0, le=MAX_ID, description="Where it begins."),
) -> ModelPrice:
    with transaction.atomic():
        row = _price(price, lock=True)
        editing.must_match(request, values_of(row))
        tiers = _as_given(row)
        left = [each for each in tiers if each["min_input_tokens"] != min_input_tokens]
        if len(left) == len(tiers):
            raise HttpError(404, f"No tier begins at {min_input_tokens:,} tokens.")
        return _saved(response, row, PriceIn(), left)


@router.get("/price-lists", response=list[PriceListOut], summary="List price lists")
def list_price_lists(request: HttpRequest) -> Any:
    """Each provider's other names, URL pattern and fallbacks."""
    return PriceProvider.objects.order_by("slug")


@router.get(
    "/price-lists/{slug}",
    response={200: PriceListOut, 404: Problem},
    summary="Read a price list",
)
def read_price_list(
    request: HttpRequest, response: HttpResponse, slug: str
) -> PriceProvider:
    row = _list(slug)
    editing.tell_tag(response, editing.values(row, LIST_FIELDS))
    return row


@router.api_operation(
    ["PUT", "PATCH"],
    "/price-lists/{slug}",
    response={200: PriceListOut, **ERRORS},
    summary="Make or change a price list",
    openapi_extra=editing.WITH_TAG,
)
def change_price_list(
    request: HttpRequest, response: HttpResponse, slug: str, asked: PriceListIn
) -> PriceProvider:
    """Only what is named. PUT makes one that isn't there."""
    with transaction.atomic():
        found = PriceProvider.objects.select_for_update().filter(slug=slug)
        row = found.first()
        if row is None and request.method == "PATCH":
            raise HttpError(404, f"There is no price list “{slug}”.")
        before = editing.values(row, LIST_FIELDS) if row else None
        editing.must_match(request, before)
        row = row or PriceProvider(slug=slug)
        editing.change(row, {**asked.dict(exclude_unset=True), "is_edited": True})
        row.save()
    editing.tell_tag(response, editing.values(row, LIST_FIELDS))
    return row


@router.delete(
    "/price-lists/{slug}",
    response={204: None, **ERRORS},
    summary="Delete a price list",
    openapi_extra=editing.WITH_TAG,
)
def delete_price_list(request: HttpRequest, slug: str) -> Status[Any]:
    """Its prices stay, under their provider's own slug."""
    with transaction.atomic():
        row = _list(slug)
        editing.must_match(request, editing.values(row, LIST_FIELDS))
        row.delete()
    return Status(204, None)


def _saved(
    response: HttpResponse,
    row: ModelPrice,
    asked: PriceIn,
    tiers: Sequence[dict[str, Any]] | None = None,
) -> ModelPrice:
    """The price as it is now; all in the caller's transaction."""
    given = asked.dict(exclude_unset=True)
    is_sure = given.pop("confirm", False)
    wanted = given.pop("tiers", None) if tiers is None else tiers
    editing.alone()  # of two twins that are made at once one is refused
    before = _rates_by_start(row)
    editing.change(row, {**given, "is_edited": True})
    row.save()
    if wanted is not None:
        _replace_tiers(row, wanted)
    try:
        refuse_bad_tiers(row, list(row.tiers.all()))
        if not is_sure:
            _refuse_leaps(before, _rates_by_start(row))
    except ValidationError as error:
        transaction.set_rollback(True)
        raise HttpError(422, editing.sentences(error)) from None
    return _told(response, row)


def _rates_by_start(row: ModelPrice) -> dict[int, Rates]:
    """The price's own rates at -1, those of each tier where it begins; of a new price
    none."""
    if row.pk is None:
        return {}
    tiers = {tier.min_input_tokens: tier.rates() for tier in row.tiers.all()}
    return {-1: row.rates(), **tiers}


def _refuse_leaps(before: Mapping[int, Rates], after: Mapping[int, Rates]) -> None:
    leaps = [
        each
        for start in before.keys() & after.keys()
        for each in jumps(before[start], after[start])
    ]
    if leaps:
        sure = "With `confirm` (--yes) it is taken so."
        raise ValidationError(" ".join([*dict.fromkeys(leaps), sure]))


def _replace_tiers(row: ModelPrice, wanted: Sequence[dict[str, Any]]) -> None:
    for old in row.tiers.all():
        old.delete()
    for given in wanted:
        tier = PriceTier(price=row)
        tier.is_checked_with_others = True
        editing.change(tier, given)
        tier.save()


def _as_given(row: ModelPrice) -> list[dict[str, Any]]:
    return [editing.values(tier, TIER_FIELDS) for tier in row.tiers.all()]


def values_of(row: ModelPrice) -> dict[str, Any]:
    return {**editing.values(row, PRICE_FIELDS), "tiers": _as_given(row)}


def _told(response: HttpResponse, row: ModelPrice) -> ModelPrice:
    found = _price(row.pk)  # numbers as they are stored
    editing.tell_tag(response, values_of(found))
    return found


def _price(pk: int, *, lock: bool = False) -> ModelPrice:
    rows = ModelPrice.objects.select_for_update() if lock else ModelPrice.objects
    row = rows.filter(pk=pk).first()
    if row is None:
        raise HttpError(404, f"No price has the id {pk}.")
    return row


def _list(slug: str) -> PriceProvider:
    row = PriceProvider.objects.filter(slug=slug).first()
    if row is None:
        raise HttpError(404, f"There is no price list “{slug}”.")
    return row
