"""A fresh Weir: the key, else the model, tells where a call goes."""

from __future__ import annotations

import pytest

from proxy.errors import RoutingError
from proxy.exchange import DecidedBy, HeaderList
from proxy.route.rules import Fallback, RouteTable
from tests.proxy.route.routing_cases import GOOGLE, go, provider, rule, table, url

ANTHROPIC = "https://api.anthropic.com/v1"
OPENAI = "https://api.openai.com/v1"
CHAT = "/v1/chat/completions"


def fresh(**around: object) -> RouteTable:
    return table(**{"upstream_url": "", **around})  # type: ignore[arg-type]


def bearer(key: str) -> HeaderList:
    return [(b"authorization", f"Bearer {key}".encode())]


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("sk-proj-abc", f"{OPENAI}/chat/completions"),
        ("sk-svcacct-abc", f"{OPENAI}/chat/completions"),
        ("sk-abcdef", f"{OPENAI}/chat/completions"),
        ("sk-ant-api03-abc", f"{ANTHROPIC}/chat/completions"),
        ("AIzaSyabc", f"{GOOGLE}/v1beta/openai/chat/completions"),
        ("gsk_abc", "https://api.groq.com/openai/v1/chat/completions"),
        ("sk-or-v1-abc", "https://openrouter.ai/api/v1/chat/completions"),
        ("pplx-abc", "https://api.perplexity.ai/chat/completions"),
    ],
)
@pytest.mark.parametrize("model", ["some-model", None, "claude-sonnet-4-5", "gpt-4o"])
def test_a_key_goes_to_its_own_provider_whatever_the_model(
    key: str, sent: str, model: str | None
) -> None:
    target = go(fresh(), model=model, headers=bearer(key))
    assert url(target) == sent
    assert target.decided_by is DecidedBy.RECOGNISED
    assert "its key looks like" in target.reason
    assert key not in target.reason


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-api-key", b"gsk_abc")],
        [(b"api-key", b"gsk_abc")],
        [(b"authorization", b"gsk_abc")],
        [(b"authorization", b"bearer  gsk_abc")],
        [(b"x-goog-api-key", b"gsk_abc")],
    ],
)
def test_a_key_is_looked_at_wherever_a_client_has_it(headers: HeaderList) -> None:
    assert go(fresh(), headers=headers).provider == "groq"


def test_of_keys_that_begin_alike_the_model_tells() -> None:
    target = go(fresh(), model="deepseek-chat", headers=bearer("sk-0123456789abcdef"))
    assert target.provider == "deepseek"
    target = go(fresh(), model="deepseek-chat", headers=bearer("sk-proj-0123"))
    assert target.provider == "openai"


@pytest.mark.parametrize(
    ("model", "slug"),
    [
        ("gpt-4o-mini", "openai"),
        ("GPT-4o", "openai"),
        ("o3", "openai"),
        ("o4-mini-2025-04-16", "openai"),
        ("ft:gpt-4o-mini:acme::abc", "openai"),
        ("text-embedding-3-small", "openai"),
        ("claude-sonnet-4-5", "anthropic"),
        ("gemini-2.5-flash", "google"),
        ("models/gemini-2.5-flash", "google"),
        ("deepseek-reasoner", "deepseek"),
        ("sonar-pro", "perplexity"),
        ("only-at-groq", "groq"),
        ("openai/gpt-4o", "openrouter"),
    ],
)
@pytest.mark.parametrize("headers", [[], bearer("made-up"), bearer("0123456789")])
def test_without_a_telling_key_the_model_tells(
    model: str, slug: str, headers: HeaderList
) -> None:
    target = go(with_prices(), model=model, headers=headers)
    assert target.provider == slug
    assert "model “" in target.reason


def with_prices() -> RouteTable:
    from dataclasses import replace

    sold_by = {
        "only-at-groq": {"groq"},
        "gpt-oss-120b": {"groq", "fireworks"},
        "gpt-4o-mini": {"openai", "openrouter"},
        "sonar-pro": {"openrouter"},
        "openai/gpt-4o": {"openrouter"},
    }
    return replace(fresh(), sold_by=sold_by)


