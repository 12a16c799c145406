"""`/benchmark/*`: what benchmark-cli does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from pricing.usage import Usage
from runs import lifecycle, store
from runs.models import CapturedRequest, Run
from tests import make

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_session_is_a_global_run(client: Client) -> None:
    started = client.post("/benchmark/session/start", "", JSON).json()
    assert started["active"] is True
    run = Run.objects.get(uid=started["sessionId"])
    assert (run.is_global, run.source, run.state) == (True, "benchmark", "active")
    health = client.get("/benchmark/health").json()
    assert health == {"status": "ok", "activeSessionId": started["sessionId"]}
    ended = client.post(
        "/benchmark/session/end", {"sessionId": started["sessionId"]}, JSON
    )
    assert ended.json() == {"sessionId": started["sessionId"], "active": False}
    run.refresh_from_db()
    assert run.state == "ended"


def test_a_start_without_a_body_and_one_with_a_name(client: Client) -> None:
    first = client.post("/benchmark/session/start", {}, JSON).json()["sessionId"]
    second = client.post("/benchmark/session/start", {"name": "case 7"}, JSON).json()
    assert Run.objects.get(uid=second["sessionId"]).name == "case 7"
    assert Run.objects.get(uid=first).state == "ended"


def test_an_end_without_a_session(client: Client) -> None:
    nothing = {"sessionId": None, "active": False}
    assert client.post("/benchmark/session/end", "", JSON).json() == nothing
    unknown = client.post("/benchmark/session/end", {"sessionId": "abc-123"}, JSON)
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "RUN_NOT_FOUND"


def calls(*texts: str) -> list[Any]:
    """Each text is a message of the user, answered with one tool loop."""
    history: list[bytes] = [b"system".ljust(16)]
    records = []
    for number, text in enumerate(texts):
        history.append(text.encode().ljust(16, b"."))
        turn, at = history[-1], make.START + timedelta(minutes=number)
        for loop in range(2):
            history.append(f"{number}.{loop}".encode().ljust(16, b"-"))
            usage = Usage(input=100, cache_read=20, output=10 + loop)
            records.append(
                make.record(
                    started_at=at + timedelta(seconds=2 * loop),
                    duration_ms=1000.0,
                    session="s",
                    history=tuple(history),
                    turn=turn,
                    preview=text,
                    tools_offered=1,
                    usage=usage,
                )
            )
    return records


def test_turns_carry_their_sums(client: Client) -> None:
    store.write(calls("Fix it", "Test it"), {})
    run = lifecycle.start("case", source="benchmark")
    lifecycle.move(CapturedRequest.objects.all(), run)
    CapturedRequest.objects.filter(preview="Test it").update(
        cost_usd=Decimal("0.000123"), is_success=False
    )
    CapturedRequest.objects.filter(preview="Fix it").update(is_unpriced=True)
    told = client.get(f"/benchmark/turns?sessionId={run.uid}").json()
    assert told == client.get("/benchmark/turns").json()
    first, second = told["turns"]
    assert told["sessionId"] == str(run.uid) == first["sessionId"]
    assert [turn["turnIndex"] for turn in told["turns"]] == [1, 2]
    assert (first["userMessage"], first["llmCalls"], first["errors"]) == (
        "Fix it",
        2,
        0,
    )
    assert (first["inputTokens"], first["outputTokens"]) == (240, 21)
    assert (first["cacheReadTokens"], first["cacheWriteTokens"]) == (40, None)
    assert first["durationMs"] == 3000.0
    assert (first["costUsd"], first["unpricedCalls"]) == (None, 2)
    assert second["unpricedCalls"] == 0
    assert (second["costUsd"], second["errors"]) == ("0.000246", 2)


def test_traffic_without_a_session_has_a_null_session(client: Client) -> None:
    store.write(calls("Fix it"), {})
    told = client.get("/benchmark/turns").json()
    assert told["sessionId"] is None
    assert [turn["sessionId"] for turn in told["turns"]] == [None]


def test_any_number_of_turns_costs_the_same_queries(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    store.write(calls(*(f"Message {number}" for number in range(30))), {})
    with django_assert_max_num_queries(6):
        assert len(client.get("/benchmark/turns").json()["turns"]) == 30
