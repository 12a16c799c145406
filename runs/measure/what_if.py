"""Stored requests at other models' prices: what of them `pricing/what_if.py` is given.

Asked by `runs/api/what_if.py` and by pages for a run, a conversation or any filter.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from pricing.book import PriceBook
from pricing.what_if import WhatIf, edges, what_if
from runs.measure import kinds
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Outcome


def of(requests: CapturedRequestQuerySet, keys: Sequence[str]) -> WhatIf:
    """Raises ValueError for a key that names no model."""
    book = PriceBook.current()
    apart = edges(keys, book)
    billed = requests.exclude(outcome=Outcome.PENDING).filter(
        Q(cost_usd__isnull=False) | Q(is_unpriced=True)
    )
    return what_if(kinds.read(billed, apart), keys, book, timezone.now())
