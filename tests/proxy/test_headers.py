"""What goes upstream, what comes back, what may be stored."""

from __future__ import annotations

import pytest

from proxy.headers import Masker, to_client, to_upstream

CLIENT = [
    (b"host", b"localhost:8080"),
    (b"accept", b"a"),
    (b"x-many", b"1"),
    (b"connection", b"keep-alive, X-Hop"),
    (b"x-hop", b"only here"),
    (b"authorization", b"Bearer client"),
    (b"x-many", b"2"),
    (b"te", b"trailers"),
    (b"expect", b"100-continue"),
    (b"x-weir-run", b"r"),
]


def test_the_clients_headers_pass_in_order_without_hop_by_hop_ones() -> None:
    assert to_upstream(CLIENT) == [
        (b"accept", b"a"),
        (b"x-many", b"1"),
        (b"authorization", b"Bearer client"),
        (b"x-many", b"2"),
    ]


@pytest.mark.parametrize(
    ("style", "header"),
    [
        ("bearer", (b"authorization", b"Bearer secret")),
        ("x-api-key", (b"x-api-key", b"secret")),
        ("x-goog-api-key", (b"x-goog-api-key", b"secret")),
        ("api-key", (b"api-key", b"secret")),
    ],
)
def test_a_providers_key_replaces_the_clients_credentials(
    style: str, header: tuple[bytes, bytes]
) -> None:
    sent = to_upstream(
        [*CLIENT, (b"x-api-key", b"mine")],
        key="secret",
        auth_style=style,  # type: ignore[arg-type]
    )
    assert header in sent
    assert not {b"client", b"mine"} & {value for _, value in sent}
    assert b"Bearer client" not in {value for _, value in sent}


def test_answers_keep_repeated_headers_and_lose_hop_by_hop_ones() -> None:
    answer = [
        (b"Set-Cookie", b"a=1"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Set-Cookie", b"b=2"),
        (b"Connection", b"close"),
        (b"Content-Encoding", b"br"),
    ]
    assert to_client(answer) == [
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"Content-Encoding", b"br"),
    ]


def test_content_length_survives_a_connection_header_that_names_it() -> None:
    headers = [(b"connection", b"content-length"), (b"content-length", b"3")]
    assert (b"content-length", b"3") in to_upstream(headers)


SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz012345"


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "proxy-authorization",
        "x-api-key",
        "api-key",
        "x-goog-api-key",
        "cookie",
        "set-cookie",
        "x-weir-token",
        "x-session-token",
        "x-portkey-api-key",
    ],
)
def test_credentials_are_stored_as_a_fingerprint(name: str) -> None:
    masker = Masker("salt")
    [(_, stored)] = masker.headers([(name.encode(), f"Bearer {SECRET}".encode())])
    assert SECRET not in stored
    assert stored.startswith("Bearer key:")


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
