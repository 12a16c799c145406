"""Which requests of a run broke a limit; `checks.py` asks, only after a breach.

Sums are walked in the order in which requests began: the one with which the sum passed
the limit comes first, then those that weigh most.
"""

from __future__ import annotations

from decimal import Decimal

from django.db.models import F

from runs.measure.checks import Culprit, Culprits
from runs.measure.limits import Blame
from runs.measure.metrics import Value, told
from runs.models import CapturedRequest
from runs.models.request_set import CapturedRequestQuerySet

SHOWN = 10


class Finder:
    """`gate.Find` for one set of requests."""

    def __init__(self, requests: CapturedRequestQuerySet) -> None:
        self._requests = requests.order_by("started_at", "id")

    def __call__(self, blame: Blame, limit: Value) -> Culprits:
        if blame.how == "sum":
            return self._crossing(blame, Decimal(str(limit)))
        if blame.how == "number":
            return self._beyond(blame, int(Decimal(str(limit))))
        if blame.how == "each":
            return self._over(blame, float(Decimal(str(limit))))
        found = self._of_kind(blame)
        return _culprits(found, found.count(), blame)

    def _of_kind(self, blame: Blame) -> CapturedRequestQuerySet:
        if blame.how == "errors":
            return self._requests.errors()
        if blame.how == "pending":
            return self._requests.pending()
        if blame.how == "marked":
            return self._requests.filter(**{blame.column: True})
        if blame.how == "told":
            return self._requests.filter(**{f"{blame.column}__isnull": False})
        return self._requests.unpriced()

    def _beyond(self, blame: Blame, limit: int) -> Culprits:
        """The requests after the last one that was allowed."""
        count = max(self._requests.count() - limit, 0)
        return _culprits(self._requests[limit:], count, blame)

    def _over(self, blame: Blame, limit: float) -> Culprits:
        """The slowest successes first."""
        column = blame.column
        found = self._requests.successes().filter(**{f"{column}__gt": limit})
        if column == "ttft_ms":
            found = found.streams()
        return _culprits(found.order_by(F(column).desc(), "id"), found.count(), blame)

    def _crossing(self, blame: Blame, limit: Decimal) -> Culprits:
        """The one that took the sum over the limit, then the largest ones."""
        column = blame.column
        known = self._requests.filter(**{f"{column}__gt": 0})
        first = _passing(known, column, limit)
        if first is None:
            return Culprits()
        largest = known.exclude(pk=first.pk).order_by(F(column).desc(), "id")
        note = "with this one the limit was passed"
        others = [_culprit(row, blame) for row in largest[: SHOWN - 1]]
        after = known.filter(started_at__gte=first.started_at).count()
        return Culprits((_culprit(first, blame, note), *others), after)


def _passing(
    requests: CapturedRequestQuerySet, column: str, limit: Decimal
) -> CapturedRequest | None:
    total = Decimal(0)
    for pk, value in requests.values_list("pk", column).iterator(chunk_size=2000):
        total += Decimal(str(value))
        if total > limit:
            return requests.get(pk=pk)
    return None


def _culprits(found: CapturedRequestQuerySet, count: int, blame: Blame) -> Culprits:
    return Culprits(tuple(_culprit(row, blame) for row in found[:SHOWN]), count)


def _culprit(row: CapturedRequest, blame: Blame, note: str = "") -> Culprit:
    parts = (
        f"{row.started_at:%H:%M:%S}",
        row.model or "unknown model",
        row.endpoint,
        str(row.status or row.get_outcome_display()),
        _value(row, blame),
        note,
    )
    return Culprit(id=str(row.uid), message=" · ".join(part for part in parts if part))


def _value(row: CapturedRequest, blame: Blame) -> str:
    if blame.how == "errors":
        return row.error_code or row.error
    if blame.column == "is_other_model":
        return f"{row.upstream_model or row.model} → {row.response_model}"
    if not blame.column or blame.how in ("marked", "told"):
        return ""
    value = row.serializable_value(blame.column)
    if blame.column.endswith("_tokens"):
        return f"{told(value, 'tokens')} tokens"
    return told(value, "usd" if blame.column.endswith("_usd") else "ms")
