"""Whose bearer token is right."""

from __future__ import annotations

import pytest

from observe import access_rules as rules


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
