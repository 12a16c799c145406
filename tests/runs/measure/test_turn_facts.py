"""What a comparison looks at in a turn, from its requests."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pricing.quote import Quote
from pricing.usage import Usage
from runs.measure.turn_facts import turn_facts
from runs.models import Turn
from tests.runs.make_run import priced, run_of

pytestmark = pytest.mark.django_db


def test_a_turn_sums_its_requests() -> None:
    run = run_of(
        ["plan"],
        usage=Usage(input=20, cache_read=80, output=5),
        quote=priced("0.25"),
        duration_ms=1500.0,  # a second apart: half of the first overlaps
        tool_calls=("read", "edit"),
        tools_offered=7,
    )
    (found,) = turn_facts(run)
    assert (found.message, found.number, found.requests) == ("plan", 1, 2)
    assert (found.prompt_tokens, found.input_tokens, found.output_tokens) == (
        *(100, 200, 10),
    )
    assert found.cost_usd == Decimal("0.5")
    assert found.busy_ms == 2500
    assert found.tools == ("read", "edit", "read", "edit")
    assert found.tools_offered == 7
    assert found.models == ("gpt-5-mini",)


def test_a_turn_with_an_unpriced_request_has_no_known_cost() -> None:
    run = run_of(["plan"], quote=Quote(status="no_price", cost_usd=None))
    assert turn_facts(run)[0].cost_usd is None


def test_turns_come_in_the_order_in_which_they_began() -> None:
    run = run_of(["plan", "build", "test"])
    last = Turn.objects.get(preview="test")
    Turn.objects.filter(pk=last.pk).update(started_at="2020-01-01T00:00Z")
    assert [each.message for each in turn_facts(run)] == ["test", "plan", "build"]


def test_many_turns_take_as_many_queries_as_one() -> None:
    one, many = run_of(["a"]), run_of(["a", "b", "c", "d"])
    counts = []
    for run in (one, many):
        with CaptureQueriesContext(connection) as queries:
            turn_facts(run)
        counts.append(len(queries))
    assert counts == [2, 2]
