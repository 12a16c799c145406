"""The grammar of names in a price row."""

from __future__ import annotations

import pytest

from pricing.patterns import BadPattern, from_alias, from_row


@pytest.mark.parametrize(
    ("alias", "kind", "hits", "misses"),
    [
        ("GPT-4o", "equals", ["gpt-4o"], ["gpt-4o-mini", "x-gpt-4o"]),
        ("gpt-4o-*", "prefix", ["gpt-4o-", "gpt-4o-mini"], ["gpt-4o", "xgpt-4o-a"]),
        ("*Opus*", "contains", ["claude-opus-5", "opus"], ["claude-sonnet"]),
        ("*titan", "contains", ["amazon.titan"], ["amazon.titan-2"]),
        ("a*b*c", "contains", ["abc", "axbyc"], ["abcd", "xabc", "acb"]),
        (r"/^grok-4-\d{8}$/", "contains", ["grok-4-20260101"], ["grok-4-2026"]),
        ("a.b", "equals", ["a.b"], ["axb"]),
        ("a.b*c", "contains", ["a.bxc"], ["axbxc"]),
    ],
)
def test_an_alias_matches_what_it_says(
    alias: str, kind: str, hits: list[str], misses: list[str]
) -> None:
    pattern = from_alias(alias)
    assert pattern.kind == kind
    assert [name for name in hits if not pattern.matches(name)] == []
    assert [name for name in misses if pattern.matches(name)] == []


def test_a_row_compares_its_model_as_it_is_told() -> None:
    assert from_row("M-1", "equals").matches("m-1")
    assert from_row("M-1", "prefix").matches("m-1-turbo")
    assert from_row("M-1", "contains").matches("best-m-1-turbo")
    assert not from_row("M-1", "equals").matches("m-1-turbo")


@pytest.mark.parametrize("alias", ["", "*", "**", "  "])
def test_an_alias_that_matches_everything_is_refused(alias: str) -> None:
    with pytest.raises(BadPattern, match="more than stars"):
        from_alias(alias)


def test_a_broken_regular_expression_is_refused_with_a_sentence() -> None:
    with pytest.raises(BadPattern, match="no regular expression"):
        from_alias("/(unclosed/")
