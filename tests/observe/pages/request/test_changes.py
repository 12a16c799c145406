"""The changes tab: against which call, and what a broken cache cost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from observe.pages.request.changes import earlier
from pricing.quote import Quote, QuoteLine
from pricing.usage import Usage
from runs.models import CapturedRequest
from runs.record import ExchangeRecord, Purpose
from tests import make

pytestmark = pytest.mark.django_db
SYSTEM = {"role": "system", "content": "Be careful."}
TASK = {"role": "user", "content": "Mend the gate"}
DONE = {"role": "assistant", "content": "Done."}


def line(kind: str, tokens: int, rate: str) -> QuoteLine:
    per_million = Decimal(rate)
    cost = tokens * per_million / 10**6
    return QuoteLine(
        kind=kind, tokens=tokens, usd_per_million=per_million, cost_usd=cost
    )


def call(second: float, messages: Sequence[Any], cached: int, **told: Any) -> Any:
    lines = (line("input", 1000, "10"), line("cache_read", cached, "1"))
    return make.record(
        started_at=make.START + timedelta(seconds=second),
        session="one",
        session_rule="header:x-session-id",
        bodies=(make.body(json.dumps({"model": "gpt-5", "messages": messages})),),
        usage=Usage(input=2000 - cached, cache_read=cached, output=5),
        quote=Quote(status="priced", cost_usd=Decimal(1), lines=lines),
        **told,
    )


def changes_of(record: ExchangeRecord) -> str:
    row = CapturedRequest.objects.get(uid=record.uid)
    client = Client(headers={"host": "127.0.0.1:8080", "accept": "text/html"})
    answer = client.get(row.get_absolute_url(), {"tab": "changes"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_first_call_has_nothing_before_it() -> None:
    first = call(0, [SYSTEM, TASK], 0)
    make.stored(first)
    assert "Nothing came before it" in changes_of(first)


def test_a_call_is_compared_with_the_one_before_of_its_purpose() -> None:
    title = call(1, [TASK], 0, purpose=Purpose.TITLE)
    second = call(2, [SYSTEM, TASK, DONE, TASK], 1900)
    make.stored(call(0, [SYSTEM, TASK], 0), title, second)
    html = changes_of(second)
    assert "2 messages at the beginning are the same" in html
    assert "assistant, message 3" in html
    assert "a cache can serve all of it" in html
    assert "Nothing came before it" in changes_of(title)


def test_a_broken_cache_is_told_with_its_place_and_price() -> None:
    clock = {"role": "system", "content": "Be careful. It is noon."}
    second = call(2, [clock, TASK, DONE], 100)
    make.stored(call(0, [SYSTEM, TASK], 900), second)
    html = changes_of(second)
    assert "differs from the earlier one at its <b>system prompt</b>" in html
    # 2,000 tokens before, 100 read: 1,900 at $10 instead of $1 a million.
    assert "1,900 tokens were not read from the cache" in html
    assert "$0.0171 more" in html


def test_bodies_that_are_gone_leave_a_page(client: Client) -> None:
    second = call(2, [SYSTEM], 0)
    make.stored(call(0, [SYSTEM, TASK], 0), second)
    CapturedRequest.objects.get(uid=second.uid).bodies.all().delete()
    assert "Compared with" in changes_of(second)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts rows")
@pytest.mark.parametrize("told", [{}, {"agent": "a", "purpose": Purpose.SUB_AGENT}])
def test_the_call_before_is_looked_for_in_its_conversation(told: Any) -> None:
    make.stored(call(0, [TASK], 0, **told), call(1, [TASK, DONE], 0, **told))
    [*_, row] = CapturedRequest.objects.order_by("pk")
    assert row.conversation_id
    found = earlier(row, row.conversation_id)
    assert found.get() == CapturedRequest.objects.earliest("pk")
    assert "request_by_conversation" in found.explain()
