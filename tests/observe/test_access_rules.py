"""Which hosts and tokens are Weir's own."""

from __future__ import annotations

import pytest

from observe import access_rules as rules


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("[::1]:8080", True),
        ("weir.lan:8080", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8080", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_answered(header: str, expected: bool) -> None:
    assert rules.host_is_expected(header, ("weir.lan",)) is expected


@pytest.mark.parametrize(
    ("header", "token", "passes"),
    [
        ("Bearer secret", "secret", True),
        ("bearer secret", "secret", True),
        ("Bearer secret2", "secret", False),
        ("Basic secret", "secret", False),
        ("Bearer ", "", False),
        ("", "secret", False),
    ],
)
def test_bearer_tokens(header: str, token: str, passes: bool) -> None:
    assert rules.bearer_is(header, token) is passes
