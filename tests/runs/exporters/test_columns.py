"""`runs/exporters/columns.py`: the same names and values as the API's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from runs.exporters import Export
from runs.exporters.columns import COLUMNS, stamp, written
from runs.models import CapturedRequest
from runs.schemas.requests import RequestRow
from tests import make
from tests.runs.exporters.exported import a_run


def test_columns_are_named_as_in_the_api() -> None:
    names = {column.name for column in COLUMNS}
    assert len(names) == len(COLUMNS)
    shown = set(RequestRow.model_fields)
    assert shown - names <= {"tokens", "run_id", "turn_id"}


@pytest.mark.django_db
def test_a_request_says_its_run_conversation_and_turn() -> None:
    row = make.stored(session="s")
    run = a_run()
    exchange = next(Export(CapturedRequest.objects.all()).exchanges())
    values = {column.name: column.get(exchange) for column in COLUMNS}
    assert values["run"] == str(run.uid)
    assert values["conversation"] == row.conversation_id
    assert values["turn"] == (row.turn.number if row.turn else None)
    assert values["upstream_url"] == "https://api.openai.com/v1/chat/completions"
    assert values["input_tokens"] == 120


def test_times_are_utc_and_money_has_no_exponent() -> None:
    east = datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert stamp(east) == "2026-03-01T09:00:00.000000Z"
    assert written(datetime(2026, 3, 1, tzinfo=UTC)) == "2026-03-01T00:00:00.000000Z"
    assert written(Decimal("0.000000100000")) == "0.0000001"
    assert written(None) is None
