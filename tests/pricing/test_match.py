"""Which of several prices a name finds, and that the catalogue finds the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from genai_prices.data import providers
from genai_prices.types import MatchLogic, ModelInfo

from pricing.book import PriceBook
from pricing.match import Shelf, find
from pricing.sources.slugs import slug_of
from tests.pricing.make_price import priced
from tests.pricing.test_genai_prices_parity import corrected


def _found(shelf: Shelf, name: str) -> str | None:
    match = find([shelf], [name], name)
    return match.rows[0].model if match else None


def test_equals_beats_prefix_beats_contains() -> None:
    rows = [
        priced("turbo", id=1, match="contains"),
        priced("gpt", id=2, match="prefix"),
        priced("gpt-turbo", id=3),
    ]
    assert _found(Shelf.of("acme", rows), "gpt-turbo") == "gpt-turbo"
    assert _found(Shelf.of("acme", rows[:2]), "gpt-turbo") == "gpt"
    assert _found(Shelf.of("acme", rows[:1]), "gpt-turbo") == "turbo"
    assert _found(Shelf.of("acme", rows), "claude") is None


def test_the_longer_of_two_wins() -> None:
    rows = [
        priced("gpt-4", id=1, match="prefix"),
        priced("gpt-4o-mini", id=2, match="prefix"),
        priced("gpt-4o", id=3, match="prefix"),
    ]
    shelf = Shelf.of("acme", rows)
    assert _found(shelf, "gpt-4o-mini-2024") == "gpt-4o-mini"
    assert _found(shelf, "gpt-4o-2024") == "gpt-4o"
    assert _found(shelf, "gpt-4-turbo") == "gpt-4"


def test_an_alias_counts_as_much_as_the_name() -> None:
    shelf = Shelf.of("acme", [priced("new", aliases=("old", "older-*"))])
    assert _found(shelf, "old") == _found(shelf, "older-2") == "new"


def test_a_broken_alias_hides_no_other() -> None:
    assert _found(Shelf.of("acme", [priced("m", aliases=("/(/", "n"))]), "n") == "m"


def test_a_match_says_why() -> None:
    shelf = Shelf.of("acme", [priced("gpt-4o", match="prefix")])
    match = find([shelf], ["gpt-4o-mini"], "openai/GPT-4o-mini")
    assert match is not None
    assert match.why == (
        "openai/GPT-4o-mini (read as gpt-4o-mini) begins with gpt-4o of acme."
    )


def test_every_name_of_the_catalogue_finds_its_own_row(seeded_book: PriceBook) -> None:
    """All ids and literals of all providers, bare and decorated, as the library."""
    wrong = []
    for provider in providers:
        for name in _names(provider.models):
            expected = provider.find_model(name, all_providers=providers)
            if expected is None or corrected(slug_of(provider.id), expected.id):
                continue
            match = seeded_book.match(slug_of(provider.id), name)
            if match is None or match.rows[0].model != expected.id:
                wrong.append((provider.id, name, expected.id))
    assert wrong == []


def _names(models: Iterable[ModelInfo]) -> list[str]:
    literals: set[str] = set()
    for model in models:
        literals.update((model.id, *_literals(model.match)))
    suffixes = ("", "-20250929", "-latest")
    return [literal + suffix for literal in sorted(literals) for suffix in suffixes]


def _literals(clause: MatchLogic) -> Iterator[str]:
    for part in (*getattr(clause, "or_", ()), *getattr(clause, "and_", ())):
        yield from _literals(part)
    for name in ("equals", "starts_with", "ends_with", "contains"):
        if hasattr(clause, name):
            yield getattr(clause, name)
