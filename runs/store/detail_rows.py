"""The packed detail of a request as a row, with the rates that its quote was made of.

Written by `batch.py`, by `rewriting.py` and by `repricing.py`. Requests of versions
that kept no rates get them from `fill`, in the recorder's own time.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from runs import sql
from runs.detail import Detail
from runs.detail.rates import rates_of
from runs.models import CapturedRequest, RequestDetail
from runs.models.token_columns import TOKEN_COLUMNS
from runs.record import ExchangeRecord, Outcome
from runs.store.rows import Belonging, detail_data, token_counts

COLUMNS = ("request_id", "data", "rates")
STEP = 500


def detail_row(record: ExchangeRecord, pk: int, belongs: Belonging) -> sql.Row:
    """The values of COLUMNS."""
    return pk, detail_data(record, belongs), rates_told(record)


def rates_told(record: ExchangeRecord) -> str:
    *tokens, _ = token_counts(record)
    is_special = bool(record.usage.parts or record.usage.units)
    return rates_of(record.quote, tokens, is_special=is_special)


def rates_at(row: CapturedRequest, detail: Detail) -> str:
    """Of a request as it is stored."""
    tokens = [getattr(row, name) for name in TOKEN_COLUMNS]
    is_special = bool(detail.token_parts or detail.pieces)
    return rates_of(detail.quote, tokens, is_special=is_special)


def fill(told: Callable[[int], None] = lambda count: None) -> int:
    """Rates of requests whose version told none, a step at a time; gives how many
    there were, and `told` hears of each step's."""
    rows = CapturedRequest.objects.filter(detail__rates=None, detail__isnull=False)
    rows = rows.exclude(outcome=Outcome.PENDING).select_related("detail")
    last, filled = 0, 0
    while keys := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:STEP]
    ):
        with transaction.atomic():
            # Read where it is written: a cost may have become another one meanwhile.
            found = CapturedRequest.objects.filter(pk__in=keys)
            found = found.select_related("detail")
            sql.update(
                RequestDetail,
                ("request_id", "rates"),
                [(row.pk, rates_at(row, row.detail.facts)) for row in found],
            )
        last, filled = keys[-1], filled + len(keys)
        told(len(keys))
    return filled
