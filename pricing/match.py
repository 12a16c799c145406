"""Finds the price of a model name: equals beats prefix beats contains, then length.

`pricing/book.py` builds one `Shelf` per provider and keeps the answers. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from pricing.patterns import KINDS, BadPattern, Kind, Pattern, from_alias, from_row
from pricing.rates import PricedModel
from pricing.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A price that was found, and why it was this one."""

    rows: tuple[PricedModel, ...]
    """The same model's rows, for different dates or hours."""
    kind: Kind
    pattern: str
    """What matched: the row's model or one of its aliases."""
    name: str
    """The spelling of the model name that it matched."""
    asked: str
    """The model name as it was asked for."""
    provider: str
    """Whose shelf: another provider's where this one resells its models."""

    @property
    def why(self) -> str:
        """One sentence for people."""
        spelt = "" if self.name == self.asked.lower() else f" (read as {self.name})"
        return (
            f"{self.asked}{spelt} {KINDS[self.kind]} {self.pattern} of {self.provider}."
        )


@dataclass(slots=True)
class _Entry:
    pattern: Pattern
    rows: list[PricedModel]


@dataclass(slots=True)
class Shelf:
    """One provider's prices, arranged for look-up."""

    provider: str
    _groups: dict[tuple[str, str], list[PricedModel]] = field(default_factory=dict)
    _equals: dict[str, _Entry] = field(default_factory=dict)
    _others: list[_Entry] = field(default_factory=list)

    @classmethod
    def of(cls, provider: str, rows: Iterable[PricedModel]) -> Shelf:
        """Arrange rows; of two that claim one name the earlier wins."""
        shelf = cls(provider)
        for row in rows:
            shelf._add(row)
        # Best first; the sort keeps the rows' own order among equals.
        shelf._others.sort(key=lambda entry: _rank(entry.pattern))
        return shelf

    def _add(self, row: PricedModel) -> None:
        key = (row.match, row.model.lower())
        group = self._groups.setdefault(key, [])
        group.append(row)
        for pattern in patterns_of(row):
            entry = _Entry(pattern, group)
            if pattern.kind == "equals":
                self._equals.setdefault(pattern.text, entry)
            else:
                self._others.append(entry)

    def find(self, name: str, asked: str) -> Match | None:
        """The best match of one lower-cased spelling."""
        entry = self._equals.get(name) or next(
            (entry for entry in self._others if entry.pattern.matches(name)), None
        )
        if entry is None:
            return None
        return Match(
            rows=tuple(entry.rows),
            kind=entry.pattern.kind,
            pattern=entry.pattern.text,
            name=name,
            asked=asked,
            provider=self.provider,
        )


def find(
    shelves: Sequence[Shelf], spellings: Sequence[str], asked: str
) -> Match | None:
    """Try every spelling on every shelf, the provider's own shelf first."""
    for name in spellings:
        for shelf in shelves:
            if match := shelf.find(name, asked):
                return match
    return None


def patterns_of(row: PricedModel) -> list[Pattern]:
    """The row's own name and its aliases; an alias that can't be read is left out."""
    patterns = [from_row(row.model, row.match)]
    for alias in row.aliases:
        try:
            patterns.append(from_alias(alias))
        except BadPattern:  # the admin refuses it; raw SQL may have put it there
            continue
    return patterns


def _rank(pattern: Pattern) -> tuple[int, int]:
    return (0 if pattern.kind == "prefix" else 1, -len(pattern.text))