@pytest.mark.parametrize(
    "model",
    [None, "", "my-model", "o100", "gpt-oss-120b", "mistral:7b", "deepseek-r1:8b"],
)
def test_what_neither_tells_goes_nowhere_and_the_error_names_three_ways(
    model: str | None,
) -> None:
    with pytest.raises(RoutingError) as refused:
        go(with_prices(), model=model, headers=bearer("made-up"))
    assert refused.value.code == "UPSTREAM_URL_NOT_CONFIGURED"
    for way in ("/openai/v1/", "route", "--upstream-url"):
        assert way in refused.value.message


def test_it_is_asked_last() -> None:
    headers = bearer("sk-ant-abc")
    routed = table(rule("gpt-4o", provider="groq"), upstream_url="")
    assert go(routed, model="gpt-4o", headers=headers).provider == "groq"
    fallback = table(fallback=Fallback(provider="groq", enabled=True))
    assert go(fallback, model="gpt-4o", headers=headers).provider == "groq"
    explicit = table(upstream_url="http://up.example/v1")
    assert go(explicit, model="gpt-4o", headers=headers).origin == "http://up.example"


def test_it_can_be_switched_off() -> None:
    with pytest.raises(RoutingError, match="Nothing says"):
        go(fresh(guesses_provider=False), model="gpt-4o", headers=bearer("sk-proj-a"))


def test_a_provider_that_is_switched_off_is_not_recognised() -> None:
    away = provider("openai", OPENAI, active=False)
    with pytest.raises(RoutingError, match="Nothing says"):
        go(fresh(providers=(away,)), model="gpt-4o", headers=bearer("sk-proj-a"))


@pytest.mark.parametrize(
    ("key", "model", "sent"),
    [
        ("sk-ant-abc", "claude-x", f"{ANTHROPIC}/messages"),
        ("", "claude-x", f"{ANTHROPIC}/messages"),
        ("", "my-model", f"{ANTHROPIC}/messages"),
        ("", "deepseek-chat", "https://api.deepseek.com/anthropic/v1/messages"),
        ("sk-0123", "deepseek-chat", "https://api.deepseek.com/anthropic/v1/messages"),
        ("sk-proj-abc", "gpt-4o", f"{ANTHROPIC}/messages"),
    ],
)
def test_messages_go_to_whoever_is_known_to_speak_them(
    key: str, model: str, sent: str
) -> None:
    headers = bearer(key) if key else []
    assert url(go(fresh(), "/v1/messages", model, headers=headers)) == sent


@pytest.mark.parametrize(
    ("headers", "sent"),
    [
        (bearer("sk-proj-abc"), f"{OPENAI}/models"),
        (bearer("AIzaSy"), f"{GOOGLE}/v1beta/openai/models"),
        ([(b"x-goog-api-key", b"AIzaSy")], f"{GOOGLE}/v1/models"),
        ([(b"anthropic-version", b"1")], f"{ANTHROPIC}/models"),
        ([], "demo:/v1/models"),
        (bearer("made-up"), "demo:/v1/models"),
    ],
)
def test_a_list_of_models_is_always_to_be_had(headers: HeaderList, sent: str) -> None:
    assert url(go(fresh(), "/v1/models", method="GET", headers=headers)) == sent


def test_the_server_key_goes_where_the_model_tells_a_call_without_a_key() -> None:
    environ = {"OPENAI_API_KEY": "sk-server"}
    target = go(fresh(), model="gpt-4o-mini", environ=environ)
    assert (target.provider, target.key) == ("openai", "sk-server")


@pytest.mark.parametrize(
    ("environ", "headers", "sent"),
    [
        ({"OPENAI_API_KEY": "k"}, [], f"{OPENAI}/models"),
        ({"OPENAI_API_KEY": "k"}, bearer("made-up"), "demo:/v1/models"),
        ({"OPENAI_API_KEY": "k", "GEMINI_API_KEY": "k"}, [], "demo:/v1/models"),
        ({"OPENAI_API_KEY": " "}, [], "demo:/v1/models"),
    ],
)
def test_a_call_with_neither_goes_to_the_only_provider_whose_key_weir_has(
    environ: dict[str, str], headers: HeaderList, sent: str
) -> None:
    asked = {"method": "GET", "headers": headers, "environ": environ}
    target = go(fresh(), "/v1/models", **asked)  # type: ignore[arg-type]
    assert url(target) == sent
