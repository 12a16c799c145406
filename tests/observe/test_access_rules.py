"""Which hosts, origins and tokens are Weir's own."""

from __future__ import annotations

import pytest

from observe import access_rules as rules


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("weir.example.com", False),
    ],
)
def test_loopback_binds_are_told_from_open_ones(host: str, local: bool) -> None:
    assert rules.is_loopback(host) is local


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
    ("origin", "site", "own"),
    [
        (None, None, True),
        ("http://localhost:8080", "same-origin", True),
        ("http://localhost:8080", None, True),
        (None, "none", True),
        ("http://localhost:3000", "same-site", False),
        ("http://localhost:3000", None, False),
        ("https://evil.example", "cross-site", False),
        ("null", None, False),
        (None, "cross-site", False),
    ],
)
def test_only_our_own_pages_may_change_things(
    origin: str | None, site: str | None, own: bool
) -> None:
    assert rules.origin_is_own(origin, site, "localhost:8080") is own


def test_default_ports_may_be_left_out() -> None:
    assert rules.origin_is_own("https://weir.lan", None, "weir.lan:443")
    assert rules.origin_is_own("http://weir.lan:80", None, "weir.lan")


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
