from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from proxy.models import Provider, Route
from proxy.setup import listing
from tests import make

pytestmark = pytest.mark.django_db
UP = {"upstream_url": "http://up.example/v1"}


@pytest.fixture
def api() -> Client:
    return Client(headers={"host": "127.0.0.1:8080"})


def get(api: Client, path: str, **query: Any) -> Any:
    answer = api.get(f"/api{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_models_are_what_routes_take(api: Client, settings: Any) -> None:
    settings.WEIR_MODELS_JSON = json.dumps(
        [{"model": "first", **UP, "api_key": "sk-x"}]
    )
    groq = Provider.objects.get(slug="groq")
    Route.objects.create(match="llama", provider=groq, upstream_model="llama-4")
    Route.objects.create(kind="prefix", match="gpt-*", **UP)
    Route.objects.create(kind="pattern", match="/x/", **UP)
    page = get(api, "/models")
    assert [row["client_model"] for row in page["items"]] == ["first", "llama", "gpt-*"]
    llama = page["items"][1]
    assert (llama["provider"], llama["upstream_model"]) == ("groq", "llama-4")
    assert llama["api_key_state"] == "missing"
    assert page["items"][0]["source"] == "startup"
    assert page["items"][0]["api_key_state"] == "configured"
    assert "sk-x" not in json.dumps(page)


def test_models_can_be_searched_filtered_and_paged(api: Client) -> None:
    groq = Provider.objects.get(slug="groq")
    for number in range(5):
        Route.objects.create(match=f"m{number}", provider=groq)
    Route.objects.create(match="other", **UP)
    Route.objects.create(match="off", active=False, **UP)
    assert get(api, "/models", search="M3")["total"] == 1
    assert get(api, "/models", provider="groq")["total"] == 5
    assert get(api, "/models", status="inactive")["items"][0]["client_model"] == "off"


def test_lists_are_read_by_cursor_to_their_end_and_back(api: Client) -> None:
    groq = Provider.objects.get(slug="groq")
    for number in range(5):
        Route.objects.create(match=f"m{number}", provider=groq)
    for path in ("/models", "/routes"):
        first = get(api, path, limit=2, search="m")
        assert (first["total"], first["previous"]) == (5, None)
        second = api.get(first["next"]).json()
        third = api.get(second["next"]).json()
        assert (len(third["items"]), third["next"]) == (1, None)
        seen = [*first["items"], *second["items"], *third["items"]]
        assert [row["match_type" if path == "/models" else "kind"] for row in seen] == (
            ["exact"] * 5
        )
        assert api.get(third["previous"]).json()["items"] == second["items"]
        assert api.get(second["previous"]).json()["items"] == first["items"]
        past = get(api, path, limit=2, cursor="older-900")
        assert (past["items"], past["next"], past["previous"]) == ([], None, None)


@pytest.mark.parametrize("query", [{"page": 2}, {"per_page": 5}])
def test_page_numbers_are_refused_with_a_way_on(
    api: Client, query: dict[str, int]
) -> None:
    for path in ("/api/models", "/api/routes", "/api/prices"):
        answer = api.get(path, query)
        assert answer.status_code == 422
        assert "follow `next`" in answer.json()["error"]["message"]


def test_models_are_listed_from_one_look_at_the_table(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with CaptureQueriesContext(connection) as routes:
        listing.route_rows()
    with django_assert_num_queries(len(routes)):
        listing.model_rows()


def test_a_route_to_an_inactive_provider_is_listed_with_the_reason(
    api: Client,
) -> None:
    groq = Provider.objects.get(slug="groq")
    Route.objects.create(match="m", provider=groq)
    Provider.objects.update(active=False)
    row = get(api, "/routes")["items"][0]
    assert row["status"] == "not used: its provider groq is switched off"
    assert (row["active"], row["used"]) == (True, False)
    assert get(api, "/models")["total"] == 0


def test_lookup_tells_where_a_model_goes_with_a_sample(
    api: Client, settings: Any
) -> None:
    settings.WEIR_HOST, settings.WEIR_PORT = "127.0.0.1", 9123
    groq = Provider.objects.get(slug="groq")
    Route.objects.create(match="it's", provider=groq, upstream_model="llama-4")
    found = get(api, "/models/lookup", model="it's")
    assert found["status"] == "missing_api_key"
    assert found["upstream_url"] == "https://api.groq.com/openai/v1/chat/completions"
    sample = found["sample"]
    assert sample["client_base_url"] == "http://127.0.0.1:9123/v1"
    assert sample["upstream"]["body"]["model"] == "llama-4"


def test_lookup_of_an_unknown_model_is_the_fallback(api: Client, settings: Any) -> None:
    settings.WEIR_UPSTREAM_URL = "http://up.example/v1"
    found = get(api, "/models/lookup", model="nobody")
    assert (found["status"], found["route"]) == ("fallback", "")
    assert found["steps"][-1] == found["reason"]


def test_lookup_can_ask_one_provider(api: Client) -> None:
    found = get(api, "/models/lookup", model="m", provider="OpenRouter")
    assert found["upstream_url"] == "https://openrouter.ai/api/v1/chat/completions"
    answer = api.get("/api/models/lookup", {"model": "m", "provider": "nobody"})
    assert answer.status_code == 404


def test_suggestions_come_from_routes_then_from_requests(api: Client) -> None:
    Route.objects.create(match="gpt-5", **UP)
    Route.objects.create(kind="prefix", match="gpt-*", **UP)
    make.stored(make.record(model="gpt-4.1"), make.record(model="claude"))
    found = get(api, "/models/suggest", q="GPT")
    assert [(row["model"], row["source"]) for row in found] == [
        ("gpt-5", "route"),
        ("gpt-4.1", "recent"),
    ]


def test_providers_tell_where_clients_reach_them(api: Client, settings: Any) -> None:
    settings.WEIR_HOST, settings.WEIR_PORT = "127.0.0.1", 8080
    rows = {row["slug"]: row for row in get(api, "/providers")}
    assert rows["openai"]["client_base_url"] == "http://127.0.0.1:8080/openai"
    assert rows["openai"]["read_timeout_s"] == 600
    assert rows["azure"]["active"] is False
    assert [row["slug"] for row in get(api, "/providers", search="deepseek")] == [
        "deepseek"
    ]


def test_a_provider_can_be_tested(api: Client) -> None:
    answer = api.post("/api/providers/demo/test")
    assert answer.json()["state"] == "ok"
    assert api.post("/api/providers/nobody/test").status_code == 404


def test_a_request_can_be_simulated(api: Client) -> None:
    def simulate(**fields: Any) -> Any:
        body = json.dumps(fields)
        path = "/api/routes/simulate"
        return api.post(path, body, content_type="application/json").json()

    found = simulate(model="weir-demo")
    assert (found["status"], found["provider"]) == ("matched", "demo")
    refused = simulate(path="/azure/openai/v1/models", method="GET")
    assert (refused["status"], refused["error_code"]) == (
        "no_match",
        "PROVIDER_INACTIVE",
    )


def test_no_answer_contains_a_key(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-value")
    openai = Provider.objects.get(slug="openai")
    Route.objects.create(match="m", provider=openai)
    for path in ("/models", "/providers", "/routes", "/models/lookup?model=m"):
        text = api.get(f"/api{path}").content.decode()
        assert "sk-secret-value" not in text
        assert "configured" in text
