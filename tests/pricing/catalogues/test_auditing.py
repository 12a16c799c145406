"""The prices that come with Weir keep the rules of price lists."""

from __future__ import annotations

from pricing.catalogues.auditing import broken_prices


def test_the_shipped_prices_break_rules_only_where_known(seeded: None) -> None:
    found = {row.model: said for row, said in broken_prices()}
    # Its rates are of two models.
    assert list(found) == ["~deepseek/deepseek-pro-latest"]
    assert "is dearer than input" in found["~deepseek/deepseek-pro-latest"][0]
    assert not list(broken_prices("anthropic"))
