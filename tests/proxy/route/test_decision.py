from __future__ import annotations

import dataclasses
import itertools
import random
import time
import timeit
from functools import partial

import pytest

from proxy.errors import RoutingError
from proxy.exchange import Asked, DecidedBy, Target
from proxy.route import decision as routing
from proxy.route.rules import Fallback, Rule
from tests.proxy.route.routing_cases import (
    GOOGLE,
    InboundFields,
    go,
    inbound,
    provider,
    rule,
    table,
    url,
)

CHAT = "/v1/chat/completions"


# --- address forms --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        (CHAT, "http://up.example/v1/chat/completions"),
        ("/v1/models", "http://up.example/v1/models"),
        ("/v1/messages", "https://api.anthropic.com/v1/messages"),
        (
            "/v1/messages/count_tokens",
            "https://api.anthropic.com/v1/messages/count_tokens",
        ),
        (
            "/v1beta/models/g:generateContent",
            f"{GOOGLE}/v1beta/models/g:generateContent",
        ),
        ("/v1/models/g:generateContent", f"{GOOGLE}/v1/models/g:generateContent"),
        ("/v1beta/openai/chat/completions", f"{GOOGLE}/v1beta/openai/chat/completions"),
        ("/upload/v1beta/files", f"{GOOGLE}/upload/v1beta/files"),
        (
            "/download/v1beta/files/f:download",
            f"{GOOGLE}/download/v1beta/files/f:download",
        ),
        ("/v1/interactions", f"{GOOGLE}/v1/interactions"),
        (
            "/v1/fileSearchStores/s:importFile",
            f"{GOOGLE}/v1/fileSearchStores/s:importFile",
        ),
        ("/v1/interactionsx", "http://up.example/v1/interactionsx"),
        ("/api/chat", "http://localhost:11434/api/chat"),
        ("/api/version", "http://localhost:11434/api/version"),
        ("/api/v0/models", "http://localhost:1234/api/v0/models"),
        ("/proxy/api.deepseek.com/v1/x", "https://api.deepseek.com/v1/x"),
        (
            "/proxy/openrouter.ai/api/v1/chat/completions",
            "https://openrouter.ai/api/v1/chat/completions",
        ),
        ("/openai/v1/chat/completions", "https://api.openai.com/v1/chat/completions"),
        ("/openai/chat/completions", "https://api.openai.com/v1/chat/completions"),
        ("/anthropic/v1/messages", "https://api.anthropic.com/v1/messages"),
        ("/anthropic/messages", "https://api.anthropic.com/v1/messages"),
        ("/anthropic/api/hello", "https://api.anthropic.com/api/hello"),
        (
            "/google/v1beta/models/g:countTokens",
            f"{GOOGLE}/v1beta/models/g:countTokens",
        ),
        ("/google/chat/completions", f"{GOOGLE}/v1beta/openai/chat/completions"),
        ("/google/v1/embeddings", f"{GOOGLE}/v1beta/openai/embeddings"),
        (
            "/groq/openai/v1/chat/completions",
            "https://api.groq.com/openai/v1/chat/completions",
        ),
        ("/groq/v1/models", "https://api.groq.com/openai/v1/models"),
        ("/groq/models", "https://api.groq.com/openai/v1/models"),
        ("/openrouter/api/v1/models", "https://openrouter.ai/api/v1/models"),
        ("/openrouter/v1/models", "https://openrouter.ai/api/v1/models"),
        ("/deepseek/v1/messages", "https://api.deepseek.com/anthropic/v1/messages"),
        (
            "/deepseek/anthropic/v1/messages",
            "https://api.deepseek.com/anthropic/v1/messages",
        ),
        ("/deepseek/chat/completions", "https://api.deepseek.com/v1/chat/completions"),
        ("/ollama/v1/embeddings", "http://localhost:11434/v1/embeddings"),
        ("/ollama/api/tags", "http://localhost:11434/api/tags"),
        ("/perplexity/chat/completions", "https://api.perplexity.ai/chat/completions"),
        ("/openai", "https://api.openai.com/v1"),
        ("/demo/v1/chat/completions", "demo:/v1/chat/completions"),
        ("/demo/chat/completions", "demo:/v1/chat/completions"),
        (
            "/demo/v1beta/models/m:generateContent",
            "demo:/v1beta/models/m:generateContent",
        ),
    ],
)
def test_each_address_leads_to_its_upstream(path: str, sent: str) -> None:
    assert url(go(table(), path, model="m")) == sent


