from __future__ import annotations

import pytest

from proxy.route.hosts import (
    domain_origin,
    is_loopback,
    names_this_weir,
    refuse_address,
)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "[fe80::1]",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "metadata.google.internal",
        "Metadata.Google.Internal.",
        "metadata",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
    ],
)
def test_link_local_and_metadata_hosts_are_refused_in_any_spelling(host: str) -> None:
    assert "never calls it" in (refuse_address(host) or "")


@pytest.mark.parametrize(
    "host",
    [
        *("api.openai.com", "localhost", "127.0.0.1", "::1", "10.0.0.5"),
        *("192.168.1.4", "a9fe.example", "1.1.1.1", "metadata.example.com"),
    ],
)
def test_other_hosts_are_not_refused(host: str) -> None:
    assert refuse_address(host) is None


@pytest.mark.parametrize(
    ("authority", "origin"),
    [
        ("api.openai.com", "https://api.openai.com"),
        ("API.OpenAI.com", "https://api.openai.com"),
        ("api.openai.com:8443", "https://api.openai.com:8443"),
        ("localhost:9000", None),
        ("localhost", None),
        ("127.0.0.1", None),
        ("127.1", None),
        ("0x7f.1", None),
        ("[::1]", None),
        ("user@api.openai.com", None),
        ("api.openai.com:80@evil.example", None),
        ("api.openai.com:", None),
        ("api.openai.com:0", None),
        ("api.openai.com:99999", None),
        ("api..com", None),
        ("-a.example", None),
        ("a%2eexample.com", None),
        ("printer.local", None),
        ("metadata.google.internal", None),
        ("", None),
    ],
)
def test_proxy_takes_public_domain_names_only(
    authority: str, origin: str | None
) -> None:
    assert domain_origin(authority, (), only=False) == origin


def test_a_listed_host_is_let_through_with_its_scheme() -> None:
    allowed = ("localhost:9000", "http://localhost:9001", "llm.internal")
    assert domain_origin("localhost:9000", allowed, False) == "https://localhost:9000"
    assert domain_origin("localhost:9001", allowed, False) == "http://localhost:9001"
    assert domain_origin("llm.internal", allowed, False) == "https://llm.internal"
    assert domain_origin("localhost:9002", allowed, False) is None


def test_beyond_loopback_only_listed_hosts_pass() -> None:
    assert domain_origin("api.openai.com", (), only=True) is None
    assert domain_origin("api.openai.com", ("api.openai.com",), only=True)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.0.0.53", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("weir.example.com", False),
        ("127.0.0.1.example", False),
    ],
)
def test_loopback_binds_are_told_from_open_ones(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("127.0.0.1:8080", True),
        ("localhost", True),
        ("LOCALHOST:1", True),
        ("weir.localhost:8080", True),
        ("127.0.0.5", True),
        ("[::1]:8080", True),
        ("weir.lan:8080", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.evil.example:8080", False),
        ("", False),
    ],
)
def test_only_our_own_names_are_answered(header: str, expected: bool) -> None:
    assert names_this_weir(header, ("Weir.lan:80", "::1")) is expected


def test_names_too_long_for_a_host_do_not_fill_the_memory() -> None:
    before = is_loopback.cache_info().misses
    assert not names_this_weir("x" * 300 + ".localhost", ())
    assert is_loopback.cache_info().misses == before
