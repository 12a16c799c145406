"""Credentials are stored as marks; all else stays readable."""

from __future__ import annotations

import tracemalloc

import pytest

from proxy.headers import CREDENTIALS
from proxy.journal.masking import FINGERPRINT, Masker

SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz012345"


@pytest.mark.parametrize(
    "name",
    [
        *sorted(name.decode() for name in CREDENTIALS),
        "x-session-token",
        "x-portkey-api-key",
    ],
)
def test_credentials_are_stored_as_a_fingerprint(name: str) -> None:
    masker = Masker("salt")
    [(_, stored)] = masker.headers([(name.encode(), f"Bearer {SECRET}".encode())])
    assert SECRET not in stored
    assert stored.startswith("Bearer key:")
    assert FINGERPRINT.search(stored)  # pages and curl commands know it by this


def test_the_same_key_has_the_same_fingerprint_only_with_the_same_salt() -> None:
    one, other = Masker("a"), Masker("b")
    assert one.fingerprint(SECRET) == one.fingerprint(SECRET)
    assert one.fingerprint(SECRET) != other.fingerprint(SECRET)
    assert one.fingerprint(SECRET) != one.fingerprint(SECRET + "x")


@pytest.mark.parametrize("name", ["key", "api_key", "apikey", "access_token", "sig"])
def test_secrets_in_a_query_are_masked_and_the_rest_stays(name: str) -> None:
    query = f"alt=sse&{name}={SECRET}&x=%2F&y".encode()
    stored = Masker("salt").query(query)
    assert SECRET not in stored
    assert stored.startswith(f"alt=sse&{name}=key:")
    assert stored.endswith("&x=%2F&y")


def test_urls_lose_their_user_info() -> None:
    url = f"https://user:{SECRET}@host/path?key={SECRET}"
    assert SECRET not in Masker("salt").url(url)


def test_key_shaped_words_are_masked_in_any_header() -> None:
    [(_, stored)] = Masker("s").headers([(b"x-note", f"use {SECRET} ok".encode())])
    assert SECRET not in stored
    assert stored.startswith("use key:")


def test_ordinary_values_stay_readable() -> None:
    pairs = [(b"user-agent", b"OpenAI/Python 3.52"), (b"x-token-count", b"12")]
    assert Masker("s").headers(pairs) == [
        ("user-agent", "OpenAI/Python 3.52"),
        ("x-token-count", "12"),
    ]


@pytest.mark.parametrize("word", ["a-long-random-word", "%61-long-random-word"])
def test_weirs_own_token_is_masked_wherever_it_stands(word: str) -> None:
    masker = Masker("s", "a-long-random-word")
    [(_, header)] = masker.headers([(b"x-any", f"Bearer {word};".encode())])
    stored = [header, masker.query(f"q={word}".encode()), masker.path(word.encode())]
    assert all("random" not in each and FINGERPRINT.search(each) for each in stored)


@pytest.mark.parametrize("glue", ["_", "x"])
def test_a_run_key_is_masked_whatever_stands_before_it(glue: str) -> None:
    key = "sk-weir-" + "aB3_" * 10 + "-xy"
    assert key not in Masker("s").text(glue + key)


def test_a_short_token_masks_nothing_else() -> None:
    pair = (b"accept", b"application/json, text/event-stream")
    assert Masker("s", "json").headers([pair]) == [(pair[0].decode(), pair[1].decode())]


@pytest.mark.parametrize(
    "name", ["skywork-reasoning-large-70b", "hf-internal-testing-tiny-random"]
)
def test_names_of_models_stay_readable_in_a_path(name: str) -> None:
    path = f"/v1beta/models/{name}:generateContent"
    assert Masker("s").path(path.encode()) == path


