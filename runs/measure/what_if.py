"""Stored requests at other models' prices: what of them `pricing/what_if.py` is given.

Asked by `runs/api/what_if.py` and by pages for a run, a conversation or any filter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from pricing.book import PriceBook
from pricing.used import Used
from pricing.what_if import WhatIf, edges, what_if
from runs.measure import kinds
from runs.measure.by_stamp import ByStamp
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet
from runs.record import Outcome

LEAST, MOST = 1_000, 2_000
"""Requests of a run whose kinds are kept, and kinds that it may have."""
MOST_KEPT = 50

_kept = ByStamp[list[Used]](MOST_KEPT)


def of(requests: CapturedRequestQuerySet, keys: Sequence[str]) -> WhatIf:
    """Raises ValueError for a key that names no model."""
    book = PriceBook.current()
    return _priced(kinds.read(billed(requests), edges(keys, book)), keys, book)


def of_run(run: int, keys: Sequence[str]) -> WhatIf:
    """The same of a run by its key, whose kinds are kept until a request changes."""
    book = PriceBook.current()
    apart = edges(keys, book)
    requests = billed(CapturedRequest.objects.in_run(run))
    used = _kept.get(
        run, apart, lambda: list(kinds.read(requests, apart)), _are_worth_it
    )
    return _priced(used, keys, book)


def billed(requests: CapturedRequestQuerySet) -> CapturedRequestQuerySet:
    known = Q(cost_usd__isnull=False) | Q(is_unpriced=True)
    return requests.exclude(outcome=Outcome.PENDING).filter(known)


def _are_worth_it(used: list[Used]) -> bool:
    return len(used) <= MOST and sum(each.requests for each in used) >= LEAST


def _priced(used: Iterable[Used], keys: Sequence[str], book: PriceBook) -> WhatIf:
    return what_if(used, keys, book, timezone.now())
