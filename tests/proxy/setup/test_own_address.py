"""The address that snippets name: one that can be called."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest

from proxy.setup.own_address import own_address


@pytest.mark.parametrize(
    ("host", "names", "origins", "shown"),
    [
        ("127.0.0.1", (), (), "http://127.0.0.1:8080"),
        ("::1", (), (), "http://[::1]:8080"),
        ("weir.example", (), (), "http://weir.example:8080"),
        ("0.0.0.0", ("weir.lan", "b"), (), "http://weir.lan:8080"),
        ("0.0.0.0", ("weir.lan:9000",), (), "http://weir.lan:9000"),
        ("[::]", ("weir.lan",), ("https://weir.example",), "https://weir.example"),
    ],
)
def test_it_is_what_others_call_it_by(
    host: str, names: tuple[str, ...], origins: tuple[str, ...], shown: str
) -> None:
    assert own_address(host, 8080, names, origins) == shown


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "[::]"])
def test_all_addresses_are_shown_as_one_of_this_machine(host: str) -> None:
    parts = urlsplit(own_address(host, 8080))
    assert not ip_address(parts.hostname or "").is_unspecified
    assert parts.port == 8080
