"""Which server a command talks to."""

from __future__ import annotations

import pytest

from observe.problem import BadUsage
from observe.remote.address import choose


def test_the_flag_wins_over_the_environment() -> None:
    environ = {"WEIR_SERVER": "http://elsewhere:1", "WEIR_TOKEN": "theirs"}
    address = choose("https://weir.example/base/", "mine", environ)
    assert (address.url, address.token) == ("https://weir.example/base", "mine")
    assert address.is_named
    assert not address.is_local


def test_the_environment_is_next() -> None:
    address = choose("", "", {"WEIR_SERVER": "weir.example:81", "WEIR_TOKEN": "t"})
    assert (address.url, address.token) == ("http://weir.example:81", "t")


@pytest.mark.parametrize(
    ("port", "url"),
    [("", "http://127.0.0.1:8080"), ("0", "http://127.0.0.1:8080"), ("99", None)],
)
def test_nobody_named_one_so_it_is_this_machines(port: str, url: str | None) -> None:
    address = choose("", "", {"WEIR_PORT": port})
    assert address.url == (url or "http://127.0.0.1:99")
    assert not address.is_named
    assert address.is_local


@pytest.mark.parametrize(
    "server",
    [
        "ftp://host",
        "http://",
        "http://host:port",
        "http://host:99999",
        "http://host:0",
        "http://user:secret@host",
        "http://host/?a=b",
    ],
)
def test_what_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(BadUsage, match="must be an address"):
        choose(server, "", {})


def test_a_token_is_never_shown() -> None:
    assert "secret" not in repr(choose("", "secret", {}))
