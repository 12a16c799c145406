from __future__ import annotations

import json
from typing import Any

import pytest

from observe.problem import Problem
from proxy.models import Provider, Route
from tests.observe.cli.commands.told import weir

pytestmark = pytest.mark.django_db
UP = {"upstream_url": "http://up.example/v1"}


def test_explain_says_where_a_request_goes_and_why() -> None:
    Route.objects.create(match="m[1]", upstream_model="n", **UP)
    told = weir("routes", "explain", "--model", "m[1]").out
    assert "Route “m[1]” takes model “m[1]”" in told
    assert "http://up.example/v1/chat/completions" in told


def test_explain_follows_path_method_and_host() -> None:
    Route.objects.create(kind="pattern", match="GET h.example/x/", **UP)
    words = ("--path", "/x/y", "--method", "get", "--host", "h.example", "--json")
    found = json.loads(weir("routes", "explain", *words).out)
    assert found["upstream_url"] == "http://up.example/v1/y"
    assert found["match_type"] == "pattern"


def test_explain_fails_for_a_request_that_would_be_refused() -> None:
    with pytest.raises(Problem, match="PROVIDER_INACTIVE"):
        weir("routes", "explain", "--path", "/azure/x")
    with pytest.raises(Problem, match="starts with /"):
        weir("routes", "explain", "--path", "x")


def test_check_tells_of_a_route_that_names_nobody_to_ask_instead() -> None:
    Route.objects.create(match="b", **UP)
    Route.objects.create(match="a", on_failure=["b"], **UP)
    assert weir("routes", "check").code == 0
    Route.objects.create(match="c", on_failure=["b", "d"], **UP)
    told = weir("routes", "check")
    assert told.out == "c: When it fails, “d” is to be asked: no route takes it.\n"
    assert told.code == 1


def test_check_looks_at_the_routes_of_the_start_too(settings: Any) -> None:
    url = "http://127.0.0.1:9/v1"
    route = {"model": "s", "upstream_url": url, "on_failure": ["nobody"]}
    settings.WEIR_MODELS_JSON = json.dumps([route])
    told = weir("routes", "check")
    assert told.out == "s: When it fails, “nobody” is to be asked: no route takes it.\n"


def test_list_shows_every_route_and_why_one_is_not_used() -> None:
    Route.objects.create(match="used", **UP)
    Route.objects.create(match="off", active=False, **UP)
    rows = json.loads(weir("routes", "list", "--json").out)
    assert {row["name"]: row["status"] for row in rows} == {
        "used": "used",
        "off": "not used: it is switched off",
    }
    assert "off" in weir("routes", "list").out
    assert "No routes." in weir("routes", "list", "--search", "zzz").err


def test_list_shows_whose_a_route_is_and_its_url() -> None:
    provider = Provider.objects.get(slug="groq")
    Route.objects.create(match="fast", provider=provider)
    told = weir("routes", "list").out
    assert "groq" in told
    assert "https://api.groq.com/openai/v1" in told


@pytest.mark.parametrize(
    ("key", "variable", "said"),
    [
        ("", "sk-server", "with the key from OPENAI_API_KEY"),
        ("sk-proj-a", "sk-server", "with the client's own key"),
        ("sk-proj-a", "", "with the client's own key"),
        ("", "", "since OPENAI_API_KEY is empty"),
    ],
)
def test_explain_says_one_thing_of_keys(
    key: str, variable: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", variable)
    words = ("--model", "gpt-4o-mini", "--key", key)
    told = weir("routes", "explain", *words).out
    row = next(line for line in told.splitlines() if "Key" in line.split()[:2])
    is_clients = "client's own" in said or not variable
    assert said in told
    assert ("the client's own" in row) is is_clients
    assert "https://api.openai.com/v1/chat/completions" in told


def test_explain_tells_by_which_key_or_model_a_call_finds_its_way() -> None:
    told = weir("routes", "explain", "--model", "m", "--key", "sk-ant-").out
    assert "its key looks like Anthropic's" in told
    with pytest.raises(Problem, match="UPSTREAM_URL_NOT_CONFIGURED"):
        weir("routes", "explain", "--model", "m")


def test_check_fails_when_a_route_can_never_match() -> None:
    assert "Every route can match." in weir("routes", "check").out
    Route.objects.create(kind="prefix", match="gpt-", **UP)
    told = weir("routes", "check")
    assert told.code == 1
    assert told.out.startswith("gpt-")


def test_seed_counts_what_it_did() -> None:
    assert weir("routes", "seed", "--dry-run").out.startswith("Would do:")


def test_a_bad_startup_file_ends_in_one_sentence(settings: Any) -> None:
    settings.WEIR_MODELS_JSON = "{"
    with pytest.raises(Problem, match="isn't valid JSON"):
        weir("routes", "list")