def test_query_and_percent_encoding_pass_untouched() -> None:
    target = go(table(), "/openai/v1/files/a%2Fb%20c", query="x=%2F&y=1+2&x=3")
    assert (target.path, target.query) == (b"/v1/files/a%2Fb%20c", b"x=%2F&y=1+2&x=3")


# --- rules and their order ------------------------------------------------------------

UP = {"upstream_url": "http://up.example/v1"}


@pytest.mark.parametrize(
    ("rules", "model", "winner"),
    [
        ([rule("m", **UP)], "m", "m"),
        ([rule("m", **UP)], "M", ""),
        ([rule("m*", **UP)], "mistral", "m*"),
        ([rule("m*", **UP)], "m", "m*"),
        ([rule("*", **UP)], "anything", "*"),
        ([rule("mi*", kind="exact", **UP)], "mistral", ""),
        # exact before prefix at the same priority, whatever their order
        ([rule("m*", **UP), rule("m", **UP)], "m", "m"),
        # a prefix at 40 is asked before an exact name at 50
        ([rule("m", **UP), rule("m*", priority=40, **UP)], "m", "m*"),
        # the longer literal first
        ([rule("m*", **UP), rule("mist*", **UP)], "mistral", "mist*"),
        (
            [
                rule("m", priority=1, **UP),
                rule("m", name="s", priority=0, source="startup", **UP),
            ],
            "m",
            "s",
        ),
    ],
)
def test_the_first_route_in_order_wins(
    rules: list[Rule], model: str, winner: str
) -> None:
    assert go(table(*rules), model=model).route == winner


def test_a_route_sends_to_its_provider_and_renames_the_model() -> None:
    routes = table(rule("fast", provider="groq", upstream_model="llama-4"))
    target = go(routes, model="fast")
    assert url(target) == "https://api.groq.com/openai/v1/chat/completions"
    assert (target.model, target.provider) == ("llama-4", "groq")
    assert target.reason == "Route “fast” takes model “fast”, as model “llama-4”."


def test_a_route_with_an_upstream_url_of_its_own_goes_there() -> None:
    routes = table(rule("m", provider="openai", upstream_url="http://up.example/x/v1"))
    assert url(go(routes, model="m")) == "http://up.example/x/v1/chat/completions"


def test_a_model_that_keeps_its_name_leaves_the_body_alone() -> None:
    assert go(table(rule("m", upstream_model="m", **UP)), model="m").model is None
    assert go(table(rule("m", **UP)), model="m").model is None


def test_without_a_model_no_model_route_is_used() -> None:
    assert go(table(rule("*", **UP)), model=None).route == ""


def test_a_route_to_an_inactive_provider_is_never_used() -> None:
    routes = table(rule("m", provider="off"), rule("m*", provider="groq"))
    target = go(routes, model="m")
    assert target.provider == "groq"
    told = routing.explain(inbound(), Asked(model="m"), routes, {})
    assert any("off is switched off" in step for step in told.steps)


def test_an_inactive_provider_that_is_named_is_refused_clearly() -> None:
    with pytest.raises(RoutingError) as refused:
        go(table(), "/off/v1/models")
    assert (refused.value.code, refused.value.status) == ("PROVIDER_INACTIVE", 403)
    assert refused.value.message == "The provider “off” is switched off."


def test_a_fallback_provider_takes_what_no_route_takes() -> None:
    fallback = Fallback(provider="groq", model="llama", enabled=True)
    routes = table(rule("m", **UP), fallback=fallback)
    target = go(routes, model="other")
    assert (target.provider, target.model) == ("groq", "llama")
    assert go(routes, model="m").route == "m"


def test_a_fallback_without_a_model_leaves_the_name() -> None:
    routes = table(fallback=Fallback(provider="groq", enabled=True))
    target = go(routes, model="other")
    assert (target.provider, target.model) == ("groq", None)