@pytest.mark.parametrize(
    ("name", "value", "lacks"),
    [
        ("x-portkey-config", '{"provider":"openai","api_key":"not-a-shape"}', "shape"),
        ("x-any", '{"a":[{"auth":{"clientSecret":"not-a-shape"}}]}', "shape"),
        ("x-any", "ghp_" + "A" * 36, "AAAA"),
        ("x-refreshed", "Bearer not1-a-shape-at-all", "shape"),
        ("x-any", "retry with api_key=not-a-shape; a=1", "shape"),
        ("location", "https://h/cb?code=notashape#access_token=noshape", "shape"),
        ("link", "<https://h/x?jwt=noshape>; rel=next", "shape"),
        ("x-email", "https://user:noshape@host/x", "shape"),
        ("x-config", '{"auth":{"value":"noshape"},"password":["noshape"]}', "shape"),
        ("x-config", '{"password":123456789}', "123456789"),
        ("x-config", "eyJhcGlfa2V5Ijoibm90LWEtc2hhcGUifQ==", "eyJ"),
        ("x-config", "api_key: no1shape-at-all", "shape"),
        ("x-config", "user=joe; password = no1shape-at-all", "shape"),
        ("sec-websocket-protocol", "v1, openai-insecure-api-key.noshape", "shape"),
        ("sec-websocket-protocol", "v1,access_token, noshape", "shape"),
        ("sec-websocket-protocol", "base64url.bearer.authorization.k8s.io.no", "io"),
    ],
)
def test_credentials_are_found_inside_of_values(
    name: str, value: str, lacks: str
) -> None:
    [(_, stored)] = Masker("s").headers([(name.encode(), value.encode())])
    assert lacks not in stored


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user-agent", "xai-grok-build-client-0123456789abcdef/0.1 (linux)"),
        ("www-authenticate", 'Bearer realm="OpenAI API", error="invalid_token"'),
        ("nel", '{"success_fraction": 0, "report_to": "cf-nel"}'),
        ("idempotency-key", "stainless-python-retry-1234"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("sec-websocket-protocol", "realtime, openai-beta.realtime-v1"),
        ("x-config", "eyJtb2RlbCI6ImdwdC00byJ9"),
        ("x-error", "Invalid token: unexpected end at position 12345678901234"),
    ],
)
def test_what_is_no_credential_stays(name: str, value: str) -> None:
    assert Masker("s").headers([(name.encode(), value.encode())]) == [(name, value)]


@pytest.mark.parametrize(
    "query",
    [
        *("authToken=noshape", "api_key[]=noshape", "api_key%5B%5D=noshape"),
        *("jwt=noshape", "code=noshape", "c=%7B%22api_key%22%3A%22noshape%22%7D"),
        "next=https%3A%2F%2Fh%2F%3Ftoken%3Dnoshape",
    ],
)
def test_no_spelling_of_a_query_hides_a_credential(query: str) -> None:
    stored = Masker("s").query(f"alt=sse&{query}&page_token=5".encode())
    assert "noshape" not in stored
    assert stored.startswith("alt=sse&")
    assert stored.endswith("&page_token=5")


@pytest.mark.parametrize(
    ("path", "lacks"),
    [
        ("/v1/key/abcdef1234567890abcd/chat", "abcdef"),
        (
            "/proxy/api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1/x",
            "AAH",
        ),
        ("/proxy/hooks.slack.com/services/T0000000/B0000000/" + "x" * 24, "xxx"),
        ("/v1/x%3Fapi_key%3Dnoshape12", "noshape"),
        ("/proxy/joe%3Anoshape12%40host.example/x", "noshape"),
        ("/x/eyJhbGciOiJFUzI1NiJ9.eyJ4IjoxfQ.c2ln/y", "eyJ"),
    ],
)
def test_tokens_in_paths_are_masked(path: str, lacks: str) -> None:
    assert lacks not in Masker("s").path(path.encode())


@pytest.mark.parametrize(
    "path",
    [
        "/v1/responses/resp_68af4030baa48193b0b43b4c2a176a1a0e6967589f080e78",
        "/v1/models/xai-grok-4-fast-reasoning",
        "/v1/keys",
        "/v1/files/100%25%20sure.pdf",
    ],
)
def test_ids_stay_readable_in_a_path(path: str) -> None:
    assert Masker("s").path(path.encode()) == path


def test_long_heads_do_not_fill_the_memory() -> None:
    """Of clients that are refused, too: each is masked before anybody asks for keys."""
    masker, long = Masker("salt"), "x" * 100_000
    tracemalloc.start()
    for number in range(40):
        text = f"{number}{long}".encode()
        masker.path(b"/v1/" + text)
        masker.query(text + b"=" + text)
        masker.headers([(b"authorization", b"Bearer " + text), (text, text)])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10 * len(long)
