"""What-if over HTTP: of a run, a conversation, a filter; and as tables."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from rich.console import Console

from observe.remote.what_if import tables
from pricing.usage import Unit, Usage
from runs.models import CapturedRequest, Conversation
from runs.record import Outcome
from tests import make
from tests.pricing.make_price import price_row
from tests.runs.make_run import priced, run_with

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_the_same_requests_by_run_conversation_and_filter(client: Client) -> None:
    price_row("cheap", fees={"web_search": "0.01"})
    usage = Usage(input=1_000_000, output=0, input_audio=10)
    searched = Usage(input=500_000, output=0).with_units(Unit("web_search", 3))
    run = run_with(
        make.record(usage=searched, quote=priced("5")),
        make.record(usage=usage, quote=priced("7"), model="audio"),
        make.record(quote=None, path="/v1/models"),
        name="nightly",
    )
    talk = Conversation.objects.create(started_at=make.START)
    rows = CapturedRequest.objects.all()
    rows.update(conversation=talk)
    rows.filter(path="/v1/models").update(is_unpriced=False)
    for path in (
        f"/api/runs/{run.uid}/what-if?",
        f"/api/conversations/{talk.pk}/what-if?",
        "/api/what-if?run=nightly&",
    ):
        told = get(client, f"{path}key=acme/cheap")
        assert told["baseline"]["requests"] == 2
        assert Decimal(told["baseline"]["cost_usd"]) == 12
        (scenario,) = told["scenarios"]
        assert scenario["cost_usd"] == "1.03"
        assert scenario["difference_usd"] == "-3.97"
        assert "no audio input rate" in scenario["reasons"][0]["why"]
    assert get(client, "/api/what-if?model=audio&key=acme/cheap")["baseline"][
        "models"
    ] == ["gpt-5-mini-2025-08-07"]

    out = StringIO()
    Console(file=out, width=140).print(tables(told))
    said = out.getvalue()
    assert "Captured: $12.00 for 2 billed requests" in said
    assert "−$3.97 (−79.4 %)" in said
    assert "acme/cheap: 1 not priced." in said


def test_what_can_t_be_asked(client: Client) -> None:
    run_with(make.record(outcome=Outcome.COMPLETED, quote=priced("1")), name="r")
    told = get(client, "/api/runs/r/what-if?key=gpt", 422)
    assert "provider/model" in told["error"]["message"]
    get(client, "/api/runs/r/what-if", 422)
    get(client, "/api/runs/none/what-if?key=a/b", 404)
    get(client, "/api/conversations/9/what-if?key=a/b", 404)
