from __future__ import annotations

import timeit

import pytest

from proxy.errors import RoutingError
from proxy.route import addresses
from proxy.route.addresses import Form, is_proxied, is_reserved_path, parse
from tests.proxy.route.routing_cases import rule, table

TABLE = table()


@pytest.mark.parametrize(
    ("path", "form", "rest", "name"),
    [
        ("/v1/chat/completions", Form.V1, "/chat/completions", ""),
        ("/v1", Form.V1, "", ""),
        ("/v1/files/a%2Fb", Form.V1, "/files/a%2Fb", ""),
        ("/v1/models/llama3:8b", Form.V1, "/models/llama3:8b", ""),
        ("/v1/messages", Form.V1, "/messages", ""),
        ("/v1beta/models/g:generateContent", Form.NATIVE, None, "google"),
        ("/v1alpha/models/g:generateContent", Form.NATIVE, None, "google"),
        ("/upload/v1beta/files", Form.NATIVE, None, "google"),
        ("/v1/models/g:generateContent", Form.NATIVE, None, "google"),
        ("/v1/models/g:streamGenerateContent", Form.NATIVE, None, "google"),
        ("/v1/tunedModels/g:generateContent", Form.NATIVE, None, "google"),
        ("/v1/interactions", Form.NATIVE, None, "google"),
        ("/v1/interactions/i/cancel", Form.NATIVE, None, "google"),
        ("/v1/fileSearchStores", Form.NATIVE, None, "google"),
        ("/v1/cachedContents/c", Form.NATIVE, None, "google"),
        ("/v1/corporate", Form.V1, "/corporate", ""),
        ("/v1/batches", Form.V1, "/batches", ""),
        ("/v1/agents", Form.V1, "/agents", ""),
        ("/download/v1beta/files/f:download", Form.NATIVE, None, "google"),
        ("/api/chat", Form.NATIVE, None, "ollama"),
        ("/api/generate", Form.NATIVE, None, "ollama"),
        ("/api/embed", Form.NATIVE, None, "ollama"),
        ("/api/embeddings", Form.NATIVE, None, "ollama"),
        ("/api/tags", Form.NATIVE, None, "ollama"),
        ("/api/show", Form.NATIVE, None, "ollama"),
        ("/api/version", Form.NATIVE, None, "ollama"),
        ("/api/pull", Form.NATIVE, None, "ollama"),
        ("/api/blobs/sha256:00", Form.NATIVE, None, "ollama"),
        ("/api/v0/chat/completions", Form.NATIVE, None, "lm-studio"),
        ("/api/v1/chat/completions", Form.NATIVE, None, "openrouter"),
        ("/api/v1/chat", Form.NATIVE, None, "lm-studio"),
        ("/proxy/api.example.com/v1/x", Form.DOMAIN, "/v1/x", "api.example.com"),
        ("/proxy/api.example.com:8443/x", Form.DOMAIN, "/x", "api.example.com:8443"),
        ("/proxy/api.example.com", Form.DOMAIN, "/", "api.example.com"),
        ("/openai/v1/models", Form.PROVIDER, "/v1/models", "openai"),
        ("/openai", Form.PROVIDER, "", "openai"),
    ],
)
def test_each_address_form_is_understood(
    path: str, form: Form, rest: str | None, name: str
) -> None:
    found = parse(path.encode(), method="POST", table=TABLE)
    assert (found.form, found.name) == (form, name)
    assert found.rest == (path if rest is None else rest).encode()
    assert is_proxied(path.encode(), "localhost", "POST", TABLE)


def test_a_gemini_call_names_its_model_in_the_path() -> None:
    found = parse(b"/v1beta/models/gemini-x:generateContent", table=TABLE)
    assert (found.model, found.dialect) == ("gemini-x", "gemini")


GOOGLES = (
    *("agents", "auth_tokens", "batches", "batches/b:cancel", "cachedContents"),
    *("credentials/c", "decisions", "environments/e/files/a/b.py", "files:register"),
    *(
        "fileSearchStores/s/documents",
        "interactions/i/cancel",
        "models/g",
        "operations",
    ),
    *(
        "fileSearchStores/s:importFile",
        "triggers/t/executions",
        "tunedModels",
        "voices",
    ),
    *("webhooks/w:ping", "webhooks", "a/root/of/next/year"),
)
"""Of google-genai's paths below its version."""


@pytest.mark.parametrize("rest", GOOGLES)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_googles_key_tells_whose_v1_call_it_is(rest: str, method: str) -> None:
    path = f"/v1/{rest}".encode()
    for headers, query in (([(b"x-goog-api-key", b"k")], b""), ([], b"a=1&key=k")):
        found = parse(path, method=method, headers=headers, query=query, table=TABLE)
        assert (found.form, found.name) == (Form.NATIVE, "google")
        assert (found.dialect, found.rest) == ("gemini", path)


