"""The packed detail of a request as a row, with the rates that its quote was made of.

Written by `batch.py`, by `rewriting.py` and by `repricing.py`. Requests of versions
that kept no rates get them from `fill`, which `weir rollups rebuild` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import connection, transaction

from runs import sql
from runs.detail import Detail, billed
from runs.detail.rates import Tokens, rates_of
from runs.models import CapturedRequest, RequestDetail, run_stamp
from runs.models.token_columns import TOKEN_COLUMNS
from runs.record import ExchangeRecord
from runs.rollups import ledger
from runs.store.rows import REQUEST_COLUMNS, Belonging, detail_data

COLUMNS = ("request_id", "data", "rates")
OF_REQUEST = tuple(f"request__{name}" for name in TOKEN_COLUMNS)
STEP = 500
_TOKENS_AT = REQUEST_COLUMNS.index(TOKEN_COLUMNS[0])


def detail_row(
    record: ExchangeRecord, pk: int, belongs: Belonging, row: sql.Row
) -> sql.Row:
    """The values of COLUMNS, beside those of REQUEST_COLUMNS."""
    tokens = row[_TOKENS_AT : _TOKENS_AT + len(TOKEN_COLUMNS)]
    return pk, detail_data(record, belongs), rates_told(record, tokens)


def rates_told(record: ExchangeRecord, tokens: Tokens) -> str:
    is_special = bool(record.usage.parts or record.usage.units)
    lines = record.quote.lines if record.quote else ()
    return rates_of(lines, tokens, is_special=is_special)


def rates_at(row: CapturedRequest, detail: Detail) -> str:
    """Of a request as it is stored."""
    tokens = [getattr(row, name) for name in TOKEN_COLUMNS]
    is_special = bool(detail.token_parts or detail.pieces)
    lines = detail.quote.lines if detail.quote else ()
    return rates_of(lines, tokens, is_special=is_special)


def fill(told: Callable[[int], None] = lambda count: None) -> int:
    """Rates of requests whose version told none, a step at a time; gives how many
    there were, and `told` hears of each step's."""
    rows = RequestDetail.objects.filter(rates=None).order_by("pk")
    last, filled = 0, 0
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:STEP]):
        with transaction.atomic():
            # Read where it is written, and nobody's meanwhile: a cost may become
            # another one. Who reads a run by its rates just now starts anew.
            ledger.told(keys)
            found = RequestDetail.objects.filter(pk__in=keys)
            read = found.values_list("pk", "data", *OF_REQUEST)
            filled_in = [(pk, _rates(data, counts)) for pk, data, *counts in read]
            sql.update(RequestDetail, ("request_id", "rates"), filled_in)
            run_stamp.renew(keys, connection)
        last, filled = keys[-1], filled + len(keys)
        told(len(keys))
    return filled


def _rates(data: bytes, tokens: Sequence[int | None]) -> str:
    detail = billed(data)
    return rates_of(detail.lines, tokens, is_special=detail.is_special)