def test_a_call_without_a_model_is_not_given_the_fallback_model() -> None:
    routes = table(fallback=Fallback(provider="groq", model="llama", enabled=True))
    target = go(routes, "/v1/models", method="GET")
    assert (target.provider, target.model) == ("groq", None)


@pytest.mark.parametrize(
    "fallback",
    [
        Fallback(provider="groq", enabled=False),
        Fallback(provider="off", enabled=True),
        Fallback(provider="gone", enabled=True),
        Fallback(provider="", enabled=True),
    ],
)
def test_an_unusable_fallback_is_passed_over(fallback: Fallback) -> None:
    with pytest.raises(RoutingError) as refused:
        go(table(fallback=fallback), model="m")
    assert refused.value.code == "UPSTREAM_URL_NOT_CONFIGURED"


def test_an_upstream_that_was_set_explicitly_beats_fallback_and_seeded_routes() -> None:
    routes = table(
        rule("m", provider="groq", source="seeded"),
        fallback=Fallback(provider="groq", enabled=True),
        upstream_url="http://mine.example/v1",
    )
    assert go(routes, model="m").origin == "http://mine.example"
    told = routing.explain(inbound(), Asked(model="m"), routes, {})
    assert any("seeded default never beats" in step for step in told.steps)


def test_an_operators_own_route_beats_the_explicit_upstream() -> None:
    routes = table(rule("m", provider="groq"))
    assert go(routes, model="m").provider == "groq"


def test_seeded_routes_count_while_no_upstream_is_set() -> None:
    routes = table(rule("m", provider="groq", source="seeded"), upstream_url="")
    assert go(routes, model="m").route == "m"


def test_the_default_upstream_bears_the_name_of_the_provider_at_its_origin() -> None:
    routes = table(upstream_url="https://api.openai.com/v1")
    assert go(routes, model="m").provider == "openai"
    routes = table(upstream_url="http://localhost:8000/v1")
    assert go(routes, model="m").provider == "localhost:8000"


# --- Anthropic, Gemini, Ollama on shared paths ---------------------------------------


def test_messages_follow_a_model_route_first() -> None:
    routes = table(rule("claude*", provider="deepseek"))
    target = go(routes, "/v1/messages", model="claude-x")
    assert url(target) == "https://api.deepseek.com/anthropic/v1/messages"


def test_messages_fall_back_to_an_operators_provider_that_speaks_them() -> None:
    fallback = Fallback(provider="deepseek", enabled=True)
    assert go(table(fallback=fallback), "/v1/messages", "c").provider == "deepseek"
    openai = Fallback(provider="groq", enabled=True)
    assert go(table(fallback=openai), "/v1/messages", "c").provider == "anthropic"


def test_messages_without_the_anthropic_provider_take_the_ordinary_fallback() -> None:
    away = provider("anthropic", "https://api.anthropic.com", active=False)
    routes = table(providers=(away,))
    target = go(routes, "/v1/messages", "claude")
    assert url(target) == "http://up.example/v1/messages"


def test_an_openai_call_routed_to_google_uses_its_compatible_api() -> None:
    routes = table(rule("gemini*", provider="google"))
    target = go(routes, model="gemini-x", environ={"GEMINI_API_KEY": "k"})
    assert url(target) == f"{GOOGLE}/v1beta/openai/chat/completions"
    assert target.auth_style == "bearer"


def test_a_gemini_call_is_renamed_in_its_path() -> None:
    routes = table(rule("quick", provider="google", upstream_model="gemini-x"))
    target = go(routes, "/v1beta/models/quick:generateContent")
    assert url(target) == f"{GOOGLE}/v1beta/models/gemini-x:generateContent"
    assert (target.model, target.route) == (None, "quick")


def test_a_native_call_passes_over_a_route_that_speaks_another_format() -> None:
    routes = table(rule("*", provider="groq"))
    assert go(routes, "/api/chat", model="llama").provider == "ollama"
    assert go(routes, "/v1beta/models/g:generateContent").provider == "google"


