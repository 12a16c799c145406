"""Renews what the pages of running requests show; their rows stay as they are.

Called by `proxy/recorder.py` between batches. Losing it costs nothing: the next one
brings all that has come.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from runs import sql
from runs.models import RequestDetail
from runs.record import ExchangeRecord, Outcome
from runs.store.finding import known
from runs.store.rows import detail_data


def renew(records: Sequence[ExchangeRecord]) -> list[int]:
    """Of requests that are still pending; gives their ids."""
    with transaction.atomic():
        there = known([record.uid for record in records])
        rows = [
            (there[record.uid][0], detail_data(record))
            for record in records
            if record.uid in there and there[record.uid][1] == Outcome.PENDING
        ]
        sql.upsert(RequestDetail, ("request_id", "data"), rows)
    return [pk for pk, _ in rows]
