"""Costs of stored requests by today's price list: found anew, written, undone.

`observe/cli/commands/backfill.py` asks. Records come quoted anew at the prices of each
request's own time. Only the cost is written; the former quote is kept beside it, and
rollups change in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from pricing.quote import Quote
from runs import sql
from runs.cleaning import money
from runs.detail import Detail, pack
from runs.models import CapturedRequest, RequestDetail
from runs.rollups import ledger
from runs.store.detail_rows import COLUMNS, rates_at
from runs.store.rewriting import Changes, Reread, Rewriter

STEP = 500


class Which(StrEnum):
    """Whose cost is found anew."""

    MISSING = "missing"
    """Billed ones without a known cost that have one now."""
    CACHED = "cached"
    """Whose cached tokens were billed as input, and have a rate of their own now."""
    ALL = "all"
    """All whose cost is another one now."""


class Repricer(Rewriter):
    """Compares costs alone, and writes them unless it is told only to look."""

    def __init__(self, which: Which, *, writes: bool = True) -> None:
        super().__init__(writes=writes)
        self._which = which

    def write(self, found: Sequence[Reread]) -> dict[int, Changes]:
        """Request → its cost before and after, written in one transaction."""
        with transaction.atomic():
            chosen = [each for each in self._once(found) if self._wants(each)]
            if self._writes:
                _write([(each.row, _repriced(each), _quote(each)) for each in chosen])
        return {
            each.row.pk: {"cost_usd": (each.row.cost_usd, _quote(each).cost_usd)}
            for each in chosen
        }

    def _wants(self, each: Reread) -> bool:
        old, new = each.detail.quote, each.record.quote
        if old is None or new is None or new.cost_usd is None:
            return False
        if self._which is Which.MISSING:
            return old.cost_usd is None
        if self._which is Which.CACHED:
            return _stands_in(old) and not _stands_in(new)
        return old.cost_usd != new.cost_usd


def undo(
    requests: QuerySet[CapturedRequest], *, writes: bool = True
) -> Iterator[tuple[int, int]]:
    """The costs from before the last backfill; gives how many of a step were looked at
    and how many are back."""
    after = 0
    rows = requests.select_related("detail").order_by("pk")
    while found := list(rows.filter(pk__gt=after)[:STEP]):
        after = found[-1].pk
        back = []
        for row in found:
            detail = row.detail.facts
            if detail.repriced and detail.former_quotes:
                back.append((row, _undone(detail), detail.former_quotes[-1]))
        if writes:
            with transaction.atomic():
                _write(back)
        yield len(found), len(back)


def _stands_in(quote: Quote) -> bool:
    """Cached tokens are billed at another bucket's rate."""
    cached = (line for line in quote.lines if line.kind.startswith("cache_read"))
    return any(line.note for line in cached)


def _quote(each: Reread) -> Quote:
    assert each.record.quote is not None  # only such are chosen
    return each.record.quote


def _repriced(each: Reread) -> Detail:
    former = list(each.detail.former_quotes)
    if each.detail.quote is not None:
        former.append(each.detail.quote)
    return msgspec.structs.replace(
        each.detail, quote=each.record.quote, former_quotes=former, repriced=True
    )


def _undone(detail: Detail) -> Detail:
    *former, quote = detail.former_quotes
    return msgspec.structs.replace(
        detail, quote=quote, former_quotes=former, repriced=False
    )


def _write(chosen: Sequence[tuple[CapturedRequest, Detail, Quote]]) -> None:
    """Row, detail and rollups of each request."""
    ids = [row.pk for row, _, _ in chosen]
    adapt, were = sql.Adapter(), ledger.told(ids)
    columns = ("id", "cost_usd", "is_unpriced")
    costs = [(row.pk, money(quote.cost_usd)) for row, _, quote in chosen]
    rows = [[pk, adapt.money(cost), cost is None] for pk, cost in costs]
    sql.update(CapturedRequest, columns, rows)
    ledger.replace(were, ledger.told(ids))
    details = [(row.pk, pack(told), rates_at(row, told)) for row, told, _ in chosen]
    sql.update(RequestDetail, COLUMNS, details)