@pytest.mark.parametrize(
    ("path", "headers", "query", "dialect"),
    [
        (b"/v1/messages/count_tokens", [], b"", "anthropic"),
        (b"/v1/models", [(b"anthropic-version", b"2023-06-01")], b"", "anthropic"),
        (b"/v1/models", [(b"x-goog-api-key", b"k")], b"", "gemini"),
        (b"/v1/models", [], b"key=k", "gemini"),
        (b"/v1/models", [(b"authorization", b"k")], b"", "openai"),
        (b"/v1/chat/completions", [(b"x-goog-api-key", b"k")], b"", "openai"),
        (b"/v1/responses", [(b"x-goog-api-key", b"k")], b"", "openai"),
        (b"/v1/messages", [(b"x-goog-api-key", b"k")], b"", "anthropic"),
        (b"/v1/files", [], b"monkey=1", "openai"),
        (b"/v1/messagesx", [], b"", "openai"),
    ],
)
def test_a_v1_path_shows_its_dialect(
    path: bytes, headers: list[tuple[bytes, bytes]], query: bytes, dialect: str
) -> None:
    found = parse(path, method="GET", headers=headers, query=query, table=TABLE)
    assert found.dialect == dialect


@pytest.mark.parametrize(
    ("path", "headers", "dialect"),
    [
        (b"/anthropic/v1/messages", [], "anthropic"),
        (b"/anthropic/v1/models", [(b"anthropic-version", b"1")], "anthropic"),
        (b"/anthropic/v1/models", [], "openai"),
        (b"/proxy/api.anthropic.com/v1/messages", [], "anthropic"),
        (b"/google/v1beta/models/g:generateContent", [], "gemini"),
        (b"/google/v1/interactions", [], "gemini"),
        (b"/google/v1/files", [(b"x-goog-api-key", b"k")], "gemini"),
        (b"/proxy/generativelanguage.googleapis.com/v1/interactions", [], "gemini"),
        (b"/ollama/api/chat", [], "ollama"),
        (b"/lab/v1/messages", [], "anthropic"),
        (b"/v1beta/openai/chat/completions", [], "openai"),
        (b"/v1/threads/t/messages", [], "openai"),
    ],
)
def test_every_form_of_address_shows_its_dialect(
    path: bytes, headers: list[tuple[bytes, bytes]], dialect: str
) -> None:
    routes = table(rule("/lab/", upstream_url="http://lab.example"))
    assert parse(path, headers=headers, table=routes).dialect == dialect


@pytest.mark.parametrize(
    "path",
    [
        "/openai/../admin",
        "/openai/./x",
        "/openai/..",
        "/openai/%2e%2e/x",
        "/openai/%2E./x",
        "/openai/..%2fx",
        "/openai/a%2f..%2f..%2fx",
        "/openai/..;a=b/x",
        "/openai/a\\..\\b",
        "/openai/a%5c..%5cb",
        "/openai/a%0d%0ahost:x",
        "/openai/a%00b",
        "/openai//evil.example/x",
        "/v1//evil.example/x",
        "/proxy/api.example.com//evil.example",
        "/proxy/",
        "/v1/..",
    ],
)
def test_a_path_that_could_leave_its_base_is_refused(path: str) -> None:
    with pytest.raises(RoutingError) as refused:
        parse(path.encode(), table=TABLE)
    assert (refused.value.code, refused.value.status) == ("INVALID_PATH", 400)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files/a%2Fb",
        "/v1/a..b/c",
        "/v1/...",
        "/v1/a/b//c",
        "/openai/@cf/meta/llama",
        "/v1/models/https:%2F%2Fx",
        "/v1/a%252e%252e/b",
        "/v1/m%C3%BC",
    ],
)
def test_a_harmless_path_passes_byte_for_byte(path: str) -> None:
    found = parse(path.encode(), table=TABLE)
    assert path.encode().endswith(found.rest)


@pytest.mark.parametrize("path", [b"/nope/x", b"/OpenAI/v1", b"/%6fpenai/v1", b"/x"])
def test_an_unknown_first_segment_is_a_404(path: bytes) -> None:
    assert not is_proxied(path, "localhost", "GET", TABLE)
    with pytest.raises(RoutingError) as refused:
        parse(path, table=TABLE)
    assert (refused.value.code, refused.value.status) == (
        "INVALID_PROVIDER_PREFIX",
        404,
    )