@pytest.mark.parametrize(
    ("path", "model", "sent"),
    [
        (CHAT, "weir-demo", "demo:/v1/chat/completions"),
        (CHAT, "weir-demo-slow", "demo:/v1/chat/completions"),
        ("/v1/messages", "weir-demo", "demo:/v1/messages"),
        (
            "/v1/models/weir-demo:generateContent",
            None,
            "demo:/v1/models/weir-demo:generateContent",
        ),
        (
            "/v1beta/models/weir-demo:generateContent",
            None,
            "demo:/v1beta/models/weir-demo:generateContent",
        ),
    ],
)
def test_the_demo_model_is_built_in(path: str, model: str | None, sent: str) -> None:
    target = go(table(), path, model)
    assert (url(target), target.provider) == (sent, "demo")


def test_only_the_demo_models_names_lead_to_the_demo() -> None:
    assert go(table(), model="weir-demonstration").provider != "demo"
    assert go(table(rule("weir-demo", **UP)), model="weir-demo").route == "weir-demo"


def test_a_demo_that_is_switched_off_answers_nothing() -> None:
    routes = table(providers=(provider("demo", "demo:", active=False),))
    with pytest.raises(RoutingError, match="switched off"):
        go(routes, model="weir-demo")


# --- patterns -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "destination", "path", "sent"),
    [
        (
            "/lms/",
            "http://127.0.0.1:1234/",
            "/lms/v1/chat",
            "http://127.0.0.1:1234/v1/chat",
        ),
        (
            "/lms/",
            "http://127.0.0.1:1234",
            "/lms/v1/chat",
            "http://127.0.0.1:1234/v1/chat",
        ),
        ("/lms/", "http://127.0.0.1:1234/", "/lms/", "http://127.0.0.1:1234/"),
        ("/lms/", "http://127.0.0.1:1234", "/lms", "http://127.0.0.1:1234/"),
        ("/x/", "http://h.example/base/", "/x/a%2Fb", "http://h.example/base/a%2Fb"),
        ("/x/f.txt", "http://h.example/g.txt", "/x/f.txt", "http://h.example/g.txt"),
        (
            "/api/v1/",
            "https://openrouter.ai/api/v1",
            "/api/v1/chat",
            "https://openrouter.ai/api/v1/chat",
        ),
    ],
)
def test_a_pattern_puts_its_destination_in_place_of_its_prefix(
    pattern: str, destination: str, path: str, sent: str
) -> None:
    routes = table(rule(pattern, upstream_url=destination))
    target = go(routes, path)
    assert (url(target), target.route) == (sent, pattern)


# --- hosts ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "metadata.goog"])
def test_a_metadata_host_is_refused_however_it_is_configured(host: str) -> None:
    bad = provider("bad", f"http://{host}/v1")
    for routes, path in (
        (table(providers=(bad,)), "/bad/v1/models"),
        (table(rule("m", upstream_url=f"http://{host}/v1")), CHAT),
        (table(upstream_url=f"http://{host}/v1"), "/v1/models"),
    ):
        with pytest.raises(RoutingError) as refused:
            go(routes, path, model="m")
        assert refused.value.code == "HOST_NOT_ALLOWED"


@pytest.mark.parametrize("at", ["@", "%40", "%2540"])
def test_a_refused_host_is_told_without_its_user_info(at: str) -> None:
    with pytest.raises(RoutingError) as refused:
        go(table(), f"/proxy/joe:secret{at}127.0.0.1/x")
    assert "secret" not in refused.value.message
    assert "“127.0.0.1”" in refused.value.message


def test_proxy_refuses_hosts_that_are_not_listed_beyond_loopback() -> None:
    routes = table(proxy_hosts_only=True, proxy_hosts=("api.example.com",))
    assert go(routes, "/proxy/api.example.com/x").origin == "https://api.example.com"
    with pytest.raises(RoutingError, match="WEIR_PROXY_HOSTS"):
        go(routes, "/proxy/api.openai.com/x")


def test_proxy_bears_the_name_of_the_provider_at_that_host() -> None:
    assert go(table(), "/proxy/api.openai.com/v1/x").provider == "openai"
    assert go(table(), "/proxy/api.example.com/v1/x").provider == "api.example.com"


# --- policy, needs_body, explain ----------------------------------------------------


