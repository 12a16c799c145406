"""What a run, a conversation or filtered requests would cost with other models.

The numbers are those of the API and of `weir what-if`; `subject.py` says of what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from observe.pages.errors import refusal
from observe.pages.what_if import drawing, offers, subject
from observe.pages.what_if.drawing import ModelLine
from observe.pages.what_if.offers import Offers
from observe.pages.what_if.subject import PricedSet
from observe.rendering.template_context import TemplateContext, show
from pricing.scenarios import Baseline
from pricing.what_if import split_key
from runs.api.what_if import MOST_MODELS
from runs.filters import BadFilter
from runs.models import Conversation, Run

LONGEST_FIND = 120
TOO_MANY = f"{MOST_MODELS} models are looked at; take one away before you add another."


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersPart(TemplateContext):
    """The found models alone, for htmx."""

    template: ClassVar[str] = "what_if/_offers.html"

    offers: Offers


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPart(TemplateContext):
    """What the models would have cost, alone, for htmx: of many requests it takes
    longer than a page may."""

    template: ClassVar[str] = "what_if/_figures.html"

    baseline: Baseline | None
    """None where the question can't be answered; `problem` says why."""
    lines: list[ModelLine]
    columns: tuple[str, ...] = drawing.COLUMNS
    problem: str
    again: str
    """Address of the page with the models that can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPage(TemplateContext):
    template: ClassVar[str] = "what_if/page.html"

    subject: PricedSet
    figures: FiguresPart | None
    """None: the page asks for them when it is there."""
    at_once: str
    """Address of the page that has them."""
    chosen: list[str]
    offers: Offers


@require_safe
def run_what_if(request: HttpRequest, uid: UUID) -> HttpResponse:
    run = Run.objects.filter(uid=uid).first()
    if run is None:
        raise Http404("There is no such run; it may have been deleted.")
    return _answer(request, subject.of_run(run))


@require_safe
def conversation_what_if(request: HttpRequest, pk: int) -> HttpResponse:
    found = Conversation.objects.filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404("There is no such conversation; it may have been pruned.")
    return _answer(request, subject.of_conversation(found))


@require_safe
def filter_what_if(request: HttpRequest) -> HttpResponse:
    try:
        return _answer(request, subject.of_filter(request.GET))
    except BadFilter as error:
        return refusal(request, 400, "BAD_REQUEST", str(error))


def _answer(request: HttpRequest, of: PricedSet) -> HttpResponse:
    chosen = _keys(request.GET)
    if request.headers.get("HX-Target") == "figures":
        return show(request, _figures(of, chosen))
    find = request.GET.get("find", "").replace("\0", "").strip()[:LONGEST_FIND]
    found = offers.search(find, chosen, of)
    if request.headers.get("HX-Target") == "offers":
        return show(request, OffersPart(offers=found))
    is_later = request.GET.get("whole") != "1" and of.is_large
    at_once = of.address(chosen)
    page = WhatIfPage(
        subject=of,
        figures=None if is_later else _figures(of, chosen),
        at_once=f"{at_once}{'&' if '?' in at_once else '?'}whole=1",
        chosen=chosen,
        offers=found,
    )
    return show(request, page)


def _keys(query: QueryDict) -> list[str]:
    keys = (key.replace("\0", "").strip() for key in query.getlist("key"))
    return list(dict.fromkeys(filter(None, keys)))


def _figures(of: PricedSet, chosen: list[str]) -> FiguresPart:
    baseline, lines, problem = _priced(of, chosen)
    return FiguresPart(
        baseline=baseline,
        lines=lines,
        problem=problem,
        again=of.address([key for key in chosen if _is_key(key)][:MOST_MODELS]),
    )


def _priced(
    of: PricedSet, chosen: Sequence[str]
) -> tuple[Baseline | None, list[ModelLine], str]:
    if len(chosen) > MOST_MODELS:
        return None, [], TOO_MANY
    try:
        told = of.priced(chosen)
    except ValueError as error:
        return None, [], str(error)
    without = [of.address([k for k in chosen if k != key]) for key in chosen]
    return told.baseline, drawing.lines(told.scenarios, without), ""


def _is_key(key: str) -> bool:
    try:
        return bool(split_key(key))
    except ValueError:
        return False
