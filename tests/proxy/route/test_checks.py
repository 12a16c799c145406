from __future__ import annotations

import pytest

from proxy.route.checks import covers, match_problem, proxy_problem, shadow_problem
from tests.proxy.route.routing_cases import rule


@pytest.mark.parametrize(
    ("wide", "narrow", "does"),
    [
        ("m", "m", True),
        ("m", "m*", False),
        ("m*", "m", True),
        ("m*", "mist*", True),
        ("mist*", "m*", False),
        ("*", "anything", True),
    ],
)
def test_one_route_covers_another(wide: str, narrow: str, does: bool) -> None:
    assert covers(rule(wide), rule(narrow)) is does


def test_of_two_equal_routes_the_older_one_wins() -> None:
    old, new = rule("m", pk=1), rule("m", pk=2)
    assert shadow_problem(new, [old])
    assert shadow_problem(old, [new]) is None
    assert shadow_problem(rule("m"), [old])  # not saved yet


def test_the_sentence_names_the_route_in_the_way() -> None:
    told = shadow_problem(rule("m"), [rule("m*", name="all m", priority=7)])
    assert told == (
        "The prefix route “all m” (priority 7, database) takes every such request "
        "before this one."
    )


@pytest.mark.parametrize(
    ("kind", "match"), [("exact", "m"), ("prefix", "*"), ("pattern", "GET /x/{$}")]
)
def test_a_good_match_has_no_problem(kind: str, match: str) -> None:
    assert match_problem(kind, match) is None


def test_a_forward_proxy_is_a_plain_url() -> None:
    assert proxy_problem("http://proxy:3128") is None
    assert proxy_problem("socks5://proxy:1080")
