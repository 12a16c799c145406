from __future__ import annotations

import time
from itertools import product

from proxy.exchange import Asked
from proxy.route import decision as routing
from proxy.route.rules import RouteTable, Rule
from tests.proxy.route.routing_cases import inbound, rule, table

UP = {"upstream_url": "http://up.example/v1"}


def slow_rule_for(rules: list[Rule], model: str) -> Rule | None:
    """The order spelled out, without an index."""
    fitting = [
        entry
        for entry in rules
        if entry.match == model
        or (entry.kind == "prefix" and model.startswith(entry.match[:-1]))
    ]
    return min(fitting, key=lambda entry: entry.order, default=None)


def test_the_index_of_patterns_finds_what_asking_each_would() -> None:
    texts = [
        *("/a/", "/a/b", "/a/b/{$}", "/ab/", "GET /a/", "h.example/a/", "/x"),
        *("POST h.example/", "h.example/x", "/", "g.example/a/b/", "GET /x/y/"),
    ]
    known = table(*[rule(text, kind="pattern", **UP) for text in texts])
    assert len(known.patterns) == len(texts)
    for path, host, method in product(
        ("/", "/a", "/a/", "/a/b", "/a/b/", "/ab", "/x", "/x/y", "/x/y/z", "/q/a"),
        ("h.example", "g.example", "other", ""),
        ("GET", "POST"),
    ):
        fitting = [
            entry
            for entry in known.patterns
            if entry.pattern.matches(method, host, path.encode())
        ]
        near = known.near.near(host, path.encode())
        assert [entry for entry in near if entry in fitting] == fitting


def test_the_index_finds_what_asking_every_rule_in_order_would() -> None:
    rules = [
        rule(match, priority=priority, name=f"{match} at {priority}", **UP)
        for match in ("a", "ab", "abc", "a*", "ab*", "abc*", "*", "b*")
        for priority in (10, 50, 90)
        if (len(match) + priority) % 3  # some of each, at different priorities
    ]
    known = table(*rules)
    for model in ("a", "ab", "abc", "abcd", "b", "x", ""):
        assert known.rule_for(model) == slow_rule_for(rules, model), model


def test_a_rule_that_is_not_used_says_why() -> None:
    known = table(
        rule("m", provider="off"),
        rule("n", provider="nobody"),
        rule("o", provider="groq", source="seeded"),
    )
    assert known.rules == ()
    assert {entry.match: why for entry, why in known.skipped} == {
        "m": "its provider off is switched off",
        "n": "it names no upstream",
        "o": "a seeded default never beats an upstream that was set explicitly",
    }


def test_a_pattern_written_past_the_admin_breaks_nothing() -> None:
    assert table(rule("/x/{id}", kind="pattern", **UP)).patterns == ()


def test_thousands_of_routes_cost_a_request_what_none_do() -> None:
    def spent_ns(known: RouteTable) -> int:
        """Of the quickest of some rounds, each of calls for other models."""
        rounds = []
        for number in range(5):
            began = time.thread_time_ns()
            for call in range(100):
                asked = inbound(f"/v1/x{call}")
                address = routing.address_of(asked, known)
                model = Asked(model=f"m-{number}-{call}")
                routing.resolve(address, asked, model, known, {})
            rounds.append(time.thread_time_ns() - began)
        return min(rounds)

    kinds = ("model-{}", "model-{}-*", "POST h{}.example/{}/", "/gateway-{}/")
    many = [rule(kinds[n % 4].format(n, n), **UP) for n in range(2000)]
    # Asking each of them cost fifty times as much.
    assert spent_ns(table(*many)) < 3 * spent_ns(table())
