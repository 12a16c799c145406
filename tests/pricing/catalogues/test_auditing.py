"""The prices that come with Weir keep the rules of price lists."""

from __future__ import annotations

from pricing.catalogues.auditing import broken_prices


def test_the_shipped_prices_break_rules_only_where_known(seeded: None) -> None:
    found = {row.model: said for row, said in broken_prices()}
    assert set(found) == {
        "gemma-4-26b-a4b-it-maas",
        "~deepseek/deepseek-pro-latest",
    }
    assert all("is dearer than input" in " ".join(said) for said in found.values())
    assert not list(broken_prices("anthropic"))
