from __future__ import annotations

import pytest

from proxy.route.rules import Fallback
from proxy.setup.simulation import simulate
from tests.proxy.route.routing_cases import rule, table

UP = {"upstream_url": "http://up.example/v1"}


@pytest.mark.parametrize(
    ("model", "status"),
    [
        ("m", "matched"),
        ("weir-demo", "matched"),
        ("keyed", "missing_api_key"),
        ("other", "fallback"),
    ],
)
def test_the_status_tells_how_it_was_decided(model: str, status: str) -> None:
    routes = table(
        rule("m", **UP),
        rule("keyed", api_key_env="THE_KEY", **UP),
        fallback=Fallback(provider="groq", enabled=True),
    )
    found = simulate(model, routes=routes, environ={})
    assert found.status == status


def test_a_routes_name_is_never_taken_for_the_decision() -> None:
    routes = table(rule("m", name="No route takes it", **UP))
    assert simulate("m", routes=routes, environ={}).status == "matched"


def test_a_key_that_is_there_is_configured_and_not_shown() -> None:
    routes = table(rule("keyed", api_key_env="THE_KEY", **UP))
    found = simulate("keyed", routes=routes, environ={"THE_KEY": "sk-secret"})
    assert (found.status, found.api_key_state) == ("matched", "configured")
    assert found.api_key_env == "THE_KEY"
    assert "sk-secret" not in repr(found)


def test_a_refusal_is_an_answer() -> None:
    found = simulate("", path="/off/v1/models", method="get", routes=table())
    assert (found.status, found.error_code) == ("no_match", "PROVIDER_INACTIVE")
    assert found.sample.upstream is None


def test_a_provider_key_doesnt_count_on_another_host() -> None:
    routes = table(rule("m", provider="openai", **UP))
    found = simulate("m", routes=routes, environ={})
    assert (found.api_key_env, found.api_key_state) == ("", "not_configured")
