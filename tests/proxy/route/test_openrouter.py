from __future__ import annotations

import pytest

from tests.proxy.route.routing_cases import go, rule, table

Q = "qwen/qwen3"


@pytest.mark.parametrize(
    ("match", "upstream_model", "asked", "model", "tag"),
    [
        ("fast", f"{Q}@groq", "fast", Q, "groq"),
        (f"{Q}@groq", "", f"{Q}@groq", Q, "groq"),
        (f"{Q}:groq", Q, f"{Q}:groq", Q, "groq"),
        ("qwen/*", "", f"{Q}@chutes/fp8", Q, "chutes/fp8"),
        (f"{Q}@a", f"{Q}@b", f"{Q}@a", Q, "b"),
        (f"{Q}:free", Q, f"{Q}:free", Q, None),  # OpenRouter's own variant
        ("fast", Q, "fast", Q, None),
        (Q, "", Q, None, None),
        ("@x", "", "@x", None, None),
    ],
)
def test_a_provider_behind_openrouter_is_pinned(
    match: str, upstream_model: str, asked: str, model: str | None, tag: str | None
) -> None:
    routes = table(rule(match, provider="openrouter", upstream_model=upstream_model))
    target = go(routes, model=asked)
    assert (target.model, target.openrouter_tag) == (model, tag)


def test_an_at_sign_means_nothing_to_other_providers() -> None:
    target = go(table(rule("m@x", provider="groq")), model="m@x")
    assert (target.model, target.openrouter_tag) == (None, None)


def test_a_call_that_names_openrouter_in_its_path_is_left_alone() -> None:
    target = go(table(), "/openrouter/api/v1/chat/completions", model="m@x")
    assert (target.model, target.openrouter_tag) == (None, None)
