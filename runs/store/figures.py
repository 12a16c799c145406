"""What a batch adds to the figures over time; `writer.py` tells it what was stored."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from operator import itemgetter

from runs import sql
from runs.cleaning import money
from runs.record import ExchangeRecord, Outcome
from runs.rollups import ledger, rebuilding
from runs.rollups.figures import ROW, Counted
from runs.store.rows import REQUEST_COLUMNS

SWEEP_S = 600.0
_PENDING = Outcome.PENDING  # an enum looks its members up each time, for 0.1 µs
_told = itemgetter(*(REQUEST_COLUMNS.index(column) for column in ROW))
_TIME, _COST = ROW.index("started_at"), ROW.index("cost_usd")


class RollupWriter:
    """Adds a batch, lets go of minutes that are old and makes wide steps of days."""

    def __init__(self) -> None:
        self._swept_at = time.monotonic()

    def add(self, stored: Iterable[tuple[ExchangeRecord, sql.Row]]) -> None:
        """Records and their rows, as they are in the table now."""
        ledger.record(map(counted, *_unzipped(stored)))
        if time.monotonic() - self._swept_at > SWEEP_S:
            self._swept_at = time.monotonic()
            ledger.forget_minutes()
            rebuilding.widen()


def _unzipped(
    stored: Iterable[tuple[ExchangeRecord, sql.Row]],
) -> tuple[Sequence[ExchangeRecord], Sequence[sql.Row]]:
    """Without what is still pending."""
    over = [each for each in stored if each[0].outcome is not _PENDING]
    return [record for record, _ in over], [row for _, row in over]


def counted(record: ExchangeRecord, row: sql.Row) -> Counted:
    """The row's columns, time and cost before they were adapted to a database."""
    told = list(_told(row))
    told[_TIME] = record.started_at
    told[_COST] = money(record.quote.cost_usd) if record.quote else None
    return Counted._make(told)
