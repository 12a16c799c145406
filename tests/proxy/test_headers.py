"""What goes upstream, what comes back."""

from __future__ import annotations

import ast

import pytest

from proxy.exchange import AuthStyle
from proxy.headers import (
    API_KEYS,
    CREDENTIALS,
    TOKEN,
    TOKEN_PLACES,
    to_client,
    to_upstream,
)
from tests.test_architecture import modules, name_of, parsed

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
    style: AuthStyle, header: tuple[bytes, bytes]
) -> None:
    sent = to_upstream(
        [*CLIENT, (b"x-api-key", b"mine")],
        key="secret",
        auth_style=style,
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


def test_each_table_of_credentials_holds_the_narrower_one() -> None:
    assert {b"authorization", b"x-api-key", b"x-goog-api-key", b"api-key"} == API_KEYS
    assert API_KEYS | {TOKEN} == TOKEN_PLACES
    assert TOKEN_PLACES < CREDENTIALS


def test_headers_of_keys_are_spelt_in_one_place() -> None:
    """A place that spells its own would miss the next one."""
    names = {name.decode() for name in TOKEN_PLACES - {b"authorization"}}
    spelt = {
        (name_of(path), node.value)
        for path in modules()
        if any(name in path.read_text("utf-8").lower() for name in names)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        if _text(node.value).lower() in names
    }
    # The token's name is put together from the prefix of all of Weir's own headers.
    assert {place for place, _ in spelt} == {"proxy/exchange.py"}
    assert len(spelt) == len(names) - 1


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