def test_timeouts_capture_and_drain_come_from_route_then_provider() -> None:
    slow = provider(
        "slow",
        "http://slow.example/v1",
        connect_timeout_s=1.0,
        read_timeout_s=2.0,
        proxy_url="http://px:3128",
        capture="metadata",
        ask_usage="learn",
        drain=True,
    )
    routes = table(
        rule("as-provider", provider="slow"),
        rule("own", provider="slow", capture="off", drain=False, ask_usage=False),
        providers=(slow,),
        read_timeout_s=99.0,
    )
    one, two = go(routes, model="as-provider"), go(routes, model="own")
    assert (one.connect_timeout_s, one.read_timeout_s) == (1.0, 2.0)
    assert (one.proxy_url, one.capture, one.drain, one.ask_usage) == (
        *("http://px:3128", "metadata", True, "learn"),
    )
    assert (two.capture, two.drain, two.ask_usage) == ("off", False, "never")
    assert go(routes, model="else").read_timeout_s == 99.0


@pytest.mark.parametrize(
    ("path", "fields", "needed"),
    [
        (CHAT, {}, True),
        ("/v1/messages", {}, True),
        ("/v1/models", {"method": "GET"}, False),
        (
            "/v1/audio/transcriptions",
            {"headers": [(b"content-type", b"multipart/form-data; boundary=x")]},
            False,
        ),
        (CHAT, {"headers": [(b"content-type", b"application/json")]}, True),
        ("/v1beta/models/g:generateContent", {}, False),
        ("/v1/models/g:generateContent", {}, False),
        ("/openai/v1/chat/completions", {}, False),
        ("/proxy/api.openai.com/v1/chat/completions", {}, False),
        ("/api/chat", {}, True),
    ],
)
def test_the_body_is_waited_for_only_where_its_model_can_matter(
    path: str, fields: InboundFields, needed: bool
) -> None:
    routes = table(rule("m", **UP))
    asked = inbound(path, **fields)
    address = routing.address_of(asked, routes)
    assert routing.needs_body(address, asked, routes) is needed


def test_an_ollama_body_is_not_waited_for_without_any_route() -> None:
    asked, routes = inbound("/api/chat"), table()
    address = routing.address_of(asked, routes)
    assert not routing.needs_body(address, asked, routes)


@pytest.mark.parametrize(
    ("path", "model", "decided_by"),
    [
        (CHAT, "m", DecidedBy.ROUTE),
        ("/api/chat", "m", DecidedBy.ROUTE),
        ("/mine/x", None, DecidedBy.ROUTE),
        ("/openai/v1/models", None, DecidedBy.ADDRESS),
        ("/demo/v1/models", None, DecidedBy.ADDRESS),
        ("/proxy/api.deepseek.com/v1/x", None, DecidedBy.ADDRESS),
        ("/api/chat", None, DecidedBy.ADDRESS),
        (CHAT, "weir-demo", DecidedBy.BUILT_IN),
        ("/api/chat", "weir-demo-fast", DecidedBy.BUILT_IN),
        (CHAT, "nobody's", DecidedBy.FALLBACK),
        ("/v1/messages", "claude", DecidedBy.FALLBACK),
    ],
)
def test_what_decided_is_told(
    path: str, model: str | None, decided_by: DecidedBy
) -> None:
    routes = table(
        rule("m", provider="ollama"), rule("/mine/", upstream_url="http://up.example")
    )
    assert go(routes, path, model=model).decided_by is decided_by


def test_the_fallback_provider_decides_as_little_as_the_default_upstream() -> None:
    routes = table(fallback=Fallback(provider="groq", enabled=True))
    assert go(routes, model="m").decided_by is DecidedBy.FALLBACK


def test_an_explanation_ends_in_the_decision_or_the_refusal() -> None:
    told = routing.explain(inbound(), Asked(model="m"), table(rule("m", **UP)), {})
    assert told.target is not None
    assert told.steps[-1] == told.target.reason
    refused = routing.explain(inbound("/off/x"), Asked(), table(), {})
    assert refused.error is not None
    assert refused.steps[-1] == "The provider “off” is switched off."


def test_a_decision_among_thousands_of_routes_stays_cheap() -> None:
    many = [rule(f"model-{n}", provider="groq") for n in range(5000)]
    routes, asked, call = table(*many), Asked(model="model-4999"), inbound()
    runs = 2000
    best = min(
        timeit.repeat(
            lambda: routing.resolve(
                routing.address_of(call, routes), call, asked, routes, {}
            ),
            timer=time.thread_time,
            number=runs,
            repeat=3,
        )
    )
    assert best / runs < 100e-6  # measured 12 µs


