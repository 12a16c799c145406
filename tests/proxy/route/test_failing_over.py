from __future__ import annotations

import pytest

from proxy.exchange import Asked, Target
from proxy.route import decision as routing
from proxy.route.checks import on_failure_problem
from proxy.route.failing_over import Others
from proxy.route.rules import Rule
from proxy.route.startup import BadStartupRoutes, parse
from tests.proxy.route.routing_cases import go, inbound, rule, table, url

KEYS = {"OPENAI_API_KEY": "sk-o", "GEMINI_API_KEY": "AI", "ANTHROPIC_API_KEY": "sk-a"}
ROUTES = (
    rule("a", provider="openai", on_failure=("b", "c", "gone")),
    rule("b", provider="groq"),
    rule("c", provider="google", upstream_model="gemini-x"),
    rule("g", provider="google", on_failure=("h", "b")),
    rule("h", provider="google"),
    rule("q", provider="google", on_failure=("my%model?a",)),
    rule("my%model?a", provider="google"),
    rule("gone", provider="off"),
)


def others(
    model: str, path: str = "/v1/chat/completions", key: str = "", cookie: bytes = b""
) -> Others:
    routes = table(*ROUTES)
    headers = [(b"authorization", key.encode())] if key else []
    headers += [(b"cookie", cookie)] if cookie else []
    asks = inbound(path, headers=headers)
    address = routing.address_of(asks, routes)
    asked = Asked(model=None if address.model else model)
    decisions = routing.Decisions(KEYS)
    return Others(
        first=decisions.target(address, asks, asked, routes),
        address=address,
        inbound=asks,
        asked=asked,
        table=routes,
        decisions=decisions,
    )


def all_of(asked: Others) -> tuple[list[Target], list[str]]:
    notes: list[str] = []
    found = []
    while target := asked.next("HTTP 503", notes):
        found.append(target)
    return found, notes


def test_a_cookie_goes_to_no_other_upstream() -> None:
    found, notes = all_of(others("a", cookie=b"session=1"))
    assert not found
    assert sum("would get the client's" in note for note in notes) == 2


def test_each_is_asked_by_its_own_route_with_its_own_key() -> None:
    found, notes = all_of(others("a"))
    assert [each.model for each in found] == ["b", "gemini-x"]
    assert [each.key for each in found] == [None, "AI"]
    assert found[1].path.endswith(b"/v1beta/openai/chat/completions")
    assert all(each.on_failure == () for each in found)
    assert notes == ["“gone” isn't asked instead: no route takes it."]


def test_without_a_key_of_its_own_it_would_get_the_clients() -> None:
    found, notes = all_of(others("a", key="Bearer sk-client"))
    assert [each.provider for each in found] == ["google"]
    assert "would get the client's key" in notes[0]


def test_a_model_in_the_path_and_a_dialect_that_is_not_spoken() -> None:
    asked = others("", "/v1beta/models/g:streamGenerateContent")
    found, notes = all_of(asked)
    assert [url(each).rpartition("/")[2] for each in found] == [
        "h:streamGenerateContent"
    ]
    assert found[0].model is None
    assert len(notes) == 1


def test_a_route_that_names_nobody_has_nobody() -> None:
    assert go(table(*ROUTES), model="b").on_failure == ()
    told = routing.explain(inbound(), Asked(model="a"), table(*ROUTES), KEYS).steps
    assert (
        told[-1] == "Should it fail, “b”, then “c”, then “gone” would be asked instead."
    )


@pytest.mark.parametrize(
    ("kind", "models", "said"),
    [
        ("exact", "b", "list of models"),
        ("exact", ["b", ""], "list of models"),
        ("exact", ["a"], "not the one that failed"),
        ("exact", ["b", "b"], "once"),
        ("exact", ["b", "c", "d", "e"], "At most 3"),
        ("pattern", ["b"], "names no model"),
    ],
)
def test_what_cannot_be_named(kind: str, models: object, said: str) -> None:
    assert said in str(on_failure_problem(kind, "a", models))


def test_the_startup_file_names_them() -> None:
    text = '[{"model": "a", "upstream_url": "http://x/v1", "on_failure": ["b"]}]'
    (found,) = parse(text, "x")
    assert isinstance(found, Rule)
    assert found.on_failure == ("b",)
    with pytest.raises(BadStartupRoutes, match="x, route 1: Each model is asked once"):
        parse(text.replace('["b"]', '["a"]'), "x")


def test_a_name_in_geminis_path_is_quoted() -> None:
    found, notes = all_of(others("q", "/v1beta/models/q:generateContent"))
    assert not notes
    assert url(found[0]).endswith("/models/my%25model%3Fa:generateContent")
