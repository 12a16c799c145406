"""Whose token is right, and from where it is taken."""

from __future__ import annotations

import pytest

from observe.access_rules import credentials_in, is_token


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer secret"},
        {"authorization": "bearer secret"},
        {"authorization": "BEARER  secret"},
        {"authorization": "secret"},
        {"x-weir-token": "secret"},
        {"x-weir-token": "Bearer secret"},
        {"x-api-key": "secret"},
        {"api-key": "secret"},
        {"x-goog-api-key": "secret"},
        {"authorization": "Bearer sk-own", "x-weir-token": "secret"},
    ],
)
def test_a_token_counts_wherever_the_proxy_takes_it(headers: dict[str, str]) -> None:
    assert any(is_token(given, "secret") for given in credentials_in(headers.get))


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"authorization": "Bearer secret2"}, "secret"),
        ({"authorization": "Basic secret"}, "secret"),
        ({"authorization": "Bearer "}, ""),
        ({"authorization": ""}, "secret"),
        ({"cookie": "secret"}, "secret"),
        ({}, ""),
    ],
)
def test_anything_else_does_not(headers: dict[str, str], token: str) -> None:
    assert not any(is_token(given, token) for given in credentials_in(headers.get))