# --- remembered -----------------------------------------------------------------------


def test_what_is_remembered_is_what_would_be_decided_anew() -> None:
    """Everything that a decision depends on, in all its combinations."""
    keys = {"OPENAI_API_KEY": "sk-env", "GEMINI_API_KEY": "g-env"}
    own = provider("own", "https://own.test/v1", api_key_env="OPENAI_API_KEY")
    asks = provider(
        "google",
        GOOGLE,
        wire_formats=("gemini", "openai"),
        key_use="missing",
        api_key_env="GEMINI_API_KEY",
    )
    ours = (own, asks)
    tables = [
        table(providers=ours, fallback=Fallback(provider="own", enabled=True)),
        table(providers=ours, fallback=Fallback()),
        table(rule("gpt", provider="own", upstream_model="other"), providers=ours),
    ]
    without_text = frozenset({"without text"})
    tables = [dataclasses.replace(each, contentless=without_text) for each in tables]
    credentials = [
        [],
        [(b"authorization", b"Bearer sk-ant-api03-x")],
        [(b"x-api-key", b" ")],
        [(b"x-goog-api-key", b"AIza")],
        [(b"anthropic-version", b"2023-06-01")],
    ]
    paths = [
        CHAT,
        "/v1/messages",
        "/v1/models",
        "/own/v1/x",
        "/proxy/own.test/x",
        "/v1beta/models/gpt:generateContent",
    ]
    cases = list(
        itertools.product(
            paths,
            ["GET", "POST"],
            credentials,
            ["", "key=AIza", "a=1"],
            [None, "gpt", "claude-3"],
            ["", "digest", "without text"],
        )
    )
    random.Random(1).shuffle(cases)
    decisions = routing.Decisions(keys)
    for routes in tables:
        for path, method, headers, query, model, run_key in [*cases, *cases[:50]]:
            asked = inbound(path, method=method, headers=headers, query=query)
            asked = dataclasses.replace(asked, run_key=run_key)
            told: list[object] = []
            for decide in (decisions.target, partial(routing.resolve, environ=keys)):
                try:
                    address = routing.address_of(asked, routes)
                    told.append(decide(address, asked, Asked(model=model), routes))
                except RoutingError as error:
                    told.append((error.code, error.message))
            assert told[0] == told[1]


def test_many_made_up_models_do_not_fill_the_memory() -> None:
    decisions = routing.Decisions({})
    asked, routes = inbound(CHAT), table()
    address = routing.address_of(asked, routes)
    for number in range(3 * routing.MOST_DECISIONS):
        decisions.target(address, asked, Asked(model=f"m{number}"), routes)
    kept = [each for each in vars(decisions).values() if isinstance(each, dict)]
    assert sum(map(len, kept)) <= routing.MOST_DECISIONS


def test_what_is_long_is_decided_each_time() -> None:
    decisions, routes = routing.Decisions({}), table()
    long, key = "x" * routing.LARGEST, b"Bearer " + b"x" * routing.LARGEST
    for asked, model in (
        (inbound(CHAT), long),
        (inbound(f"/v1/{long}"), "m"),
        (inbound(CHAT, query=long), "m"),
        (inbound(CHAT, headers=[(b"authorization", key)]), "m"),
    ):
        address, of_head = routing.address_of(asked, routes), dict[str | None, Target]()
        decide = partial(decisions.target, address, asked, Asked(model=model), routes)
        first = decide(of_head)
        assert decide(of_head) == first
        assert decide(of_head) is not first
        assert not of_head


def test_the_same_question_is_answered_once() -> None:
    decisions, routes = routing.Decisions({}), table()
    asked = inbound(CHAT)
    address = routing.address_of(asked, routes)
    first = decisions.target(address, asked, Asked(model="m"), routes)
    again = inbound(CHAT, headers=[(b"content-length", b"7")])
    assert decisions.target(address, again, Asked(model="m"), routes) is first
    assert decisions.target(address, again, Asked(model="m"), table()) is not first