def test_a_call_to_a_misspelt_provider_is_traffic_and_a_page_is_not() -> None:
    assert is_proxied(b"/opneai/v1/chat/completions", "localhost", "POST", TABLE)
    assert not is_proxied(b"/opneai/v1/models", "localhost", "GET", TABLE)


@pytest.mark.parametrize("path", [b"/opneai/v1/models", b"/nope", b"/v2/models"])
def test_what_nobody_knows_is_traffic_where_the_operator_says_so(path: bytes) -> None:
    seeing = table(captures_unknown=True)
    assert is_proxied(path, "localhost", "GET", seeing)
    assert not is_proxied(b"/", "localhost", "GET", seeing)
    assert not is_proxied(b"/requests", "localhost", "GET", seeing)
    assert not is_proxied(b"/api/nope", "localhost", "GET", seeing)


OWN_PATHS = [
    b"/",
    b"//v1/x",
    b"/admin/",
    b"/static/x.js",
    b"/runs/1",
    b"/requests/1",
    b"/connect",
    b"/theme",
    b"/api/requests",
    b"/api/docs",
    b"/api/models",
    b"/api/",
    b"/api",
    b"/healthz",
    b"/readyz",
    b"/metrics",
    b"/benchmark/sessions",
    b"/login",
    b"/ws/live",
    b"/favicon.ico",
]


@pytest.mark.parametrize("path", OWN_PATHS)
def test_weirs_own_pages_win_over_everything(path: bytes) -> None:
    greedy = table(rule("/", upstream_url="http://x.example"))
    assert not is_proxied(path, "localhost", "GET", greedy)


def test_every_form_and_page_is_reserved_as_a_slug() -> None:
    for name in (b"v1", b"v1beta", b"proxy", b"api", b"admin", b"ws", b"healthz"):
        assert name in addresses.RESERVED


def test_patterns_take_what_the_built_in_forms_leave() -> None:
    routes = table(rule("/", upstream_url="http://x.example"))
    assert is_proxied(b"/anything", "h", "GET", routes)
    assert parse(b"/anything", table=routes).form is Form.PATTERN
    assert parse(b"/openai/v1", table=routes).form is Form.PROVIDER
    assert parse(b"/v1/models", table=routes).form is Form.V1


def test_a_pattern_that_says_more_than_everything_beats_the_built_in_forms() -> None:
    routes = table(
        rule("POST /v1/chat/completions", upstream_url="http://a.example/c"),
        rule("/openai/", upstream_url="http://b.example"),
    )
    assert parse(b"/v1/chat/completions", method="POST", table=routes).entry
    assert parse(b"/v1/chat/completions", method="GET", table=routes).form is Form.V1
    assert parse(b"/openai/v1", table=routes).form is Form.PATTERN


def test_a_pattern_below_api_version_lives_beside_the_api() -> None:
    routes = table(rule("/api/v1/", upstream_url="https://openrouter.ai/"))
    assert is_proxied(b"/api/v1/chat", "h", "POST", routes)
    assert parse(b"/api/v1/chat", table=routes).rest == b"/chat"
    assert not is_proxied(b"/api/requests", "h", "GET", routes)


def test_a_pattern_host_is_compared_without_its_port() -> None:
    routes = table(rule("GET llm.example/x/", kind="pattern", upstream_url="http://x"))
    assert is_proxied(b"/x/1", "LLM.example:8080", "GET", routes)
    assert not is_proxied(b"/x/1", "other.example", "GET", routes)


def test_the_bare_path_prefers_its_own_pattern_over_the_prefix() -> None:
    routes = table(
        rule("/x/", upstream_url="http://prefix.example"),
        rule("/x", upstream_url="http://exact.example"),
    )
    entry = parse(b"/x", table=routes).entry
    assert entry is not None
    assert entry.rule.match == "/x"
    alone = parse(b"/x", table=table(rule("/x/", upstream_url="http://p.example")))
    assert alone.form is Form.PATTERN


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        (b"/admin/", True),
        (b"/api/requests", True),
        (b"/api/", True),
        (b"/api/v1/", False),
        (b"/api/chat", False),
        (b"/lmstudio/", False),
        (b"/", False),
    ],
)
def test_a_pattern_on_weirs_own_pages_is_known(path: bytes, reserved: bool) -> None:
    assert is_reserved_path(path) is reserved


def test_asking_whether_a_request_is_proxied_takes_about_a_microsecond() -> None:
    runs = 20_000
    best = min(
        timeit.repeat(
            lambda: is_proxied(b"/openai/v1/chat/completions", "h", "POST", TABLE),
            number=runs,
            repeat=5,
        )
    )
    assert best / runs < 5e-6  # measured 0.25 µs; the bound is for a busy machine
