"""What a text of the filter language means: terms, and how they are joined.

Made by `grammar.py`; `RequestFilter` narrows by it. Pure: conditions are made
beside the tables and only joined here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, Protocol

from runs.filters.field import Filter

if TYPE_CHECKING:
    from django.db.models import Q

    from runs.models.conditions import Alternatives, Conditions

LOOKUPS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


class Node(Protocol):
    """A term, or terms that are joined."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int:
        """With `start`: where it stands in its text, its own brackets included."""
        ...

    def within(self, start: int, end: int) -> Node:
        """The same in brackets."""
        ...

    def condition(self, asked: Conditions) -> Q: ...
    def alternatives(self, asked: Conditions) -> Alternatives:
        """The condition as what a list may be read by, one after the other."""
        ...


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that a term's field may be."""

    value: Any
    is_pattern: bool = False
    """Its `*` stand for anything."""


@dataclass(frozen=True, slots=True)
class Term:
    """`model:gpt-5`: a field, how it is compared, and with what."""

    filter: Filter[Any]
    operator: str
    values: tuple[Value, ...]
    """Several: any of them, as `status:4xx|5xx` has it."""
    start: int
    end: int

    def within(self, start: int, end: int) -> Term:
        return replace(self, start=start, end=end)

    def alternatives(self, asked: Conditions) -> Alternatives:
        found: list[Q] = []
        for each in self.values:
            found += self._of(asked, each)
        return tuple(found)

    def _of(self, asked: Conditions, value: Value) -> Alternatives:
        if self.operator in LOOKUPS:
            lookup = LOOKUPS[self.operator]
            return asked.compared(self.filter.column, lookup, value.value)
        if value.is_pattern:
            return asked.like(self.filter, value.value)
        return self.filter.condition(asked, value.value)

    def condition(self, asked: Conditions) -> Q:
        return asked.any(self.alternatives(asked))


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node
    start: int
    end: int

    def within(self, start: int, end: int) -> Not:
        return replace(self, start=start, end=end)

    def condition(self, asked: Conditions) -> Q:
        return ~self.inner.condition(asked)

    def alternatives(self, asked: Conditions) -> Alternatives:
        return (self.condition(asked),)


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    parts: tuple[Node, ...]
    start: int
    end: int

    def within(self, start: int, end: int) -> Both:
        return replace(self, start=start, end=end)

    def condition(self, asked: Conditions) -> Q:
        return reduce(and_, (part.condition(asked) for part in self.parts))

    def alternatives(self, asked: Conditions) -> Alternatives:
        return (self.condition(asked),)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these."""

    parts: tuple[Node, ...]
    start: int
    end: int

    def within(self, start: int, end: int) -> Either:
        return replace(self, start=start, end=end)

    def condition(self, asked: Conditions) -> Q:
        return asked.any(self.alternatives(asked))

    def alternatives(self, asked: Conditions) -> Alternatives:
        return tuple(part.condition(asked) for part in self.parts)


def together(node: Node) -> Iterator[Node]:
    """What must all be true: the parts that stand side by side at the top."""
    if isinstance(node, Both):
        for part in node.parts:
            yield from together(part)
    else:
        yield node


def terms(node: Node) -> Iterator[Term]:
    """All of them, however deep."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from terms(node.inner)
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from terms(part)
