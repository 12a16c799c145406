"""Statistics, comparison and gate over HTTP, as `weir run` and scripts ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pricing.quote import Quote
from pricing.usage import NO_USAGE
from runs.models import CapturedRequest, Conversation, Run, Turn
from runs.record import Outcome
from tests import make
from tests.runs.make_run import priced, run_of, run_with

pytestmark = pytest.mark.django_db


def get(client: Client, path: str, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def post(client: Client, path: str, body: Any, status: int = 200) -> Any:
    answer = client.post(path, body, "application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


@pytest.fixture
def run() -> Run:
    return run_with(
        make.record(quote=priced("0.0000001"), duration_ms=900.0),
        make.record(quote=priced("0.30"), duration_ms=100.0),
        make.record(is_success=False, status=429, error_code="rate_limited"),
        name="nightly",
    )


@pytest.mark.parametrize("reference", ["nightly", "id", "start"])
def test_a_run_in_numbers_by_name_or_id(
    client: Client, run: Run, reference: str
) -> None:
    uid = str(run.uid)
    named = {"nightly": "nightly", "id": uid, "start": uid[:8]}[reference]
    found = get(client, f"/api/runs/{named}/stats")
    assert (found["requests"], found["errors"]) == (3, 1)
    assert found["cost"]["usd"] == "0.3000001"  # text, and no exponent
    assert found["models"][0]["cost_usd"] == "0.3000001"
    assert found["error_kinds"] == [
        {"kind": "http_429", "code": "rate_limited", "requests": 1}
    ]
    assert (found["duration"]["count"], found["duration"]["p50_ms"]) == (2, 100)


def test_a_small_cost_has_no_exponent(client: Client) -> None:
    run_with(make.record(quote=priced("0.0000001")), name="tiny")
    assert get(client, "/api/runs/tiny/stats")["cost"]["usd"] == "0.0000001"


def test_turns_and_conversations_have_numbers_too(client: Client) -> None:
    run_of(["plan", "build"])
    row = make.stored(session="abc", session_rule="header:x-session-id")
    turn = Turn.objects.earliest("pk")
    assert get(client, f"/api/turns/{turn.pk}/stats")["requests"] == 2
    found = get(client, f"/api/conversations/{row.conversation_id}/stats")
    assert found["requests"] == 1


@pytest.mark.parametrize(
    "path",
    [
        *("/api/runs/none/stats", "/api/turns/9/stats", "/api/conversations/9/stats"),
        "/api/runs/compare?run=none&run=none",
    ],
)
def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    assert get(client, path, 404)["error"]["message"]
    assert not Conversation.objects.exists()


def test_the_gate_says_which_request_broke_it(client: Client, run: Run) -> None:
    limits = {"max_cost_usd": "0.25", "max_requests": 3}
    found = post(client, "/api/runs/nightly/gate", limits)
    cost, requests = found["checks"]
    costly = CapturedRequest.objects.get(cost_usd__gt=0.1)
    assert not found["passed"]
    assert (found["run"], found["baseline"]) == (str(run.uid), None)
    assert (cost["limit"], cost["passed"], cost["allowed"], cost["actual"]) == (
        *("max_cost_usd", False, "0.25", "0.3000001"),
    )
    assert cost["requests"][0]["id"] == str(costly.uid)
    assert "$0.3" in cost["requests"][0]["message"]
    assert requests["passed"]


def test_the_gate_holds_what_a_filter_leaves(client: Client, run: Run) -> None:
    path, limits = (
        "/api/runs/nightly/gate",
        {"max_cost_usd": "0.2", "max_error_rate": 0},
    )
    assert not post(client, path, limits)["passed"]
    narrowed = {**limits, "where": "has:cost cost<0.1"}
    assert post(client, path, narrowed)["passed"]
    told = post(client, path, {**limits, "where": "status:429"})
    broken = [each["limit"] for each in told["checks"] if not each["passed"]]
    assert broken == ["max_error_rate"]
    # A limit wants a request, also where nothing ever met the filter.
    none = post(client, path, {**limits, "where": "provider:openai status:404"})
    assert [each["limit"] for each in none["checks"] if not each["passed"]] == [
        "min_requests"
    ]
    assert get(client, "/api/runs/nightly/stats?where=status:429")["requests"] == 1
    error = post(client, path, {**limits, "where": "cost>much"}, 422)["error"]
    assert "where, character" in error["message"]


def test_the_gate_passes_a_run_within_all_limits(client: Client, run: Run) -> None:
    limits = {
        "max_cost_usd": "0.31",
        "max_requests": 3,
        "max_tokens": 504,
        "max_p95_ms": 900,
        "max_ttft_p95_ms": 402,
        "max_error_rate": 0.34,
        "baseline": "nightly",
        "tolerance": 0,
    }
    found = post(client, "/api/runs/nightly/gate", limits)
    assert found["passed"], found
    assert len(found["checks"]) == 12
    assert found["baseline"] == str(run.uid)


def test_streams_without_usage_are_nowhere_free(client: Client) -> None:
    untold = Quote(status="no_usage", cost_usd=None, why="No counts.")
    stream: dict[str, Any] = {"quote": untold, "usage": NO_USAGE, "is_stream": True}
    run_with(*(make.record(**stream) for _ in range(3)), name="untold")
    run_with(make.record(quote=priced("0.10")), name="told")
    cost = get(client, "/api/runs/untold/stats")["cost"]
    assert cost == {"usd": None, "priced_requests": 0, "unpriced_requests": 3}
    limits = {"max_cost_usd": 0, "baseline": "told"}
    checks = post(client, "/api/runs/untold/gate", limits)["checks"]
    for name in ("max_cost_usd", "baseline_cost_usd"):
        (check,) = (each for each in checks if each["limit"] == name)
        assert (check["passed"], check["request_count"]) == (False, 3)
        assert "3 requests have no known cost" in check["message"]
    compared = get(client, "/api/runs/compare?run=told&run=untold")
    (metric,) = (m for m in compared["metrics"] if m["metric"] == "cost_usd")
    assert metric["sides"][1]["values"] == [None]
    assert metric["differences"][0]["absolute"] is None
    (row, *_) = get(client, "/api/requests?run=untold&unpriced=1")["items"]
    assert (row["cost_usd"], row["unpriced"]) == (None, True)


def test_an_empty_run_keeps_no_limit_unless_none_will_do(client: Client) -> None:
    run_with(name="empty")
    (check,) = (
        each
        for each in post(client, "/api/runs/empty/gate", {"max_cost_usd": 9})["checks"]
        if not each["passed"]
    )
    assert (check["limit"], check["allowed"], check["actual"]) == ("min_requests", 1, 0)
    none = {"max_cost_usd": 9, "max_p95_ms": 9, "min_requests": 0}
    assert post(client, "/api/runs/empty/gate", none)["passed"]


def test_a_request_under_way_fails_a_limit_and_is_named(client: Client) -> None:
    under_way = make.record(outcome=Outcome.PENDING, is_success=None, duration_ms=None)
    run_with(make.record(quote=priced("0.10")), under_way, name="going")
    answer = post(client, "/api/runs/going/gate", {"max_cost_usd": 9})
    (check,) = answer["checks"]
    assert (answer["pending"], check["passed"]) == (1, False)
    assert "1 request has not finished" in check["message"]
    assert check["requests"][0]["id"] == str(under_way.uid)


def test_unpriced_requests_fail_a_cost_limit(client: Client) -> None:
    strange = Quote(status="no_price", cost_usd=None)
    run_with(make.record(quote=strange), name="local")
    (check,) = post(client, "/api/runs/local/gate", {"max_cost_usd": 9})["checks"]
    assert not check["passed"]
    assert "1 request has no known cost" in check["message"]


@pytest.mark.parametrize(
    "limits",
    [{"max_coast_usd": 1}, {"max_requests": -1}, {"max_error_rate": 2}, [], "x"],
    ids=str,
)
def test_limits_that_make_no_sense_are_refused(
    client: Client, run: Run, limits: Any
) -> None:
    answer = client.post("/api/runs/nightly/gate", limits, "application/json")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["message"]


def test_a_baseline_that_is_not_there_is_404(client: Client, run: Run) -> None:
    body = {"baseline": "nothing like it"}
    error = post(client, "/api/runs/nightly/gate", body, 404)["error"]
    assert error["code"] == "RUN_NOT_FOUND"


def test_runs_are_compared_by_name_with_either_method(client: Client, run: Run) -> None:
    run_with(make.record(quote=priced("0.10")), name="branch")
    asked = get(client, "/api/runs/compare?run=nightly&run=branch")
    posted = post(
        client, "/api/runs/compare", {"sides": [["nightly"], ["branch", "branch"]]}
    )
    assert [[each["name"] for each in side] for side in asked["sides"]] == [
        *(["nightly"], ["branch"]),
    ]
    requests = next(m for m in posted["metrics"] if m["metric"] == "requests")
    assert requests["sides"][1]["values"] == [1, 1]
    assert requests["differences"][0]["absolute"] == -2


def test_one_run_alone_is_no_comparison(client: Client, run: Run) -> None:
    get(client, "/api/runs/compare?run=nightly", 422)
    post(client, "/api/runs/compare", {"sides": [["nightly"]]}, 422)


def test_the_api_describes_every_figure(client: Client) -> None:
    schemas = get(client, "/api/openapi.json")["components"]["schemas"]
    busy = schemas["StatisticsOut"]["properties"]["busy_ms"]
    assert "overlaps are counted once" in busy["description"]
    assert schemas["CostOut"]["properties"]["usd"]["anyOf"][0] == {"type": "string"}
    assert "nearest rank" in schemas["DistributionOut"]["description"]
