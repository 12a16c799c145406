from __future__ import annotations

import json
from typing import Any

import pytest

from proxy.errors import RoutingError
from proxy.route import decision as routing
from proxy.route.model_list import told
from tests.proxy.route.routing_cases import inbound, rule, table

ROUTES = (
    rule("gpt", provider="openai"),
    rule("claude", provider="anthropic"),
    rule("vendor/own", upstream_url="http://127.0.0.1:9/v1"),
    rule("gemini", provider="google"),
    rule("llama", provider="ollama"),
    rule("gpt-*", provider="openai"),
    rule("off", provider="off"),
    rule("/gateway/", provider="openai"),
)
VERSION = (b"anthropic-version", b"2023-06-01")


def ask(path: str, *headers: tuple[bytes, bytes], method: str = "GET") -> Any:
    known = table(*ROUTES)
    path, _, query = path.partition("?")
    asked = inbound(path, method=method, query=query, headers=list(headers))
    found = told(routing.address_of(asked, known), asked, known)
    return None if found is None else json.loads(found)


def test_openais_list_has_the_full_names_that_routes_take() -> None:
    found = ask("/v1/models")
    assert found["object"] == "list"
    assert [each["id"] for each in found["data"]] == [
        *("claude", "gemini", "gpt", "llama", "vendor/own")
    ]
    assert found["data"][2] == {
        **{"id": "gpt", "object": "model", "created": 0},
        "owned_by": "openai",
    }
    assert ask("/v1/models/vendor%2Fown")["owned_by"] == "weir"
    assert ask("/v1/models/gpt-9")["id"] == "gpt-9"


def test_anthropics_list_has_pages() -> None:
    found = ask("/v1/models?limit=1", VERSION)
    assert [each["id"] for each in found["data"]] == ["claude"]
    assert found["data"][0]["display_name"] == "claude"
    assert (found["has_more"], found["last_id"]) == (True, "claude")
    rest = ask("/v1/models?limit=1000&after_id=claude", VERSION)
    assert (rest["has_more"], rest["first_id"]) == (False, "vendor/own")
    back = ask("/v1/models?before_id=vendor/own", VERSION)
    assert [each["id"] for each in back["data"]] == ["claude"]
    assert ask("/v1/models?after_id=z", VERSION)["first_id"] is None


def test_geminis_and_ollamas_lists() -> None:
    found = ask("/v1beta/models?pageSize=1")
    assert [each["name"] for each in found["models"]] == ["models/gemini"]
    more = ask(f"/v1beta/models?pageToken={found['nextPageToken']}")
    assert [each["name"] for each in more["models"]] == ["models/vendor/own"]
    assert "nextPageToken" not in more
    assert ask("/v1beta/models/gemini")["displayName"] == "gemini"
    assert ask("/v1/models", (b"x-goog-api-key", b"AI")) == ask("/v1beta/models")
    assert ask(f"/v1beta/models?pageSize={'9' * 5000}") == ask("/v1beta/models")
    names = [each["model"] for each in ask("/api/tags")["models"]]
    assert names == ["llama", "vendor/own"]


@pytest.mark.parametrize(
    "path",
    [
        *("/openai/v1/models", "/v1/chat/completions", "/v1beta/openai/models"),
        *("/proxy/a.example/v1/models", "/gateway/v1/models", "/api/chat"),
        *("/v1beta/models/gemini:generateContent", "/api/v1/models", "/v1/modelsx"),
    ],
)
def test_what_is_no_question_for_the_list_passes(path: str) -> None:
    assert ask(path) is None
    assert ask("/v1/models", method="POST") is None


def test_a_model_that_no_route_takes_is_not_there() -> None:
    with pytest.raises(RoutingError, match="No route takes model “nobody”"):
        ask("/v1/models/nobody")
