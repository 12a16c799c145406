"""Credentials are stored as marks; all else stays readable."""

from __future__ import annotations

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
