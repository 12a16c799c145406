"""Whose call it is: the fingerprint of the credential that stays the same."""

from __future__ import annotations

import pytest

from proxy.recording.client import client_key

MARK = "key:0123456789"
OTHER = "key:abcdef0123"


@pytest.mark.parametrize("name", ["x-api-key", "api-key", "x-goog-api-key"])
def test_an_api_key_tells_the_client(name: str) -> None:
    assert client_key([("accept", "x"), (name, MARK)], "") == MARK


def test_a_bearer_tells_it_as_well() -> None:
    assert client_key([("authorization", f"Bearer {MARK}")], "") == MARK


def test_a_key_in_the_query_is_taken_where_no_header_has_one() -> None:
    assert client_key([], f"alt=sse&key={MARK}") == MARK
    assert client_key([("x-api-key", OTHER)], f"key={MARK}") == OTHER


def test_an_api_key_goes_before_other_credentials() -> None:
    assert client_key([("x-auth-token", OTHER), ("x-api-key", MARK)], "") == MARK
    assert client_key([("x-auth-token", OTHER)], "") == OTHER


@pytest.mark.parametrize(
    "header",
    [
        ("authorization", f"AWS4-HMAC-SHA256 {MARK}"),
        ("cookie", MARK),
        ("user-agent", MARK),
    ],
    ids=["signed anew each time", "changed by the server", "no credential"],
)
def test_what_changes_from_call_to_call_tells_nobody(header: tuple[str, str]) -> None:
    assert client_key([header], "") == ""
