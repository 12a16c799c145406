"""How long an idle connection is kept, and which one leads home."""

from __future__ import annotations

import pytest

from proxy.forward.http1.keeping import KEPT_S, LONGEST_S, kept_s, leads_home


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("timeout=5", 4),
        ("timeout=60, max=1000", 59),
        ("max=5, Timeout = 30", 29),
        ('timeout="20"', 19),
        ("timeout=1", 0.5),
        ("timeout=0", 0),
        ("timeout=99999", LONGEST_S),
        ("max=5", KEPT_S),
        ("5", KEPT_S),
        ("timeout=soon", KEPT_S),
    ],
)
def test_a_server_says_how_long(header: str, seconds: float) -> None:
    assert kept_s(header) == seconds


def test_it_is_shorter_than_what_most_servers_keep() -> None:
    assert KEPT_S < 5


@pytest.mark.parametrize(
    ("here", "there", "port", "own", "home"),
    [
        ("127.0.0.1", "127.0.0.1", 8080, ("127.0.0.1", 8080), True),
        ("127.0.0.1", "127.0.0.1", 8081, ("127.0.0.1", 8080), False),
        ("127.0.0.1", "127.0.0.2", 8080, ("127.0.0.1", 8080), False),
        ("127.0.0.1", "127.0.0.2", 8080, ("0.0.0.0", 8080), True),
        ("10.0.0.5", "10.0.0.5", 8080, ("0.0.0.0", 8080), True),
        ("10.0.0.5", "10.0.0.6", 8080, ("0.0.0.0", 8080), False),
        ("::1", "::1", 8080, ("::", 8080), True),
        ("10.0.0.5", "10.0.0.5", 8080, ("10.0.0.5", 8080), True),
        ("10.0.0.5", "10.0.0.6", 8080, ("10.0.0.5", 8080), False),
    ],
)
def test_its_own_listener_is_told_from_others(
    here: str, there: str, port: int, own: tuple[str, int], home: bool
) -> None:
    assert leads_home(here, there, port, own) is home
