"""Stored requests at other models' prices: what of them `pricing/what_if.py` is given.

Asked by `runs/api/what_if.py` and by pages for a run, a conversation or any filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import Q
from django.utils import timezone

from pricing.book import PriceBook
from pricing.usage import Unit, Usage
from pricing.what_if import Used, WhatIf, what_if
from runs.detail import Detail
from runs.models import CapturedRequest, RequestDetail
from runs.models.request_set import CapturedRequestQuerySet
from runs.models.token_columns import usage_of
from runs.record import Outcome

MOST_REQUESTS = 100_000
_AT_ONCE = 2_000


class TooMany(Exception):
    """More requests than one question may take; str() is a sentence."""


def of(requests: CapturedRequestQuerySet, keys: Sequence[str]) -> WhatIf:
    """Raises ValueError for a key that names no model, TooMany."""
    billed = requests.exclude(outcome=Outcome.PENDING).filter(
        Q(cost_usd__isnull=False) | Q(is_unpriced=True)
    )
    if billed[MOST_REQUESTS : MOST_REQUESTS + 1].exists():
        raise TooMany(f"More than {MOST_REQUESTS:,} requests: narrow the question.")
    return what_if(_used(billed), keys, PriceBook.current(), timezone.now())


def _used(billed: CapturedRequestQuerySet) -> Iterator[Used]:
    rows = billed.select_related("detail").order_by("pk")
    for row in rows.iterator(chunk_size=_AT_ONCE):
        detail = _detail(row)
        yield Used(
            usage=_usage(row, detail),
            at=row.started_at,
            operation=row.operation,
            cost_usd=row.cost_usd,
            lines=detail.quote.lines if detail.quote else (),
            provider=row.provider,
            model=row.response_model or row.upstream_model or row.model,
            id=str(row.uid),
        )


def _detail(row: CapturedRequest) -> Detail:
    try:
        return row.detail.facts
    except RequestDetail.DoesNotExist:
        return Detail()


def _usage(row: CapturedRequest, detail: Detail) -> Usage:
    """With what has no column of its own: audio, images, searches."""
    pieces = (Unit(kind, count) for kind, count in detail.pieces.items())
    return usage_of(row).with_parts(detail.token_parts).with_units(*pieces)
