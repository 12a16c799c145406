from __future__ import annotations

import pytest

from proxy.route.credentials import choose, key_variable
from proxy.route.rules import Rule, UpstreamProvider
from tests.proxy.route.routing_cases import go, inbound, provider, rule, table

ENV = {"OPENAI_API_KEY": "sk-provider", "ROUTE_KEY": "sk-route"}
OWN = [(b"authorization", b"Bearer sk-client")]


def test_a_providers_key_goes_to_its_own_host() -> None:
    target = go(table(rule("m", provider="openai")), model="m", environ=ENV)
    assert target.key == "sk-provider"
    assert "with the key from OPENAI_API_KEY" in target.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/v1",
        "http://api.openai.com/v1",  # the same host without TLS
        "https://api.openai.com:8443/v1",
        "https://api.openai.com.evil.example/v1",
    ],
)
def test_a_providers_key_never_goes_to_another_origin(url: str) -> None:
    routes = table(rule("m", provider="openai", upstream_url=url))
    target = go(routes, model="m", environ=ENV, headers=OWN)
    assert target.key is None
    assert "isn't its own host" in target.reason


def test_a_routes_own_key_goes_where_the_route_goes() -> None:
    routes = table(
        rule("m", upstream_url="http://up.example/v1", api_key_env="ROUTE_KEY"),
        rule("n", provider="openai", api_key_env="ROUTE_KEY"),
    )
    assert go(routes, model="m", environ=ENV).key == "sk-route"
    assert go(routes, model="n", environ=ENV).key == "sk-route"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_an_empty_variable_leaves_the_clients_credentials(value: str | None) -> None:
    environ = {} if value is None else {"ROUTE_KEY": value}
    routes = table(rule("m", provider="groq", api_key_env="ROUTE_KEY"))
    target = go(routes, model="m", environ=environ, headers=OWN)
    assert target.key is None
    assert "the client's own credentials, since ROUTE_KEY is empty" in target.reason


@pytest.mark.parametrize(
    ("headers", "query", "key"),
    [
        ([], "", "sk-provider"),
        (OWN, "", None),
        ([(b"x-api-key", b"k")], "", None),
        ([(b"api-key", b"k")], "", None),
        ([(b"x-goog-api-key", b"k")], "", None),
        ([], "alt=sse&key=k", None),
        ([(b"authorization", b" ")], "", "sk-provider"),
        ([], "monkey=1", "sk-provider"),
    ],
)
def test_a_key_for_clients_without_one_never_replaces_the_clients_own(
    headers: list[tuple[bytes, bytes]], query: str, key: str | None
) -> None:
    kind = provider(
        "openai",
        "https://api.openai.com/v1",
        api_key_env="OPENAI_API_KEY",
        key_use="missing",
    )
    routes = table(providers=(kind,))
    target = go(routes, "/openai/v1/models", environ=ENV, headers=headers, query=query)
    assert target.key == key


def test_proxy_by_domain_never_adds_a_key() -> None:
    assert go(table(), "/proxy/api.openai.com/v1/models", environ=ENV).key is None


def test_a_key_from_the_startup_file_is_sent_and_never_shown() -> None:
    routes = table(rule("m", upstream_url="http://up.example/v1", api_key="sk-secret"))
    target = go(routes, model="m")
    assert target.key == "sk-secret"
    assert "sk-secret" not in repr(target) + repr(routes)


def test_the_key_goes_in_the_header_the_dialect_wants() -> None:
    environ = {"ANTHROPIC_API_KEY": "a", "GEMINI_API_KEY": "g"}
    routes = table(rule("c", provider="anthropic"))
    assert go(routes, "/v1/messages", "c", environ).auth_style == "x-api-key"
    assert go(routes, "/v1/chat/completions", "c", environ).auth_style == "bearer"
    native = go(routes, "/v1beta/models/g:generateContent", None, environ)
    assert native.auth_style == "x-goog-api-key"


@pytest.mark.parametrize(
    ("path", "style"),
    [
        ("/anthropic/v1/messages", "x-api-key"),
        ("/anthropic/messages", "x-api-key"),
        ("/anthropic/v1/chat/completions", "bearer"),
        ("/google/v1beta/models/g:generateContent", "x-goog-api-key"),
        ("/google/v1beta/models", "x-goog-api-key"),
        ("/google/v1beta/openai/chat/completions", "bearer"),
        ("/google/chat/completions", "bearer"),
        ("/claude/v1/messages", "x-api-key"),
    ],
)
def test_so_it_does_at_a_providers_own_address_and_below_a_pattern(
    path: str, style: str
) -> None:
    environ = {"ANTHROPIC_API_KEY": "a", "GEMINI_API_KEY": "g"}
    routes = table(rule("/claude/", provider="anthropic"))
    target = go(routes, path, environ=environ)
    assert (target.key in ("a", "g"), target.auth_style) == (True, style)


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("key=client&alt=sse", b"alt=sse"),
        ("alt=sse&key=client", b"alt=sse"),
        ("a=1&key=client&b=2", b"a=1&b=2"),
        ("key=client", b""),
        ("monkey=1", b"monkey=1"),
    ],
)
def test_a_gemini_key_in_the_query_gives_way_to_the_injected_one(
    query: str, left: bytes
) -> None:
    environ = {"GEMINI_API_KEY": "g"}
    path = "/v1beta/models/g:generateContent"
    assert go(table(), path, environ=environ, query=query).query == left
    assert go(table(), path, query=query).query == query.encode()


def test_a_provider_without_auth_gets_no_key() -> None:
    local = provider("local", "http://h/v1", auth_style="none", api_key_env="ROUTE_KEY")
    assert go(table(providers=(local,)), "/local/x", environ=ENV).key is None


HERE, THERE = "https://here.example", "https://there.example"


@pytest.mark.parametrize("origin", [HERE, THERE])
@pytest.mark.parametrize("owner", [None, "bearer", "none"])
@pytest.mark.parametrize("route", [None, "", "K"])
def test_the_variable_that_is_shown_is_the_one_whose_key_goes(
    origin: str, owner: str | None, route: str | None
) -> None:
    asked: UpstreamProvider | None = None
    if owner is not None:
        asked = provider("p", f"{HERE}/v1", api_key_env="K", auth_style=owner)
    found: Rule | None = None if route is None else rule("m", api_key_env=route)
    variable = key_variable(origin, found, asked)
    sent = choose(
        origin=origin,
        rule=found,
        provider=asked,
        inbound=inbound(),
        environ={"K": "sk-1"},
    )
    assert (sent.key is not None) is (variable == "K")
